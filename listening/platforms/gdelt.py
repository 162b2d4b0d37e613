"""GDELT, by the files that it publishes every quarter of an hour."""

from pydantic import Field, field_validator

from .section import Platform, address_or_empty


class GdeltSettings(Platform):
    """``translated``: also what was written in other languages than English, a file of its own."""

    base_url: str = ""
    translated: bool = True
    every_minutes: int = Field(default=15, ge=1)
    history_days: int = Field(default=1, ge=1, le=30)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "http://data.gdeltproject.org/gdeltv2")
