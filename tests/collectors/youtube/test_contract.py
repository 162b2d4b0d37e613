"""YouTube holds what every collector holds: by its comments, and by its videos."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from collectors.web import Web
from collectors.youtube import Youtube, YoutubeCollector
from tests.contracts.collectors import NOW, PAGE, CollectorContract, Place, last_cursor, posts_of, request
from tests.servers.web import Reply
from tests.servers.youtube import CHANNEL, KEY, YoutubeServer, stamp


def collector_for(server: YoutubeServer, page_size: int = PAGE, **more: Any) -> YoutubeCollector:
    return YoutubeCollector(
        Youtube(Web([server.address]), server.address, KEY),
        page_size=page_size,
        **{"searches": 10_000, "units": 10_000, **more},
    )


class Comments:
    def __init__(self, server: YoutubeServer) -> None:
        self.server = server

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.server.comment(text, at)

    def publish_unreadable(self, at: datetime) -> None:
        self.server.comment("Nobody wrote this #acme", at, textDisplay=None, textOriginal=None)

    def edit(self, old: str, new: str, at: datetime) -> None:
        for thread in self.server.threads:
            snippet = thread["snippet"]["topLevelComment"]["snippet"]
            if snippet["textOriginal"] == old:
                snippet |= {"textOriginal": new, "textDisplay": new, "updatedAt": stamp(at)}

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * (after_pages + 2))  # the channel, and the list of its videos
        self.server.always = Reply(status=503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> YoutubeCollector:
        return collector_for(self.server, channels=[CHANNEL], searches=0)


class Videos(Comments):
    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.server.upload(text, at)

    def publish_unreadable(self, at: datetime) -> None:
        self.server.upload("Nobody made this #acme", at, snippet={"channelTitle": None, "title": None})

    def edit(self, old: str, new: str, at: datetime) -> None:
        for video in self.server.videos.values():
            if video["snippet"]["description"] == old:
                video["snippet"]["description"] = new

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * (2 * after_pages))
        self.server.always = Reply(status=503)

    def collector(self) -> YoutubeCollector:
        return collector_for(self.server)


@pytest.fixture
def server() -> Iterator[YoutubeServer]:
    with YoutubeServer() as running:
        yield running


class TestComments(CollectorContract):
    @pytest.fixture
    def place(self, server: YoutubeServer) -> Place:
        return Comments(server)


class TestVideos(CollectorContract):
    @pytest.fixture
    def place(self, server: YoutubeServer) -> Place:
        return Videos(server)

    def test_an_edited_post_has_the_same_id_and_a_newer_version(self, place: Place) -> None:
        """YouTube does not say when a title or a description was changed."""
        place.publish("Good #acme", NOW - timedelta(hours=1))
        pages = list(place.collector().collect(request()))
        place.edit("Good #acme", "Better #acme", NOW - timedelta(minutes=1))
        again = list(place.collector().collect(request(last_cursor(pages), now=NOW + timedelta(minutes=5))))
        [before], [after] = posts_of(pages), posts_of(again)
        assert (after.id, after.text) == (before.id, "Better #acme")
        assert after.fetched_at > before.fetched_at
