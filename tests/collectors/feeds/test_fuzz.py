"""Thousands of entries made of nonsense: nothing crashes, no neighbour is lost, every reject has its reason."""

import json
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

import pytest

from collectors.feeds import read_entry, read_feed
from collectors.googlenews.build import reread as reread_headline
from collectors.protocol import Request
from collectors.rss.build import reread
from collectors.rss.collector import RssCollector
from collectors.rss.source import Source
from collectors.web import Web
from listening.errors import UnreadableInput
from listening.posts import NativePost
from listening.query import parse
from tests.servers.feeds import NAMESPACES
from tests.servers.web import Reply, WebServer

TRIES = int(os.environ.get("EARSHOT_FUZZ", "2000"))
PAGE = 100
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = "https://blog.example/feed"

WORDS: tuple[str, ...] = (
    "", " ", "Acme", "#acme", "ă🔥שלום", "\u202e", "\u200b", "a" * 300, "<b>", "</item>", "]]>", "<![CDATA[", "<!--",
    "&", "&amp;", "&#0;", "&#xD800;", "&nosuch;", "%s{}", "https://a.example/x?utm_source=1", "http://[", "//",
    "javascript:1", "mailto:ana@a.example", "2026-11-20T09:30:00Z", "Fri, 20 Nov 2026 09:30:00 GMT", "0000-00-00",
    "9" * 30, "-1", "1e999", "tag:a.example,2026:1", "ana@a.example (Ana)", "@", "(", "\x00", "\ud800", "\ufffe",
    "true", "null", "image/", "/",
)  # fmt: skip
JSON_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, float("inf"), [], {}, [[]], [None], {"name": None}, {"url": 5},
    [{"name": {}}], [{"mime_type": 3, "title": []}], {"a": {"b": [1]}},
)  # fmt: skip
FIELDS = (
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "date_published", "date_modified",
    "author", "authors", "tags", "attachments", "language", "image",
)  # fmt: skip
ELEMENTS = (
    "title", "link", "guid", "description", "content:encoded", "pubDate", "atom:updated", "dc:creator", "dc:date",
    "author", "category", "enclosure", "media:content", "media:description", "source", "slash:comments",
    "atom:link", "atom:author", "dc:language", "nosuch:thing", "image", "textInput", "items", "entry",
    "expirationDate", "itunes:duration",
)  # fmt: skip


def random_words(dice: random.Random) -> str:
    return "".join(dice.choice(WORDS) for _ in range(dice.randint(1, 4)))


def random_item(dice: random.Random) -> Any:
    if dice.random() < 0.05:
        return dice.choice(JSON_VALUES)
    fields = dice.sample(FIELDS, dice.randint(0, 8))
    return {name: dice.choice(JSON_VALUES) if dice.random() < 0.4 else random_words(dice) for name in fields}


def random_element(dice: random.Random) -> str:
    def inside(depth: int) -> str:
        name = dice.choice(ELEMENTS)
        attributes = "".join(
            f' {key}="{escape(random_words(dice), {chr(34): "&quot;"})}"'
            for key in dice.sample(("url", "href", "type", "rel", "isPermaLink", "xml:base", "xml:lang", "mode"), 2)
        )
        many = dice.randint(0, 2) if depth < 2 and dice.random() < 0.2 else 0
        within = "".join(inside(depth + 1) for _ in range(many)) or escape(random_words(dice))
        return f"<{name}{attributes if dice.random() < 0.3 else ''}>{within}</{name}>"

    return f"<item>{''.join(inside(0) for _ in range(dice.randint(0, 6)))}</item>"


def neighbour(number: int) -> str:
    return f"Neighbour {number} #acme"


def as_json(nonsense: list[Any]) -> bytes:
    items: list[Any] = []
    for number, item in enumerate(nonsense):
        items += [item, {"id": f"n{number}", "content_text": neighbour(number)}]
    return json.dumps({"items": items}).encode()


def as_xml(nonsense: list[Any]) -> bytes:
    items = (
        f"{item}<item><guid isPermaLink='false'>n{number}</guid><description>{neighbour(number)}</description></item>"
        for number, item in enumerate(nonsense)
    )
    document = f"<rss version='2.0' {NAMESPACES} xmlns:nosuch='urn:x' xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd'>"
    return f"{document}<channel>{''.join(items)}</channel></rss>".encode("utf-8", "surrogatepass")


KINDS: dict[str, tuple[Callable[[random.Random], Any], Callable[[list[Any]], bytes]]] = {
    "json": (random_item, as_json),
    "xml": (random_element, as_xml),
}


@pytest.mark.parametrize("kind", KINDS)
def test_nonsense_costs_no_neighbour(kind: str) -> None:
    make, write = KINDS[kind]
    dice = random.Random(f"feeds {kind}")
    with WebServer() as server:
        reader = RssCollector([Source(server.address + "/f")], Web([server.address]))
        for _ in range(TRIES // PAGE):
            server.pages["/f"] = Reply(write([make(dice) for _ in range(PAGE)]))
            request = Request(query=parse("*"), cursor=None, since=NOW - timedelta(days=30), until=None, now=NOW)
            [page] = reader.collect(request)
            assert {neighbour(n) for n in range(PAGE)} <= {post.text for post in page.posts}
            for post in page.posts:
                check(post)
            for letter in page.unreadable:
                assert letter.source in letter.reason
                assert len(letter.reason.split()) > 4
                [again] = reread(letter.raw, letter.source, NOW).unreadable
                assert (again.raw, again.source) == (letter.raw, letter.source)


def check(post: NativePost) -> None:
    json.dumps([post.text, post.title, post.native_id, post.links], ensure_ascii=False).encode()
    for moment in (post.created_at, post.edited_at):
        assert moment is None or moment.utcoffset() == timedelta(0)
    assert all(address is None or address.startswith("http") for address in (post.url, post.native_url, *post.links))
    assert post.text or post.title
    assert "\0" not in post.text + (post.title or "")
    assert post.id.startswith("rss:")


def test_bytes_turned_over_never_crash() -> None:
    dice = random.Random("bytes")
    whole = as_xml([random_element(dice) for _ in range(10)])
    for _ in range(TRIES // 20):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 30)):
            at = dice.randrange(len(broken))
            broken[at : at + dice.randint(0, 4)] = dice.randbytes(dice.randint(0, 4))
        try:
            found = read_feed(bytes(broken[: dice.randint(1, len(broken))]), dice.choice(("", "text/xml")), AT)
        except UnreadableInput:
            continue
        for raw in found.entries:
            try:
                read_entry(raw, NOW, AT)
            except UnreadableInput as error:
                assert str(error)


@pytest.mark.parametrize("read", [reread, reread_headline])
def test_dead_letters_of_any_shape_are_told_again(read: Any) -> None:
    dice = random.Random("letters")
    for _ in range(TRIES // 4):
        entry = {
            name: dice.choice((*JSON_VALUES, random_words(dice)))
            for name in ("id", "link", "title", "texts", "published", "authors", "source", "tags", "media", "replies")
        }
        kept = {"host": "a.example", "page": AT, "language": dice.choice(("en", 5)), "entry": entry}
        raw = json.dumps(kept if dice.random() < 0.9 else dice.choice(JSON_VALUES)).encode()
        page = read(raw, "somewhere", NOW)
        assert len(page.posts) + len(page.unreadable) == 1
