"""X holds what every collector holds, by its real client against a server of ours."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from collectors.x import XCollector
from tests.collectors.x.making import collector
from tests.contracts.collectors import PAGE, CollectorContract, Place
from tests.servers.x import Fault, XServer


class OneServer:
    def __init__(self, server: XServer) -> None:
        self.server = server
        self.own: dict[str, str] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.own[text] = self.server.publish(text, at, number, public_metrics={"like_count": 1})

    def publish_unreadable(self, at: datetime) -> None:
        self.server.publish("Nobody wrote this #acme", at, author_id=None)

    def edit(self, old: str, new: str, at: datetime) -> None:
        self.own[new] = self.server.edit(self.own[old], new, at)

    def fail(self, after_pages: int) -> None:
        # The first request of a first walk is a count.
        self.server.faults.extend([None] * (after_pages + 1) if after_pages else ())
        self.server.always = Fault(503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> XCollector:
        return collector(self.server, page=PAGE)


class TestX(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with XServer() as server:
            yield OneServer(server)
