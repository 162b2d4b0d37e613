"""What every collector holds. A new platform is a :class:`Place` of its own and one class line.

class TestMastodon(CollectorContract):
    @pytest.fixture
    def place(self): ...
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Protocol

import pytest

from collectors.protocol import Collector, Request
from listening.collecting import Cursor, Page
from listening.errors import EarshotError
from listening.posts import NativePost
from listening.query import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUERY = parse("#acme NOT jobs")
PAGE = 10
"""Items a page, in every place."""

HOSTILE = (
    "<script>alert(1)</script> #acme",
    "{{ 7*7 }} <!channel> #acme",
    "\u202egnirts\u202c #acme \u200b",
    "'; DROP TABLE posts; -- #acme",
    "=cmd|' /C calc'!A0 #acme",
    "#acme " + "ă🔥שלום Привет " * 300,
)


class Place(Protocol):
    """A platform as the tests command it. Items are public, newest last, and belong to invented people."""

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        """One more post. ``number`` tells posts of one moment apart."""

    def publish_unreadable(self, at: datetime) -> None:
        """One more item, which is no post."""

    def edit(self, old: str, new: str, at: datetime) -> None:
        """The author changes a text."""

    def fail(self, after_pages: int) -> None:
        """From the page after the next ``after_pages`` on, the platform does not answer."""

    def mend(self) -> None:
        """It answers again."""

    def collector(self) -> Collector:
        """A new one, as in a new process, that reads pages of :data:`PAGE`."""


def request(cursor: Cursor | None = None, limit: int | None = None, now: datetime = NOW) -> Request:
    return Request(query=QUERY, cursor=cursor, since=NOW - timedelta(days=7), until=None, now=now, limit=limit)


def posts_of(pages: Sequence[Page]) -> list[NativePost]:
    return [post for page in pages for post in page.posts]


def last_cursor(pages: Sequence[Page], before: Cursor | None = None) -> Cursor | None:
    return next((page.cursor for page in reversed(pages) if page.cursor), before)


def burst(place: Place, count: int, start: int = 0) -> set[str]:
    texts = [f"Post number {n} #acme" for n in range(start, start + count)]
    for n, text in enumerate(texts, start):
        place.publish(text, NOW - timedelta(hours=5) + timedelta(seconds=n), n)
    return set(texts)


class CollectorContract:
    @pytest.fixture
    def place(self) -> Iterator[Place]:
        raise NotImplementedError

    def test_a_quiet_place_gives_no_posts(self, place: Place) -> None:
        pages = list(place.collector().collect(request()))
        assert posts_of(pages) == []

    def test_ids_are_the_same_on_every_run_and_each_its_own(self, place: Place) -> None:
        burst(place, 12)
        first, second = (posts_of(list(place.collector().collect(request()))) for _ in range(2))
        assert [post.id for post in first] == [post.id for post in second]
        assert len({post.id for post in first}) == 12
        assert all(post.id.startswith(f"{post.platform}:") for post in first)

    def test_times_are_utc_and_what_is_not_given_is_none(self, place: Place) -> None:
        place.publish("Good morning #acme", NOW - timedelta(hours=1))
        [post] = posts_of(list(place.collector().collect(request())))
        assert post.created_at == NOW - timedelta(hours=1)
        assert post.created_at.utcoffset() == post.fetched_at.utcoffset() == timedelta(0)
        assert post.fetched_at == NOW
        assert post.counts.views is None
        assert post.edited_at is None

    def test_no_id_and_no_public_address_names_the_author(self, place: Place) -> None:
        place.publish("Good morning #acme", NOW - timedelta(hours=1))
        [post] = posts_of(list(place.collector().collect(request())))
        assert post.author is not None
        assert post.author.handle.split("@")[0] not in post.id + (post.url or "")

    def test_only_what_matches_the_query_is_given(self, place: Place) -> None:
        place.publish("We love it here #acme", NOW - timedelta(hours=2), 1)
        place.publish("New jobs at #acme", NOW - timedelta(hours=2), 2)
        texts = [post.text for post in posts_of(list(place.collector().collect(request())))]
        assert texts == ["We love it here #acme"]

    def test_a_burst_larger_than_one_page_is_collected_whole(self, place: Place) -> None:
        texts = burst(place, 3 * PAGE + 4)
        pages = list(place.collector().collect(request()))
        assert {post.text for post in posts_of(pages)} == texts
        assert len([page for page in pages if page.posts]) >= 4

    def test_a_second_run_brings_what_came_since_and_nothing_unknown_twice(self, place: Place) -> None:
        old = burst(place, PAGE + 3)
        cursor = last_cursor(list(place.collector().collect(request())))
        new = burst(place, 5, start=100)
        found = posts_of(list(place.collector().collect(request(cursor))))
        assert new <= {post.text for post in found} <= new | old
        assert len({post.id for post in found}) == len(found)

    @pytest.mark.parametrize("stop_after", [1, 2, 3])
    def test_stopped_between_pages_it_goes_on_and_repeats_at_most_one(self, place: Place, stop_after: int) -> None:
        texts = burst(place, 3 * PAGE + 4)
        stopped: list[Page] = []
        for page in place.collector().collect(request()):
            stopped.append(page)
            if len(stopped) == stop_after:
                break
        # The last page was read, and the process died before its cursor was kept.
        resumed = list(place.collector().collect(request(last_cursor(stopped[:-1]))))
        first, then = posts_of(stopped), posts_of(resumed)
        assert {post.text for post in first + then} == texts
        assert len(first) + len(then) - len(texts) <= PAGE

    @pytest.mark.parametrize("after_pages", [0, 1, 2])
    def test_a_failed_page_does_not_move_the_cursor(self, place: Place, after_pages: int) -> None:
        texts = burst(place, 3 * PAGE + 4)
        place.fail(after_pages)
        before: list[Page] = []
        began = time.monotonic()
        with pytest.raises(EarshotError, match=r"\w+ .*\w+"):
            for page in place.collector().collect(request()):
                before.append(page)  # what came before the error counts
        assert time.monotonic() - began < 2, "a collector says when to come back; it does not sleep"
        place.mend()
        after = list(place.collector().collect(request(last_cursor(before))))
        assert {post.text for post in posts_of(before) + posts_of(after)} == texts
        assert len(posts_of(before)) + len(posts_of(after)) - len(texts) <= PAGE

    def test_an_unreadable_item_is_reported_and_its_neighbours_go_on(self, place: Place) -> None:
        place.publish("Before #acme", NOW - timedelta(hours=3))
        place.publish_unreadable(NOW - timedelta(hours=2))
        place.publish("After #acme", NOW - timedelta(hours=1))
        pages = list(place.collector().collect(request()))
        assert {post.text for post in posts_of(pages)} == {"Before #acme", "After #acme"}
        [broken] = [item for page in pages for item in page.unreadable]
        assert broken.raw
        assert broken.source in broken.reason
        assert len(broken.reason.split()) > 4

    def test_hostile_text_is_kept_as_it_is(self, place: Place) -> None:
        for n, text in enumerate(HOSTILE):
            place.publish(text, NOW - timedelta(hours=1), n)
        found = {post.text for post in posts_of(list(place.collector().collect(request())))}
        assert found == {text.strip() for text in HOSTILE}

    def test_an_edited_post_has_the_same_id_and_a_newer_version(self, place: Place) -> None:
        place.publish("Good #acme", NOW - timedelta(hours=1))
        pages = list(place.collector().collect(request()))
        place.edit("Good #acme", "Better #acme", NOW - timedelta(minutes=1))
        again = list(place.collector().collect(request(last_cursor(pages), now=NOW + timedelta(minutes=5))))
        [before], [after] = posts_of(pages), posts_of(again)
        assert after.id == before.id
        assert after.text == "Better #acme"
        assert after.edited_at == NOW - timedelta(minutes=1)
        assert after.fetched_at > before.fetched_at

    def test_a_look_around_is_short_and_moves_nothing(self, place: Place) -> None:
        burst(place, 2 * PAGE)
        pages = list(place.collector().collect(request(limit=PAGE + 3)))
        assert len(posts_of(pages)) == PAGE + 3
        assert all(page.cursor is None for page in pages)

    def test_another_query_is_another_walk(self, place: Place) -> None:
        texts = burst(place, 5)
        cursor = last_cursor(list(place.collector().collect(request())))
        assert cursor is not None
        other = Request(query=parse("#acme"), cursor=cursor, since=NOW - timedelta(days=7), until=None, now=NOW)
        found = posts_of(list(place.collector().collect(other)))
        assert {post.text for post in found} == texts

    def test_cursors_belong_to_the_query_and_only_grow(self, place: Place) -> None:
        burst(place, 2 * PAGE)
        cursors = [page.cursor for page in place.collector().collect(request()) if page.cursor]
        assert cursors
        assert {cursor.query_revision for cursor in cursors} == {QUERY.revision}
        for earlier, later in pairwise(cursors):
            assert earlier.positions.keys() <= later.positions.keys()
