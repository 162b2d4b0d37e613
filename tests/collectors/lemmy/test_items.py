"""Posts and comments as servers show them: what is kept, what is refused, and what nonsense does."""

import copy
import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.canonical import hashed_id
from collectors.lemmy import Server
from collectors.lemmy.build import reread
from collectors.lemmy.collector import _read
from collectors.lemmy.posts import to_post
from collectors.lemmy.server import Found
from collectors.protocol import Request
from collectors.web import Web
from listening.errors import UnreadableInput
from listening.posts import Kind, Media
from listening.query import parse
from tests.servers.lemmy import Item, LemmyServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HERE = "lemmy.example"
SERVER = LemmyServer()
REQUEST = Request(query=parse("*"), cursor=None, since=NOW - timedelta(days=7), until=None, now=NOW)


def view(text: str = "We like it #acme", title: str | None = None, dialect: str = "v3", **more: Any) -> Any:
    at = NOW - timedelta(hours=1, microseconds=5)
    SERVER.dialect = dialect
    return SERVER.view(Item(7, text, at, title, home=HERE, more={"ap_id": f"https://{HERE}/x/7", **more}))


@pytest.mark.parametrize("dialect", ["v3", "v4", "alpha"])
def test_all_three_say_the_same(dialect: str) -> None:
    post = to_post(view("We like it #acme", "Hello", dialect), HERE, NOW, {37: "en"})
    assert (post.id, post.kind) == (hashed_id("lemmy", f"https://{HERE}/x/7"), Kind.POST)
    assert (post.title, post.text, post.language, post.hashtags) == ("Hello", "We like it #acme", "en", ("acme",))
    assert (post.counts.likes, post.counts.replies, post.counts.views) == (5, 1, None)
    assert post.created_at == NOW - timedelta(hours=1, microseconds=5)
    assert post.author is not None
    assert (post.author.handle, post.author.display_name) == (f"anapop@{HERE}", "Ana Pop")
    comment = to_post(view(dialect=dialect), HERE, NOW, {})
    assert (comment.kind, comment.language, comment.counts.replies) == (Kind.COMMENT, None, 1)


def test_markdown_becomes_plain_with_links_pictures_and_mentions() -> None:
    text = (
        "See [our page](https://acorn.example/a) and https://acorn.example/b.\n\n"
        "![A red door](https://acorn.example/c.png) "
        "[@ana@town.example](https://town.example/u/ana) and @dan@lake.example, me@mail.example "
        "[!work@town.example](https://x.example)"
    )
    post = to_post(view(text, "Hello", url="https://acorn.example/story"), HERE, NOW, {})
    assert post.text.startswith("See our page (https://acorn.example/a) and https://acorn.example/b.\n\nA red door ")
    assert post.links == ("https://acorn.example/story", "https://acorn.example/a", "https://acorn.example/b")
    assert post.mentions == ("ana@town.example", "dan@lake.example")
    assert post.media == (Media("image", "A red door"),)


def test_a_cross_post_quotes_and_a_comment_answers_its_post() -> None:
    crossed = to_post(view("cross-posted from: https://town.example/post/5\n\n> Hello", "Hello"), HERE, NOW, {})
    assert (crossed.kind, crossed.quoted) == (Kind.QUOTE, hashed_id("lemmy", "https://town.example/post/5"))
    comment = to_post(view(path="0.7"), HERE, NOW, {})
    assert comment.in_reply_to == hashed_id("lemmy", comment_post := view()["post"]["ap_id"]), comment_post
    assert to_post(view(path="0.3.7"), HERE, NOW, {}).in_reply_to is None


def test_only_an_address_that_names_nobody_is_shown() -> None:
    assert to_post(view(ap_id=f"https://{HERE}/comment/7"), HERE, NOW, {}).url == f"https://{HERE}/comment/7"
    assert to_post(view(ap_id=f"https://{HERE}/users/anapop/statuses/7"), HERE, NOW, {}).url is None


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "neither a post nor a comment"),
        ({"post": 5}, "neither a post nor a comment"),
        (view(""), "no text"),
        (view(5), "no text"),  # type: ignore[arg-type]
        (view(id=None), "'id' is missing"),
        (view(published="yesterday"), "no time"),
        (view("x" * 200_001), "200,001 characters"),
    ],
)
def test_what_is_no_post_is_refused_with_the_reason(raw: Any, reason: str) -> None:
    with pytest.raises(UnreadableInput, match=reason):
        to_post(raw, HERE, NOW, {})


@pytest.mark.parametrize("time", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_true_is_no_time(time: str) -> None:
    assert to_post(view(published=time), HERE, NOW, {}).created_at is None


def test_a_dead_letter_is_read_again() -> None:
    source = f"{HERE}, comments, number 7"
    assert [post.native_id for post in reread(json.dumps(view()).encode(), source, NOW).posts] == [f"{HERE}/comment/7"]
    [broken] = reread(b"{", source, NOW).unreadable
    assert broken.reason.startswith(f"{source}: ")


NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1e400, float("nan"), "", "x", [], [None], {}, {"a": 1}, "https://[bad",
    "\x00\u202e",
    "https://town.example/post/1", "[" * 300 + "](https://a.example" + "(" * 300, "0.1.2.3",
    "9999-12-31T23:59:59-23:59",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "![](https://a.example) [](https://b.example)",
)  # fmt: skip


def test_fuzzed_views_never_crash_and_never_cost_a_neighbour() -> None:
    chance = random.Random(20261122)
    server = Server(Web(), f"https://{HERE}")
    whole = [view(title=title, dialect=d) for title in (None, "Hello") for d in ("v3", "v4", "alpha")]
    for _ in range(int(os.environ.get("EARSHOT_FUZZ", "2000"))):
        raw: Any = copy.deepcopy(chance.choice(whole))
        for _ in range(chance.randint(1, 4)):
            part = raw[chance.choice([*raw])]
            target = part if isinstance(part, dict) and part and chance.random() < 0.8 else raw
            target[chance.choice([*target])] = copy.deepcopy(chance.choice(NONSENSE))
        if chance.random() < 0.05:
            raw = chance.choice(NONSENSE)
        ids = (f"https://{HERE}/comment/1", f"https://{HERE}/comment/2")
        page = _read(Found((view(ap_id=ids[0]), raw, view(ap_id=ids[1])), None), server, "Comments", REQUEST)
        assert {hashed_id("lemmy", each) for each in ids} <= {post.id for post in page.posts}
        for broken in page.unreadable:
            assert broken.raw and broken.source in broken.reason and len(broken.reason.split()) > 4
        assert all(post.created_at is None or post.created_at.utcoffset() == timedelta(0) for post in page.posts)
