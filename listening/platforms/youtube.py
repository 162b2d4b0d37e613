"""YouTube, through its Data API."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from .section import PlatformOnTerms, address_or_empty

Channel = Annotated[str, Field(pattern=r"^UC[A-Za-z0-9_-]{22}$")]
"""The id of a channel, as the page of the channel shows it under "Share": its handle may change."""


class YoutubeSettings(PlatformOnTerms):
    """``searches_per_day`` and ``units_per_day`` are for each brand and day (Pacific time); YouTube gives a project
    100 and 10,000. ``channels``: whose new videos and comments are read without any search."""

    base_url: str = ""
    api_key: SecretStr | None = None
    channels: tuple[Channel, ...] = ()
    searches_per_day: int = Field(default=50, ge=0, le=100_000)
    units_per_day: int = Field(default=4_000, ge=10, le=10_000_000)
    every_minutes: int = Field(default=60, ge=1)
    history_days: int = Field(default=7, ge=1, le=30)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "https://www.googleapis.com/youtube/v3")
