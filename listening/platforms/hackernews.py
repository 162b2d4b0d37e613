"""Hacker News, by the search that Algolia runs for it."""

from pydantic import Field, field_validator

from .section import Platform, address_or_empty


class HackernewsSettings(Platform):
    """Works as it is. ``base_url``: who searches; ``firebase_url``: who says whether something was deleted. Empty:
    Algolia's and Hacker News' own; if only ``base_url`` is written, it is asked both."""

    base_url: str = ""
    firebase_url: str = ""
    history_days: int = Field(default=7, ge=1, le=3650)

    @field_validator("base_url", "firebase_url")
    @classmethod
    def _are_addresses(cls, url: str) -> str:
        return address_or_empty(url, "https://hn.algolia.com")
