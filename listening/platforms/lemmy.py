"""Lemmy, and PieFed."""

from typing import Annotated

from pydantic import Field, field_validator

from .section import Platform, address_or_empty

LemmyServer = Annotated[str, Field(pattern=r"^https?://[^/\s]+/?$")]


class LemmySettings(Platform):
    """Servers whose terms you have read; none by default. ``base_url`` is the short way to name one."""

    base_url: str = ""
    servers: tuple[LemmyServer, ...] = ()
    comments: bool = True
    every_minutes: int = Field(default=10, ge=1)
    history_days: int = Field(default=7, ge=1, le=365)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "https://lemmy.example")

    @property
    def all_servers(self) -> tuple[str, ...]:
        """Each once, without a slash at the end."""
        named = (self.base_url, *self.servers) if self.base_url else self.servers
        return tuple(dict.fromkeys(server.rstrip("/") for server in named))
