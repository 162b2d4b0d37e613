"""Bluesky, and other networks of its protocol, through a Jetstream."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from .section import Platform, address_or_empty


class BlueskySettings(Platform):
    """Works as it is: Bluesky's own Jetstream hosts need no account.

    ``base_url``: another Jetstream, as of one's own; ``wire``: which of its two forms it is asked for.
    ``appview_url``: who says what became of a post and whether an author wants to be left out. Empty: Bluesky's public
    one where the Jetstream is Bluesky's own; for another Jetstream nobody is asked.
    ``quiet_minutes``: when the whole network seems silent for so long, the host was deaf, and that is a gap.
    """

    base_url: Annotated[str, Field(pattern=r"^$|^(wss?|https?)://[^/\s]+(/[^\s]*)?$")] = ""
    wire: Literal["v1", "v2"] = "v1"
    appview_url: str = ""
    quiet_minutes: int = Field(default=10, ge=1)
    most_events: int = Field(default=400_000, ge=100_000)
    history_days: int = Field(default=1, ge=1, le=30)

    @field_validator("appview_url")
    @classmethod
    def _appview_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "https://public.api.bsky.app").rstrip("/")
