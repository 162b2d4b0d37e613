"""Items as Algolia and Firebase give them: what is kept, what is refused, and what nonsense does."""

import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.hackernews.build import reread
from collectors.hackernews.collector import _read
from collectors.hackernews.posts import of_hit, of_item
from collectors.hackernews.servers import Found
from collectors.protocol import Request
from listening.collecting import Removal, RemovalReason
from listening.errors import UnreadableInput
from listening.posts import Kind
from listening.query import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECONDS = int((NOW - timedelta(hours=1)).timestamp())
REQUEST = Request(query=parse("*"), cursor=None, since=NOW - timedelta(days=7), until=None, now=NOW)


def comment(**more: Any) -> dict[str, Any]:
    return {
        "objectID": "38000001", "author": "anapop", "comment_text": "We like it here #acme", "parent_id": 38000000,
        "story_id": 37999999, "points": None, "num_comments": None, "created_at_i": SECONDS, "title": None,
        "_tags": ["comment", "author_anapop", "story_37999999"], **more,
    }  # fmt: skip


def story(**more: Any) -> dict[str, Any]:
    return {
        "objectID": "38000002", "author": "danp", "title": "Acme &amp; friends grow", "url": "https://acorn.example/1",
        "story_text": None, "points": 12, "num_comments": 3, "created_at_i": SECONDS, "_tags": ["story"], **more,
    }  # fmt: skip


def test_a_story_is_a_post_with_its_link_and_its_counts() -> None:
    post = of_hit(story(), NOW)
    assert (post.id, post.kind, post.title, post.text) == ("hackernews:38000002", Kind.POST, "Acme & friends grow", "")
    assert post.links == ("https://acorn.example/1",)
    assert (post.counts.likes, post.counts.replies, post.counts.views) == (12, 3, None)
    assert post.url == "https://news.ycombinator.com/item?id=38000002"
    assert post.in_reply_to is None
    assert post.language is None


def test_a_comment_answers_its_parent_and_keeps_paragraphs_links_and_code() -> None:
    html = (
        'First &amp; last<p>See <a href="https:&#x2F;&#x2F;acorn.example&#x2F;a&#x2F;long&#x2F;way" rel="nofollow">'
        "https:&#x2F;&#x2F;acorn.example&#x2F;a...</a> <i>now</i><p><pre><code>  if x:\n    go()\n</code></pre>"
    )
    post = of_hit(comment(comment_text=html), NOW)
    assert post.kind is Kind.COMMENT
    assert post.in_reply_to == "hackernews:38000000"
    assert post.links == ("https://acorn.example/a/long/way",)
    assert post.text.startswith("First & last\n\nSee ")
    assert "  if x:\n    go()" in post.text
    assert (post.counts.likes, post.counts.replies) == (None, None)
    assert post.created_at == NOW - timedelta(hours=1)


def test_both_servers_words_make_the_same_post() -> None:
    found = of_hit(comment(), NOW)
    item = {
        "id": 38000001, "by": "anapop", "text": "We like it here #acme", "parent": 38000000, "time": SECONDS,
        "type": "comment", "kids": [1, 2],
    }  # fmt: skip
    assert of_item(item, NOW) == found
    item = {
        "id": 38000002, "by": "danp", "title": "Acme & friends grow", "url": "https://acorn.example/1", "score": 12,
        "descendants": 3, "time": SECONDS, "type": "story",
    }  # fmt: skip
    assert of_item(item, NOW) == of_hit(story(), NOW)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ([], "not an object"),
        (comment(objectID=None), "no number"),
        (comment(objectID="38 OR 1"), "no number"),
        (comment(comment_text=7), "no text"),
        (comment(comment_text=""), "text is missing"),
        (story(title=None), "text is missing"),
        (comment(created_at_i=None), "time is missing"),
        (comment(comment_text="x" * 500_001), "500,001 characters"),
        (comment(comment_text="<a b='" * 50_000), "longer and denser"),
    ],
)
def test_what_is_no_item_is_refused_with_the_reason(raw: Any, reason: str) -> None:
    with pytest.raises(UnreadableInput, match=reason):
        of_hit(raw, NOW)


@pytest.mark.parametrize("seconds", [0, 4_070_908_800, -1, 10**30, float("inf")])
def test_a_time_that_cannot_be_true_is_no_time(seconds: float) -> None:
    assert of_hit(comment(created_at_i=seconds), NOW).created_at is None


def test_what_is_left_of_a_deleted_item_is_a_removal() -> None:
    deleted = comment(author=None, comment_text=None)
    page = _read(Found((deleted, comment(objectID="38000009")), 2), REQUEST)
    assert page.removed_if_kept == (Removal("hackernews:38000001", RemovalReason.DELETED),)
    assert [post.native_id for post in page.posts] == ["38000009"]


def test_a_dead_letter_is_read_again() -> None:
    assert [post.native_id for post in reread(json.dumps(comment()).encode(), "Hacker News", NOW).posts] == ["38000001"]
    [broken] = reread(b"{", "Hacker News, item 1", NOW).unreadable
    assert broken.reason.startswith("Hacker News, item 1: ")


NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1e400, float("nan"), "", "x", [], [None], {}, {"a": 1}, "https://[bad",
    "&#x110000; &#0;", "<p><a href='x", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "<!--" * 100, "\x00\u202e", "99999999999999999999",
)  # fmt: skip


def test_fuzzed_hits_never_crash_and_never_cost_a_neighbour() -> None:
    chance = random.Random(20261122)
    for number in range(int(os.environ.get("EARSHOT_FUZZ", "2000"))):
        raw: Any = chance.choice((comment, story))()
        for _ in range(chance.randint(1, 4)):
            raw[chance.choice([*raw])] = chance.choice(NONSENSE)
        if chance.random() < 0.05:
            raw = chance.choice(NONSENSE)
        ids = (f"{number}01", f"{number}02")
        page = _read(Found((comment(objectID=ids[0]), raw, comment(objectID=ids[1])), 3), REQUEST)
        assert {f"hackernews:{i}" for i in ids} <= {post.id for post in page.posts}
        assert len(page.posts) + len(page.unreadable) + len(page.removed_if_kept) == 3
        for broken in page.unreadable:
            assert broken.raw and broken.source in broken.reason and len(broken.reason.split()) > 4
        assert all(post.created_at is None or post.created_at.utcoffset() == timedelta(0) for post in page.posts)
