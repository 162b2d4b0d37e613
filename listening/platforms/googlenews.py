"""Google News, by its search feed."""

from typing import Annotated

from pydantic import Field, field_validator

from .section import Platform, address_or_empty

Edition = Annotated[str, Field(pattern=r"^[A-Z]{2}:[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
"""Country and language as Google pairs them, like ``US:en``, ``RO:ro`` or ``BR:pt-419``."""


class GooglenewsSettings(Platform):
    """Each edition is searched by itself: what a country's papers say is in its own only."""

    base_url: str = ""
    editions: tuple[Edition, ...] = Field(default=("US:en",), min_length=1)
    every_minutes: int = Field(default=15, ge=1)
    history_days: int = Field(default=7, ge=1, le=90)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "https://news.google.com")
