"""Reddit holds what every collector holds, by its real client against a server of ours."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from collectors.reddit import RedditCollector
from collectors.reddit.build import door_for
from listening.platforms import RedditSettings
from tests.contracts.collectors import PAGE, CollectorContract, Place
from tests.servers.reddit import KEYS, Fault, RedditServer


def collector_for(server: RedditServer, timeout: float = 5.0, page_size: int = PAGE, **more: Any) -> RedditCollector:
    keys = {"client_id": KEYS[0], "client_secret": KEYS[1]}
    settings = RedditSettings.model_validate({"base_url": server.address, **keys})
    return RedditCollector(door_for(settings, timeout), page_size=page_size, **more)


class OneServer:
    def __init__(self, server: RedditServer) -> None:
        self.server = server
        self.own: dict[str, str] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.own[text] = self.server.submit(text, at)

    def publish_unreadable(self, at: datetime) -> None:
        self.server.submit("Nobody wrote this #acme", at, title=None)

    def edit(self, old: str, new: str, at: datetime) -> None:
        self.server.edit(self.own[old], at, selftext=new)

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * after_pages)
        self.server.always = Fault(503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> RedditCollector:
        return collector_for(self.server)


class TestReddit(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with RedditServer() as server:
            yield OneServer(server)
