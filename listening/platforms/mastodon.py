"""Mastodon, and servers that speak as it does."""

from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator

from .section import Platform, Section


class MastodonServer(Section):
    base_url: Annotated[str, Field(pattern=r"^https?://[^/\s]+/?$")]
    access_token: SecretStr | None = None


class MastodonSettings(Platform):
    """Servers whose terms you have read. None by default: some ban automated reading (docs/platforms/mastodon.md)."""

    base_url: str = ""
    access_token: SecretStr | None = None
    servers: tuple[MastodonServer, ...] = ()
    history_days: int = Field(default=7, ge=1, le=365)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        if url:
            try:
                MastodonServer(base_url=url)
            except ValidationError as error:
                raise ValueError(f"'{url}' is no server: write an address like https://social.example") from error
        return url

    @property
    def all_servers(self) -> tuple[MastodonServer, ...]:
        """``base_url`` and ``access_token`` are the short way to name one server."""
        first = (MastodonServer(base_url=self.base_url, access_token=self.access_token),) if self.base_url else ()
        return (*first, *self.servers)
