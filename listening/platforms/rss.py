"""Feeds: RSS, Atom, JSON Feed."""

from typing import Any

from pydantic import Field, field_validator

from .section import Address, Platform, Section, address_or_empty


class RssFeed(Section):
    """``title`` is what people are shown; empty: the host."""

    address: Address
    title: str = ""


class RssSettings(Platform):
    """``base_url`` is the short way to name one feed. A feed may be written as its address alone."""

    base_url: str = ""
    feeds: tuple[RssFeed, ...] = ()
    every_minutes: int = Field(default=10, ge=1)
    history_days: int = Field(default=30, ge=1, le=365)

    @field_validator("base_url")
    @classmethod
    def _base_url_is_an_address(cls, url: str) -> str:
        return address_or_empty(url, "https://news.example/feed.xml")

    @field_validator("feeds", mode="before")
    @classmethod
    def _an_address_alone_is_a_feed(cls, feeds: Any) -> Any:
        if not isinstance(feeds, list | tuple):
            return feeds
        return tuple({"address": feed} if isinstance(feed, str) else feed for feed in feeds)

    @property
    def all_feeds(self) -> tuple[RssFeed, ...]:
        """Each address once."""
        first = (RssFeed(address=self.base_url),) if self.base_url else ()
        named = {feed.address: feed for feed in reversed((*first, *self.feeds))}
        return tuple(reversed(named.values()))
