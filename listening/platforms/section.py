"""What the settings of all platforms have in common."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

Address = Annotated[str, Field(pattern=r"^https?://[^/\s]+(/[^\s]*)?$")]
"""Of a server: people run proxies and their own, so each platform has at least one."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Terms(Section):
    """What the operator obtained and decided before anything was asked of a platform that wants it so."""

    plan: Annotated[str, Field(min_length=3)]
    """What was bought or granted, as in "pay per use" or "Data API, contract 12"."""
    approval: Annotated[str, Field(min_length=3)]
    """Who allowed it, or under which number."""
    purpose: Annotated[str, Field(min_length=3)]
    """What for, in the words that the platform was told."""
    recorded_by: Annotated[str, Field(min_length=2)]
    recorded_on: date


class Platform(Section):
    """Off until it is switched on, in general because it needs to be told where to look."""

    enabled: bool = False
    every_minutes: int = Field(default=5, ge=1)


class PlatformOnTerms(Platform):
    """A platform that does not start before its ``terms`` are recorded: it is sold, or allowed by approval only."""

    terms: Terms | None = None


def address_or_empty(url: str, example: str) -> str:
    """For ``base_url`` fields: empty means the platform's own address; raises ``ValueError`` for what is no address."""
    try:
        return _OneAddress(url=url).url if url else ""
    except ValueError as error:
        raise ValueError(f"'{url}' is no address: write one like {example}") from error


class _OneAddress(Section):
    url: Address

    @field_validator("url")
    @classmethod
    def _no_slash_at_the_end(cls, url: str) -> str:
        return url.rstrip("/")
