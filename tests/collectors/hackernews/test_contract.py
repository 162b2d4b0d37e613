"""Hacker News holds what every collector holds. A page is a slice of time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from collectors.hackernews import Algolia, Firebase, HackerNewsCollector
from collectors.web import Web
from tests.contracts.collectors import NOW, PAGE, CollectorContract, Place, last_cursor, posts_of, request
from tests.servers.hackernews import HackerNewsServer
from tests.servers.web import Reply


class HackerNews:
    def __init__(self, server: HackerNewsServer) -> None:
        self.server = server
        self.own: dict[str, str] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.own[text] = self.server.comment(text, at)

    def publish_unreadable(self, at: datetime) -> None:
        self.server.comment("", at, html=["#acme"], author=5)

    def edit(self, old: str, new: str, at: datetime) -> None:
        hit = next(hit for hit in self.server.hits if hit["objectID"] == self.own[old])
        hit["comment_text"] = new

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * after_pages)
        self.server.always = Reply(status=503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> HackerNewsCollector:
        web = Web([self.server.address])
        algolia = Algolia(web, self.server.address, cap=PAGE)
        return HackerNewsCollector(algolia, Firebase(web, self.server.address), most_verified=0)


class TestHackerNews(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with HackerNewsServer() as server:
            yield HackerNews(server)

    def test_an_edited_post_has_the_same_id_and_a_newer_version(self, place: Place) -> None:
        # Hacker News tells nobody when something was edited: the later fetch is the newer version.
        place.publish("Good #acme", NOW - timedelta(hours=1))
        pages = list(place.collector().collect(request()))
        place.edit("Good #acme", "Better #acme", NOW - timedelta(minutes=1))
        again = list(place.collector().collect(request(last_cursor(pages), now=NOW + timedelta(minutes=5))))
        [before], [after] = posts_of(pages), posts_of(again)
        assert (after.id, after.text, after.edited_at) == (before.id, "Better #acme", None)
        assert after.fetched_at > before.fetched_at
