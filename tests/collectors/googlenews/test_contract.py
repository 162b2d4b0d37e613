"""Google News holds what every collector holds. It has no second page: here, a page is an edition."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from collectors.googlenews import Edition, GoogleNewsCollector
from collectors.web import Web
from tests.contracts.collectors import PAGE, CollectorContract, Place
from tests.servers.googlenews import GoogleNewsServer, Headline
from tests.servers.web import Reply

EDITIONS = tuple(map(Edition, ("US:en", "GB:en", "RO:ro", "PL:pl", "IL:he", "RU:ru", "BR:pt-419", "TW:zh-Hant")))


class SeveralEditions:
    def __init__(self, server: GoogleNewsServer) -> None:
        self.server = server
        server.most = PAGE

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.server.headlines.append(Headline(text, at, len(self.server.headlines), self._with_room()))

    def publish_unreadable(self, at: datetime) -> None:
        self.server.headlines.append(Headline("", at, 0, self._with_room(), raw="<item><guid>x</guid></item>"))

    def edit(self, old: str, new: str, at: datetime) -> None:
        self.server.headlines = [
            replace(each, text=new, updated=at) if each.text == old else each for each in self.server.headlines
        ]

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * after_pages)
        self.server.always = Reply(status=503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> GoogleNewsCollector:
        web = Web([self.server.address])
        return GoogleNewsCollector(web, self.server.address, EDITIONS, cap=PAGE, most_requests=1000)

    def _with_room(self) -> str:
        taken = [headline.edition for headline in self.server.headlines]
        return next(edition.name for edition in EDITIONS if taken.count(edition.name) < PAGE)


class TestGoogleNews(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with GoogleNewsServer() as server:
            yield SeveralEditions(server)
