"""The template of docs/add-a-platform.md holds what every collector holds, and is short."""

import json
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest

from collectors.template import board
from collectors.template.board import BoardCollector, BoardSettings
from collectors.web import Web
from listening.errors import ConfigError, EarshotError, RateLimited, TryLater
from tests.contracts.collectors import NOW, PAGE, CollectorContract, Place, posts_of, request
from tests.servers.board import BoardServer
from tests.servers.web import Reply


class OneBoard:
    def __init__(self, server: BoardServer) -> None:
        self.server = server

    def publish(self, text: str, at: Any, number: int = 0) -> None:
        self.server.publish(escape(text), at)

    def publish_unreadable(self, at: Any) -> None:
        self.server.publish("Nobody wrote this #acme", at, author=None)

    def edit(self, old: str, new: str, at: Any) -> None:
        [form] = [form for form in self.server.changes.items if form["html"] == escape(old)]
        self.server.changes.items.append(form | {"html": escape(new), "edited": at.isoformat()})

    def fail(self, after_pages: int) -> None:
        self.server.faults.extend([*[None] * after_pages, *[Reply(status=503)] * 9])

    def mend(self) -> None:
        self.server.faults.clear()

    def collector(self) -> BoardCollector:
        return BoardCollector(Web([self.server.address]), self.server.address, PAGE)


@pytest.fixture
def server() -> Iterator[BoardServer]:
    with BoardServer() as server:
        yield server


class TestBoard(CollectorContract):
    @pytest.fixture
    def place(self, server: BoardServer) -> Place:
        return OneBoard(server)


def test_the_template_has_less_than_a_hundred_lines() -> None:
    lines = Path(board.__file__).read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) < 100


def test_without_an_address_it_says_what_to_write() -> None:
    with pytest.raises(ConfigError, match=r"platforms\.board\.base_url"):
        board.build(BoardSettings())


@pytest.mark.parametrize(
    "reply",
    [Reply(b"<html>Log in</html>"), Reply(b'{"posts": [', cut=True), Reply(b"[]"), Reply(b'{"posts": 1}'),
     Reply(b'{"posts": [], "upto": 0, "more": true}'), Reply(reset=True), Reply(status=401), Reply(status=429)],
)  # fmt: skip
def test_whatever_the_board_answers_it_is_a_sentence(server: BoardServer, reply: Reply) -> None:
    server.always = reply
    with pytest.raises(EarshotError, match=r"\w+ .*\w+"):
        list(OneBoard(server).collector().collect(request()))


def test_it_comes_back_when_the_board_says_so(server: BoardServer) -> None:
    server.always = Reply(status=429, headers={"Retry-After": "60"})
    with pytest.raises(RateLimited) as caught:
        list(OneBoard(server).collector().collect(request()))
    assert caught.value.until == NOW + timedelta(seconds=60)


def test_a_circle_of_pages_ends(server: BoardServer) -> None:
    server.always = Reply(b'{"posts": [], "upto": 0, "more": true}')
    with pytest.raises(TryLater, match="circle"):
        list(OneBoard(server).collector().collect(request()))


def test_a_dead_letter_is_read_again(server: BoardServer) -> None:
    place = OneBoard(server)
    place.publish_unreadable(NOW)
    [letter] = [one for page in place.collector().collect(request()) for one in page.unreadable]
    assert board.reread(letter.raw, letter.source, NOW).unreadable[0].source == letter.source
    mended = json.dumps(json.loads(letter.raw) | {"author": {"name": "ana"}}).encode()
    assert [post.text for post in board.reread(mended, letter.source, NOW).posts] == ["Nobody wrote this #acme"]


def test_fuzzed_items_cost_no_neighbour(server: BoardServer) -> None:
    count = int(os.environ.get("EARSHOT_FUZZ", "2000"))
    chance = random.Random(5)
    odd = [None, True, -1, 1e400, "", "x" * 5_000, [], {}, [[]], {"name": None}, "\ud83d", "9999-99-99", "<" * 50]
    for number in range(count):
        text = f"Post {number} #acme"
        server.publish(text, NOW - timedelta(hours=1))
        if number % 2:
            form = server.changes.items[-1]
            form[chance.choice(list(form))] = chance.choice(odd)
            if chance.random() < 0.1:
                server.changes.items[-1] = chance.choice(odd)
    pages = list(BoardCollector(Web([server.address]), server.address, 500).collect(request()))
    found = {post.text for post in posts_of(pages)}
    assert {f"Post {number} #acme" for number in range(0, count, 2)} <= found
    for letter in (one for page in pages for one in page.unreadable):
        assert letter.reason.startswith(letter.source)
