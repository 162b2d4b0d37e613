"""Bursts, caps, deletions and kills: every post once, or its gap named."""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.protocol import Request
from collectors.reddit import RedditCollector
from listening.collecting import Cursor, Gap, GapReason, Page, Position
from listening.errors import EarshotError, TryLater
from listening.posts import NativePost
from listening.query import parse
from tests.collectors.reddit.test_contract import collector_for
from tests.servers.reddit import Fault, RedditServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[RedditServer]:
    with RedditServer() as running:
        yield running


def request(cursor: Cursor | None = None, now: datetime = NOW, days: float = 7, query: str = "#acme") -> Request:
    return Request(query=parse(query), cursor=cursor, since=now - timedelta(days=days), until=None, now=now)


def run(of: RedditCollector, what: Request, pages: int = 10_000) -> tuple[list[Page], EarshotError | None]:
    """At most so many pages, as if the process died then."""
    found: list[Page] = []
    try:
        for page in of.collect(what):
            found.append(page)
            if len(found) == pages:
                break
    except EarshotError as error:
        return found, error
    return found, None


def cursor_of(pages: list[Page], before: Cursor | None = None) -> Cursor | None:
    return next((page.cursor for page in reversed(pages) if page.cursor), before)


def posts_of(pages: list[Page]) -> list[NativePost]:
    return [post for page in pages for post in page.posts]


def gaps_of(pages: list[Page]) -> list[Gap]:
    return [gap for page in pages for gap in page.gaps]


def burst(
    server: RedditServer, count: int, begin: datetime, step: timedelta = timedelta(minutes=1), **more: Any
) -> list[str]:
    return [
        server.submit(f"Post at {begin + n * step:%d %H:%M:%S} #acme", begin + n * step, **more) for n in range(count)
    ]


def test_a_search_that_ends_at_its_cap_leaves_a_gap_with_an_estimate(server: RedditServer) -> None:
    server.cap = 240
    first = server.submit("The first #acme", NOW - timedelta(hours=40))
    pages, _ = run(collector_for(server, page_size=100), request(now=NOW - timedelta(hours=39)))
    assert [post.native_id for post in posts_of(pages)] == [first]
    burst(server, 400, NOW - timedelta(hours=10))  # one a minute
    pages, error = run(collector_for(server, page_size=100), request(cursor_of(pages)))
    assert error is None
    assert len(posts_of(pages)) == 240
    [gap] = gaps_of(pages)
    assert gap.reason is GapReason.PAGE_CAP
    assert gap.source == "reddit search all 1"
    assert gap.since == NOW - timedelta(hours=40)
    assert gap.until == NOW - timedelta(hours=10) + timedelta(minutes=160)
    assert gap.estimated is not None and 1900 < gap.estimated < 2000
    again, _ = run(collector_for(server, page_size=100), request(cursor_of(pages)))
    assert gaps_of(again) == []  # told once


def test_a_first_walk_says_how_far_back_it_came(server: RedditServer) -> None:
    server.cap = 240
    burst(server, 300, NOW - timedelta(hours=6))
    pages, _ = run(collector_for(server, page_size=100), request())
    [gap] = gaps_of(pages)
    assert (gap.since, gap.until) == (NOW - timedelta(days=7), NOW - timedelta(hours=5))


def test_a_quiet_subreddit_has_no_gap(server: RedditServer) -> None:
    burst(server, 30, NOW - timedelta(hours=6))
    pages, _ = run(collector_for(server, page_size=10), request())
    assert gaps_of(pages) == []
    for name in list(server.things)[:29]:
        server.delete(name)
    pages, _ = run(collector_for(server, page_size=10), request(cursor_of(pages), now=NOW + timedelta(hours=3)))
    assert gaps_of(pages) == []


def test_what_is_older_than_the_history_is_a_gap_after_a_long_silence(server: RedditServer) -> None:
    server.submit("Old #acme", NOW - timedelta(days=20))
    pages, _ = run(collector_for(server), request(now=NOW - timedelta(days=19)))
    server.submit("New #acme", NOW - timedelta(hours=1))
    pages, _ = run(collector_for(server), request(cursor_of(pages), days=2))
    assert [post.text for post in posts_of(pages)] == ["New #acme"]
    [gap] = gaps_of(pages)
    assert (gap.since, gap.until) == (NOW - timedelta(days=20), NOW - timedelta(days=2))
    assert gap.reason is GapReason.HISTORY_WINDOW


def test_the_place_of_an_unfinished_walk_may_be_deleted(server: RedditServer) -> None:
    names = burst(server, 35, NOW - timedelta(hours=6))
    stopped, _ = run(collector_for(server), request(), pages=2)
    server.delete(names[15])  # the last one of the second page
    burst(server, 12, NOW - timedelta(minutes=30))
    then, error = run(collector_for(server), request(cursor_of(stopped)))
    assert error is None
    found = [post.native_id for post in posts_of(stopped) + posts_of(then)]
    assert sorted(found) == sorted(set(found))
    assert set(found) == set(server.things)


def test_a_thing_that_is_deleted_between_two_pages_hides_nothing(server: RedditServer) -> None:
    names = burst(server, 35, NOW - timedelta(hours=6))
    found: list[NativePost] = []
    for page in collector_for(server).collect(request()):
        found += page.posts
        if len(found) == 10:
            server.delete(names[25])
    assert {post.native_id for post in found} == set(names)


def test_the_last_complete_item_may_be_deleted(server: RedditServer) -> None:
    names = burst(server, 5, NOW - timedelta(hours=6))
    pages, _ = run(collector_for(server), request())
    server.delete(names[-1])
    new = burst(server, 25, NOW - timedelta(hours=2))
    then, _ = run(collector_for(server), request(cursor_of(pages)))
    assert {post.native_id for post in posts_of(then)} >= set(new)
    assert gaps_of(then) == []


def test_what_was_held_back_is_found_at_its_old_place(server: RedditServer) -> None:
    burst(server, 3, NOW - timedelta(minutes=40), timedelta(minutes=10))
    held = server.submit("Held back #acme", NOW - timedelta(minutes=30))
    moved = server.things.pop(held)
    pages, _ = run(collector_for(server), request())
    server.things = {**dict(list(server.things.items())[:1]), held: moved, **server.things}
    then, _ = run(collector_for(server), request(cursor_of(pages)))
    assert held in {post.native_id for post in posts_of(then)}


def test_a_server_that_ignores_the_position_is_left(server: RedditServer) -> None:
    burst(server, 35, NOW - timedelta(hours=6))
    server.deaf_to_after = True
    _, error = run(collector_for(server), request())
    assert isinstance(error, TryLater)
    assert "again and again" in str(error)
    assert len(server.asked) <= 3


def test_a_time_from_the_future_hides_nothing(server: RedditServer) -> None:
    server.submit("Ahead #acme", NOW + timedelta(hours=20))
    pages, _ = run(collector_for(server), request())
    server.submit("Now #acme", NOW + timedelta(minutes=2))
    then, _ = run(collector_for(server), request(cursor_of(pages), now=NOW + timedelta(minutes=5)))
    assert "Now #acme" in [post.text for post in posts_of(then)]


def test_cursors_of_an_older_version_do_no_harm(server: RedditServer) -> None:
    burst(server, 3, NOW - timedelta(hours=6))
    odd = {"search all 1": Position("5", "x y", "1 2 3"), "thread t3_x": Position("?"), "gone": Position()}
    pages, error = run(collector_for(server), request(Cursor(parse("#acme").revision, odd)))
    assert error is None
    assert len(posts_of(pages)) == 3


def test_search_is_told_no_more_time_than_it_needs(server: RedditServer) -> None:
    burst(server, 3, NOW - timedelta(hours=6))
    pages, _ = run(collector_for(server), request(days=2))
    run(collector_for(server), request(cursor_of(pages), days=2))
    assert ["t=week" in path for path in server.asked if path.startswith("/search")] == [True, False]
    assert "t=day" in server.asked[1]


def test_one_old_post_among_new_ones_does_not_end_the_walk(server: RedditServer) -> None:
    """Reddit's search sorts a little loosely."""
    names = burst(server, 35, NOW - timedelta(hours=6))
    server.things[names[15]]["data"]["created_utc"] = (NOW - timedelta(days=30)).timestamp()
    pages, _ = run(collector_for(server), request())
    assert {post.native_id for post in posts_of(pages)} == {*names} - {names[15]}
    stopped, _ = run(collector_for(server), request(), pages=2)
    server.delete(names[16])  # where the walk stopped
    then, _ = run(collector_for(server), request(cursor_of(stopped)))
    assert {post.native_id for post in posts_of(stopped) + posts_of(then)} == {*names} - {names[15]}
    assert gaps_of(then) == []


def test_several_subreddits_are_streams_of_their_own(server: RedditServer) -> None:
    burst(server, 3, NOW - timedelta(hours=6), place="one")
    burst(server, 2, NOW - timedelta(hours=6), place="two")
    burst(server, 4, NOW - timedelta(hours=6), place="three")
    thread = server.submit("quiet", NOW - timedelta(hours=3), place="three")
    server.comment("a comment about #acme", NOW - timedelta(hours=2), thread)
    of = collector_for(server, subreddits=["one", "two"], watched=["three"])
    pages, error = run(of, request())
    assert error is None
    assert len(posts_of(pages)) == 3 + 2 + 4 + 1
    cursor = cursor_of(pages)
    assert cursor is not None
    assert {key for key in cursor.positions if not key.startswith("thread")} == {
        "search r/one 1", "search r/two 1", "new r/three", "comments r/three",
    }  # fmt: skip
    assert "restrict_sr=on" in server.asked[0]


def test_random_schedules_store_every_post_once_or_name_its_gap() -> None:
    for seed in range(int(os.environ.get("EARSHOT_FUZZ", "2000")) // 400):
        chance = random.Random(seed)
        with RedditServer(cap=240) as server:
            now = NOW - timedelta(days=3)
            cursor: Cursor | None = None
            kept: set[str] = set()
            gaps: list[Gap] = []
            published: dict[str, datetime] = {}
            for _ in range(10):
                step = timedelta(minutes=chance.choice((5, 5, 30, 300)))
                for place in sorted(chance.random() for _ in range(chance.choice((0, 3, 20, 150, 400)))):
                    at = (now + step * place).replace(microsecond=0)
                    published[server.submit(f"{len(published)} #acme", at)] = at
                now += step
                for name in [name for name in published if chance.random() < 0.01]:
                    server.delete(name)
                    del published[name]
                if chance.random() < 0.3:
                    server.faults.extend([*[None] * chance.randint(0, 3), Fault(chance.choice((429, 500, 503)))])
                of = collector_for(server, page_size=chance.choice((25, 100)))
                pages, _ = run(of, request(cursor, now), pages=chance.choice((1, 2, 4, 99, 99)))
                stored = pages[: -1 if chance.random() < 0.3 else None]  # the last one was read, and not stored
                kept |= {post.native_id for post in posts_of(stored)}
                gaps += gaps_of(stored)
                cursor = cursor_of(stored, cursor)
            server.faults.clear()
            pages, error = run(collector_for(server, page_size=100), request(cursor, now))
            assert error is None
            kept |= {post.native_id for post in posts_of(pages)}
            gaps += gaps_of(pages)
            for name in published.keys() - kept:
                at = published[name]
                assert any(gap.since <= at <= gap.until for gap in gaps), (seed, name, at, gaps)
