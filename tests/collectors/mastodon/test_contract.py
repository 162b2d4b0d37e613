"""Mastodon holds what every collector holds, by its real client against a server of ours."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

import pytest

from collectors.mastodon import MastodonCollector, Server
from collectors.mastodon.build import client_for
from listening.platforms import MastodonServer as ServerSettings
from tests.contracts.collectors import PAGE, CollectorContract, Place
from tests.servers.mastodon import Fault, MastodonServer


def collector_for(*servers: MastodonServer, timeout: float = 5.0, token: str | None = None) -> MastodonCollector:
    settings = [ServerSettings.model_validate({"base_url": s.address, "access_token": token}) for s in servers]
    return MastodonCollector([Server(client_for(each, timeout)) for each in settings], page_size=PAGE)


class OneServer:
    def __init__(self, server: MastodonServer) -> None:
        self.server = server
        self.own: dict[str, str] = {}

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self.own[text] = self.server.publish(f"<p>{escape(text)}</p>", at, number)

    def publish_unreadable(self, at: datetime) -> None:
        self.server.publish("<p>Nobody wrote this #acme</p>", at, account=None)

    def edit(self, old: str, new: str, at: datetime) -> None:
        self.server.edit(self.own[old], f"<p>{escape(new)}</p>", at)

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([None] * after_pages)
        self.server.always = Fault(503)

    def mend(self) -> None:
        self.server.faults.clear()
        self.server.always = None

    def collector(self) -> MastodonCollector:
        return collector_for(self.server)


class TestMastodon(CollectorContract):
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        with MastodonServer() as server:
            yield OneServer(server)
