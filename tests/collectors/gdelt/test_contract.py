"""GDELT holds what every collector holds. A page is a file, and what is found later stands in a later one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from collectors.gdelt import ENGLISH, GdeltCollector
from collectors.gdelt.feeds import QUARTER, slot_after
from collectors.web import Web
from tests.contracts.collectors import NOW, PAGE, CollectorContract, Place, last_cursor, posts_of, request
from tests.servers.gdelt import GdeltServer, record
from tests.servers.web import Reply


class Files:
    def __init__(self, server: GdeltServer) -> None:
        self.server = server
        self.addresses: dict[str, str] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        address = self.addresses.setdefault(text, f"https://acorn.example/articles/{len(self.addresses)}")
        self._write(at, lambda slot: record(text, slot, address, published=at))

    def publish_unreadable(self, at: datetime) -> None:
        self._write(at, lambda slot: record("Nobody knows where #acme", slot, "no address"))

    def edit(self, old: str, new: str, at: datetime) -> None:
        self.addresses[new] = self.addresses[old]
        self.publish(new, at)

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * (after_pages + 1))
        self.server.always = Reply(status=503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> GdeltCollector:
        server = self.server
        return GdeltCollector(Web([server.address]), server.address, [ENGLISH], most_back=timedelta(hours=6))

    def _write(self, at: datetime, line: Callable[[datetime], bytes]) -> None:
        slot = slot_after(at)
        while slot in self.server.read or len(self.server.files[ENGLISH.name, slot]) >= PAGE:
            slot += QUARTER
        self.server.files[ENGLISH.name, slot].append(line(slot))
        self.server.newest = max(self.server.newest, slot)


class TestGdelt(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with GdeltServer() as server:
            yield Files(server)

    def test_no_id_and_no_public_address_names_the_author(self, place: Place) -> None:
        """The author is a paper, and its address is its name; one that names a person is not shown."""
        place.publish("Good morning #acme", NOW - timedelta(hours=1))
        [post] = posts_of(list(place.collector().collect(request())))
        assert post.author is not None
        assert post.author.handle == "acorn.example"
        assert "acorn" not in post.id

    def test_an_edited_post_has_the_same_id_and_a_newer_version(self, place: Place) -> None:
        """GDELT does not say that an article was edited: it finds it again."""
        place.publish("Good #acme", NOW - timedelta(hours=1))
        pages = list(place.collector().collect(request()))
        place.edit("Good #acme", "Better #acme", NOW - timedelta(minutes=1))
        again = list(place.collector().collect(request(last_cursor(pages), now=NOW + timedelta(minutes=15))))
        [before], [after] = posts_of(pages), posts_of(again)
        assert (after.id, after.text) == (before.id, "Better #acme")
        assert after.fetched_at > before.fetched_at
