"""Bluesky holds what every collector holds, on both wires, against a Jetstream of ours."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from collectors.bluesky import BlueskyCollector
from collectors.bluesky.reading import Slice
from collectors.bluesky.wires import V1, V2, Wire
from tests.contracts.collectors import NOW, PAGE, CollectorContract, Place
from tests.servers.jetstream import ANA, Jetstream, Refusal

SMALL = Slice(page=PAGE - 2, silence=1.0, quiet=timedelta(days=30))
"""A page and the second that is gone over again make :data:`PAGE`. In this network nobody posts for days."""


class OneJetstream:
    def __init__(self, server: Jetstream, wire: Wire) -> None:
        self.server, self.wire = server, wire
        self.own: dict[str, str] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        # What comes after a first look was seen after it, whenever it was written.
        late = NOW - timedelta(seconds=30) + timedelta(microseconds=len(self.own)) if self.server.asked else at
        self.own[text] = self.server.publish(text, at, seen=max(at, late))

    def publish_unreadable(self, at: datetime) -> None:
        self.server.commit("create", "3kbroken", at, ANA, {"text": ["Nobody wrote this #acme"]})

    def edit(self, old: str, new: str, at: datetime) -> None:
        self.server.edit(self.own[old], new, at)

    def fail(self, after_pages: int) -> None:
        if after_pages:
            self.server.cut_after = after_pages * SMALL.page
        else:
            self.server.always = Refusal(503)

    def mend(self) -> None:
        self.server.always = self.server.cut_after = None

    def collector(self) -> BlueskyCollector:
        return BlueskyCollector([self.server.address], self.wire, None, SMALL)


class TestBlueskyV1(CollectorContract):
    wire: Wire = V1()

    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with Jetstream(NOW) as server:
            server.lookback = None
            yield OneJetstream(server, self.wire)


class TestBlueskyV2(TestBlueskyV1):
    wire = V2()
