"""Feeds hold what every collector holds. A page is a feed: the place fills one after the other."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from collectors.rss import RssCollector, Source
from collectors.web import Web
from tests.contracts.collectors import PAGE, CollectorContract, Place
from tests.servers.feeds import FeedServer, Listing, item
from tests.servers.web import Reply

FEEDS = 8


def collector_for(server: FeedServer, *paths: str) -> RssCollector:
    """Of the paths, or of all listings."""
    addresses = [server.address + path for path in paths] or [server.feed(n) for n in range(len(server.listings))]
    return RssCollector([Source(address) for address in addresses], Web([server.address]))


class SeveralFeeds:
    def __init__(self, server: FeedServer) -> None:
        self.server = server
        server.listings = [Listing() for _ in range(FEEDS)]
        self.published: dict[str, tuple[Listing, datetime, int]] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        listing = self._with_room()
        self.published[text] = (listing, at, number)
        listing.items.append(item(text, at, number))

    def publish_unreadable(self, at: datetime) -> None:
        self._with_room().items.append("<item><category>nothing</category></item>")

    def edit(self, old: str, new: str, at: datetime) -> None:
        listing, published, number = self.published[old]
        listing.items[listing.items.index(item(old, published, number))] = item(new, published, number, at)

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * after_pages)
        self.server.always = Reply(status=503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> RssCollector:
        return collector_for(self.server)

    def _with_room(self) -> Listing:
        return next(listing for listing in self.server.listings if len(listing.items) < PAGE)


class TestRss(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with FeedServer() as server:
            yield SeveralFeeds(server)


class TestRssFromAServerThatKnowsNoConditions(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with FeedServer() as server:
            server.conditional = False
            yield SeveralFeeds(server)
