"""Lemmy of both versions and PieFed hold what every collector holds."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from collectors.lemmy import LemmyCollector, Server
from collectors.web import Web
from tests.contracts.collectors import PAGE, CollectorContract, Place
from tests.servers.lemmy import LemmyServer
from tests.servers.web import Reply


class OneServer:
    def __init__(self, server: LemmyServer) -> None:
        self.server = server

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.server.publish(text, at)

    def publish_unreadable(self, at: datetime) -> None:
        self.server.publish("", at, raw={"comment": {"id": 7, "content": ["#acme"]}})

    def edit(self, old: str, new: str, at: datetime) -> None:
        [item] = [item for item in self.server.items if item.text == old]
        item.text, item.edited = new, at

    def fail(self, after_pages: int) -> None:
        # The first answer says what it speaks, the second that there are no posts, but comments.
        self.server.faults.extend([None] * (after_pages + 2))
        self.server.always = Reply(status=503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> LemmyCollector:
        return LemmyCollector([Server(Web([self.server.address]), self.server.address, page_size=PAGE)])


class TestLemmy(CollectorContract):
    dialect = "v3"

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with LemmyServer(self.dialect) as server:
            yield OneServer(server)


class TestLemmyOne(TestLemmy):
    dialect = "v4"


class TestPieFed(TestLemmy):
    dialect = "alpha"
