"""The write door: what enters, what stays out, and in which order things become durable."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from listening.collecting import AuthorGone, Gap, GapReason, Page, Removal, RemovalReason, Unreadable
from listening.errors import StoreUnavailable
from listening.posts import Author, Counts, Post
from listening.query import parse
from listening.windows import WindowRow, window_of
from store.door import Admitted, WriteDoor
from store.embedded import EmbeddedIndex
from store.protocol import Judgement, Saved, Search
from tests.store.making import NOW, assessment, brand, native, page

from .conftest import ACME, BETA, Store

HOUR = timedelta(hours=1)


def windows(store: Store) -> list[WindowRow]:
    return store.ledger.windows.rows((), NOW - timedelta(days=900), NOW + timedelta(days=900))


def judge_all(store: Store) -> None:
    posts = store.index.unjudged("m1", "k1", 10_000)
    assert store.door.judge([Judgement(post, assessment()) for post in posts], NOW) == len(posts)


def test_a_page_is_stored_and_then_the_cursor_moves(store: Store) -> None:
    admitted = store.door.admit(page(native(1), native(2), at="2"), ACME, "x", NOW)
    assert admitted == Admitted(new=2)
    cursor = store.ledger.cursors.get("acme", "x")
    assert cursor is not None
    assert cursor.positions["x"].complete == "2"
    assert store.door.admit(page(native(1), native(2), at="2"), ACME, "x", NOW) == Admitted(unchanged=2)


def test_a_look_around_leaves_the_cursor(store: Store) -> None:
    store.door.admit(page(native(1), at="1"), ACME, "x", NOW, move_cursor=False)
    assert store.ledger.cursors.get("acme", "x") is None
    assert store.index.count() == 1


def test_a_post_belongs_to_every_brand_that_listens_for_it(store: Store) -> None:
    posts = (native(1, "Tea at #acme"), native(2, "Hello"), native(3, "#beta", hashtags=("beta",)))
    store.door.admit(page(*posts), ACME, "x", NOW)
    assert [post.brands for post in store.index.get(["x:1", "x:2", "x:3"])] == [
        ("acme", "beta"),
        ("acme",),
        ("acme", "beta"),
    ]


def test_names_are_replaced_and_kept_in_the_vault(store: Store) -> None:
    store.door.admit(page(native(1, "Thanks @jane_doe and @acme", handle="Joe_Bloggs")), ACME, "x", NOW)
    (post,) = store.index.get(["x:1"])
    assert "jane_doe" not in post.text
    assert "@acme" in post.text
    identity = store.ledger.vault.post("x:1")
    assert identity is not None
    assert (identity.handle, sorted(identity.aliases.values())) == ("Joe_Bloggs", ["jane_doe"])
    assert post.author is not None
    assert store.ledger.vault.author(post.author) == identity


@pytest.mark.parametrize(
    "more",
    [
        {"text": "half \ud83d a \0 character"},
        {"text": "ok", "title": "\ud800"},
        {"text": "ok", "hashtags": ("a\0b",)},
        {"text": "ok", "author": Author(handle="h\ud800", display_name="\0")},
        {"text": "ok", "links": ("https://x.example/\udfff",)},
    ],
)
def test_what_no_database_can_hold_is_replaced(store: Store, more: dict[str, Any]) -> None:
    unreadable = Unreadable(source="\ud800", raw=b"\0\xff", reason="\0")
    admitted = store.door.admit(page(native(1, **more), unreadable=(unreadable,)), ACME, "x", NOW)
    assert (admitted.new, admitted.unreadable) == (1, 1)
    (post,) = store.index.get(["x:1"])
    assert not {"\0", "\ud83d"} & set(str(post))


def test_an_empty_page_still_moves_the_cursor(store: Store) -> None:
    assert store.door.admit(page(at="7"), ACME, "x", NOW) == Admitted()
    assert store.ledger.cursors.get("acme", "x") is not None


def test_gaps_and_dead_letters_are_kept_once(store: Store) -> None:
    gap = Gap(source="x", since=NOW - HOUR, until=NOW, reason=GapReason.OUTAGE, estimated=3)
    whole = page(gaps=(gap,), unreadable=(Unreadable(source="row 3", raw=b"\xffraw", reason="no date"),))
    for _ in range(3):
        store.door.admit(whole, ACME, "x", NOW)
    assert store.ledger.gaps.between(("acme",), NOW - HOUR, NOW) == [gap]
    (letter,) = store.ledger.dead_letters.list()
    assert (letter.source, letter.reason, letter.brand) == ("row 3", "no date", "acme")
    assert store.ledger.dead_letters.raw(letter.id) == b"\xffraw"
    store.ledger.dead_letters.done(letter.id)
    assert store.ledger.dead_letters.count() == 0


def test_what_went_upstream_goes_here_and_stays_away(store: Store) -> None:
    repost = native(2, "Hello #acme", reposted="x:1")
    store.door.admit(page(native(1), repost, native(3)), ACME, "x", NOW)
    judge_all(store)
    store.recount()
    assert sum(row.posts for row in windows(store)) == 3
    gone = page(removed=(Removal("x:1", RemovalReason.DELETED), Removal("x:9", RemovalReason.DELETED)))
    assert store.door.admit(gone, ACME, "x", NOW).removed == 2  # with its repost, which carries its text
    store.recount()
    assert sum(row.posts for row in windows(store)) == 1
    assert store.ledger.vault.post("x:1") is None
    again = store.door.admit(page(native(1), repost, native(3), native(9)), ACME, "x", NOW)
    assert (again.refused, again.new, again.unchanged) == (3, 0, 1)
    assert store.index.count() == 1


def test_of_what_is_announced_to_everybody_only_our_own_posts_go_and_are_remembered(store: Store) -> None:
    repost = native(2, "Hello #acme", reposted="x:1")
    store.door.admit(page(native(1), repost, native(3)), ACME, "x", NOW)
    announced = tuple(Removal(f"x:{n}", RemovalReason.DELETED) for n in (1, 8, 9))
    assert store.door.admit(page(removed_if_kept=announced), ACME, "x", NOW).removed == 2  # with its repost
    again = store.door.admit(page(native(1), repost, native(9)), ACME, "x", NOW)
    assert (again.refused, again.new) == (2, 1)
    assert {post.id for post in store.index.get([f"x:{n}" for n in range(10)])} == {"x:3", "x:9"}


def test_an_account_that_went_takes_its_posts_and_nobody_elses_along(store: Store) -> None:
    store.door.admit(page(native(1, handle="joe"), native(2, handle="joe"), native(3, handle="ana")), ACME, "x", NOW)
    gone = (AuthorGone("joe", RemovalReason.WITHDRAWN), AuthorGone("stranger", RemovalReason.DELETED))
    assert store.door.admit(page(removed_authors=gone), ACME, "y", NOW).removed == 0  # of another platform
    assert store.door.admit(page(removed_authors=gone), ACME, "x", NOW).removed == 2
    assert store.ledger.vault.post("x:1") is None
    back = store.door.admit(page(native(1, handle="joe"), native(4, handle="joe")), ACME, "x", NOW)
    assert (back.refused, back.new) == (1, 1)  # what they write once they are back is theirs to write


def test_removed_in_the_page_that_brings_it(store: Store) -> None:
    both = page(native(1), removed=(Removal("x:1", RemovalReason.WITHDRAWN),))
    store.door.admit(both, ACME, "x", NOW)
    assert store.index.count() == 0


def test_counts_are_appended_when_they_change(store: Store) -> None:
    for minutes, likes in ((0, 1), (1, 1), (2, 5), (2, 5), (3, None)):
        counted = native(1, counts=Counts(likes=likes), fetched_at=NOW + timedelta(minutes=minutes))
        store.door.admit(page(counted), ACME, "x", NOW)
    assert [(s.at - NOW, s.counts.likes) for s in store.ledger.snapshots.of("x:1")] == [
        (timedelta(0), 1),
        (timedelta(minutes=2), 5),
    ]


def test_windows_follow_a_post_that_moves(store: Store) -> None:
    store.door.admit(page(native(1)), ACME, "x", NOW)
    judge_all(store)
    store.recount()
    moved = native(1, created_at=NOW - 5 * HOUR, fetched_at=NOW + HOUR, edited_at=NOW + HOUR)
    store.door.admit(page(moved), ACME, "x", NOW)
    store.recount()
    assert [(row.start, row.posts) for row in windows(store)] == [(window_of(NOW - 5 * HOUR), 1)]


def test_undated_posts_mark_no_window(store: Store) -> None:
    store.door.admit(page(native(1, created_at=None)), ACME, "x", NOW)
    assert store.ledger.windows.dirty() == []


def test_judging_marks_the_windows(store: Store) -> None:
    store.door.admit(page(native(1)), ACME, "x", NOW)
    store.recount()
    assert windows(store) == []
    judge_all(store)
    store.recount()
    assert [row.posts for row in windows(store)] == [1]


def test_expired_posts_leave_their_counts_behind(store: Store) -> None:
    old = NOW - timedelta(days=100)
    store.door.admit(page(native(1, created_at=old, fetched_at=old), native(2)), ACME, "x", NOW)
    judge_all(store)
    expired = store.index.expired("acme", None, NOW - timedelta(days=90), 100)
    assert store.door.expire("acme", expired, NOW) == 1
    store.recount()
    assert [(row.start, row.posts) for row in windows(store)] == [(window_of(old), 1), (window_of(NOW), 1)]
    store.door.admit(page(native(3, created_at=old)), ACME, "x", NOW)
    assert [dirty.start for dirty in store.ledger.windows.dirty()] == []
    assert store.ledger.vault.post("x:1") is None


# An edit, late pages and repetitions: whatever the order, one state.


def _pages(chance: random.Random) -> list[Page]:
    texts = ("one #acme", "two #acme tea", "три #acme")
    posts = [
        native(
            chance.randrange(25),
            chance.choice(texts),
            edited_at=chance.choice((None, NOW + HOUR)),
            fetched_at=NOW + chance.randrange(4) * HOUR,
            counts=Counts(likes=chance.randrange(3)),
            created_at=NOW - timedelta(minutes=chance.choice((0, 0, 0, 20))),
        )
        for _ in range(60)
    ]
    return [page(*posts[start : start + 6]) for start in range(0, 60, 6)]


def _state(store: Store) -> object:
    store.recount()
    documents = [str(post) for post in sorted(store.index.stream(Search()), key=lambda post: post.id)]
    marks = store.ledger.windows.dirty()
    return documents, windows(store), marks


@pytest.mark.parametrize("seed", range(2))
def test_pages_thrice_and_shuffled_give_the_same_state(
    store: Store, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pages = _pages(random.Random(seed))
    for one in pages:
        store.door.admit(one, ACME, "x", NOW)
    judge_all(store)
    other = Store(tmp_path_factory.mktemp("other"))
    try:
        thrice = pages * 3
        random.Random(seed + 100).shuffle(thrice)
        clean = WriteDoor(other.index, other.ledger, store.keys, (ACME, BETA))  # the same key, the same pseudonyms
        for one in thrice:
            clean.admit(one, ACME, "x", NOW)
        judge_all(other)
        assert _state(other) == _state(store)
    finally:
        other.close()


class Faulty(EmbeddedIndex):
    """An index that fails before or after it wrote, as a disk or a network would."""

    chance = random.Random(3)
    failing = True

    def save(self, posts: Sequence[Post]) -> Saved:
        moment = self.chance.random() if self.failing else 1
        if moment < 0.25:
            raise StoreUnavailable("The disk is full.")
        saved = super().save(posts)
        if moment < 0.5:
            raise StoreUnavailable("The answer was lost.")
        return saved


def test_the_cursor_is_never_ahead_of_the_posts(store: Store) -> None:
    index = Faulty(store.home / "posts.db")
    door = WriteDoor(index, store.ledger, store.keys, (ACME,))
    chance = random.Random(5)
    total = 60
    try:
        for _ in range(400):
            cursor = store.ledger.cursors.get("acme", "x")
            done = int(cursor.positions["x"].complete or 0) if cursor else 0
            assert index.count() >= done
            assert len(index.get([f"x:{n}" for n in range(1, done + 1)])) == done
            if done == total:
                break
            until = min(total, done + chance.randrange(1, 6))
            numbers = list(range(max(1, done - chance.randrange(4)), until + 1))
            chance.shuffle(numbers)
            try:
                door.admit(page(*map(native, numbers), at=str(until)), ACME, "x", NOW)
            except StoreUnavailable:
                continue
        else:
            pytest.fail("never finished")
    finally:
        index.close()
    assert store.index.count() == total


class Overtaken(EmbeddedIndex):
    """Somebody erases the post between the door's look at the tombstones and its save."""

    store: Store

    def save(self, posts: Sequence[Post]) -> Saved:
        self.store.door.remove([posts[0].id], "erased", NOW)
        return super().save(posts)


def test_an_erasure_that_overtakes_a_page_wins(store: Store) -> None:
    index = Overtaken(store.home / "posts.db")
    index.store = store
    try:
        door = WriteDoor(index, store.ledger, store.keys, (ACME,))
        door.admit(page(native(1), native(2), at="2"), ACME, "x", NOW)
    finally:
        index.close()
    assert [post.id for post in store.index.stream(Search())] == ["x:2"]
    assert store.ledger.vault.post("x:1") is None
    assert store.ledger.cursors.get("acme", "x") is not None


class DiesAfterRemoving(EmbeddedIndex):
    store: Store

    def remove(self, ids: Sequence[str]) -> tuple[Post, ...]:
        super().remove(ids)
        self.store.recount()  # a judge at work at the same time clears the mark
        raise StoreUnavailable("Killed.")


@pytest.mark.parametrize("again", ["the same page", "any page, later"])
def test_windows_are_right_after_a_kill_between_removing_and_marking(store: Store, again: str) -> None:
    store.door.admit(page(native(1), native(2)), ACME, "x", NOW)
    judge_all(store)
    index = DiesAfterRemoving(store.home / "posts.db")
    index.store = store
    gone = page(removed=(Removal("x:1", RemovalReason.DELETED),))
    door = WriteDoor(index, store.ledger, store.keys, (ACME,))
    try:
        with pytest.raises(StoreUnavailable):
            door.admit(gone, ACME, "x", NOW)
    finally:
        index.close()
    assert store.ledger.windows.dirty() == []
    if again == "the same page":
        store.door.admit(gone, ACME, "x", NOW)
    else:
        store.door.admit(page(), ACME, "x", NOW + 2 * HOUR)
    assert [dirty.start for dirty in store.ledger.windows.dirty()] == [window_of(NOW)]
    store.recount()
    assert sum(row.posts for row in windows(store)) == 1


def test_a_brand_without_a_matching_query_still_owns_what_was_collected_for_it(store: Store) -> None:
    imports = brand("imports", "*")
    store.door.admit(page(native(1, "No hashtag at all", hashtags=())), imports, "files", NOW)
    assert store.index.get(["x:1"])[0].brands == ("imports",)
    assert store.index.search(Search(query=parse("hashtag"))).total == 1
