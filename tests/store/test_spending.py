"""What was bought is never forgotten, and what a killed collection may have bought is counted as bought."""

import sqlite3
from datetime import timedelta
from decimal import Decimal

import pytest

from listening.collecting import Gap, GapReason, Spent
from listening.errors import StoreUnavailable
from store.ledger import Ledger

from .conftest import ACME, Store
from .making import NOW, native, page
from .test_door import Faulty

HALF = Decimal("0.5")
HOUR = timedelta(hours=1)


def bought(posts: int) -> Spent:
    return Spent(requests=1, posts=posts, dollars=posts * Decimal("0.005"))


def test_what_pages_cost_is_added_up_exactly_by_month(store: Store) -> None:
    for number in range(3):
        store.door.admit(page(native(number), spent=bought(7)), ACME, "x", NOW)
    store.door.admit(page(spent=Spent(dollars=Decimal("0.0000001"))), ACME, "x", NOW)
    store.door.admit(page(spent=bought(1)), ACME, "x", NOW + timedelta(days=30))
    spent = store.ledger.spending.of_month("acme", "x", NOW)
    # A part of a millionth counts as a whole one.
    assert spent == Spent(requests=3, posts=21, dollars=Decimal("0.105001"))
    assert store.ledger.spending.of_month("acme", "mastodon", NOW) == Spent()
    assert list(store.ledger.spending.by_hour("acme", "x", NOW - HOUR).values()) == [
        Decimal("0.105001"),
        Decimal("0.005"),
    ]


def test_a_page_that_could_not_be_saved_was_bought_all_the_same(store: Store) -> None:
    index = Faulty(store.home / "posts.db")
    index.chance.seed(1)
    door = type(store.door)(index, store.ledger, store.keys, (ACME,))
    tries = 0
    try:
        for _ in range(40):
            tries += 1
            try:
                door.admit(page(native(1), at="1", spent=bought(10)), ACME, "x", NOW)
            except StoreUnavailable:
                continue
            break
    finally:
        index.close()
    assert tries > 1
    assert store.ledger.spending.of_month("acme", "x", NOW).posts == 10 * tries


def test_what_is_reserved_shrinks_with_what_is_bought_and_a_kill_costs_one_answer(store: Store) -> None:
    spending = store.ledger.spending
    assert spending.reserve("acme", "x", Decimal(2), HALF, NOW) == 2
    store.door.admit(page(spent=bought(100)), ACME, "x", NOW)
    # Killed here: nothing was released.
    assert spending.reserve("acme", "x", Decimal(2), HALF, NOW + HOUR) == Decimal(1)
    spending.release("acme", "x")
    assert spending.reserve("acme", "x", Decimal(2), HALF, NOW + HOUR) == Decimal(1)
    spending.release("acme", "x")
    assert spending.of_month("acme", "x", NOW).dollars == Decimal(1)


@pytest.mark.parametrize(("most_at_once", "left"), [(HALF, Decimal("0.1")), (None, Decimal(0))])
def test_a_kill_costs_no_more_than_was_left(store: Store, most_at_once: Decimal | None, left: Decimal) -> None:
    spending = store.ledger.spending
    spending.reserve("acme", "x", Decimal("0.6"), most_at_once, NOW)
    assert spending.reserve("acme", "x", Decimal("0.6"), most_at_once, NOW) == left
    spending.reserve("acme", "x", Decimal("0.6"), None, NOW)
    assert spending.reserve("acme", "x", Decimal("0.6"), most_at_once, NOW) == 0


def test_a_new_month_is_a_new_budget(store: Store) -> None:
    store.door.admit(page(spent=bought(400)), ACME, "x", NOW)
    assert store.ledger.spending.reserve("acme", "x", Decimal(2), HALF, NOW) == 0
    store.ledger.spending.release("acme", "x")
    assert store.ledger.spending.reserve("acme", "x", Decimal(2), HALF, NOW + timedelta(days=14)) == 2


def test_the_newest_post_of_a_source_is_known_and_gaps_are_found_by_platform(store: Store) -> None:
    for hours in (3, 1, 2):
        store.door.admit(page(native(hours, created_at=NOW - hours * HOUR)), ACME, "x", NOW)
    store.door.admit(page(native(9, created_at=NOW + HOUR), native(10, created_at=None)), ACME, "x", NOW)
    source = store.ledger.sources.get("acme", "x")
    assert source is not None
    assert source.last_post == NOW - HOUR
    gap = Gap(source="search", since=NOW - HOUR, until=NOW, reason=GapReason.PAGE_CAP)
    store.door.admit(page(gaps=(gap,)), ACME, "x", NOW)
    [found] = store.ledger.gaps.of_source("acme", "x", NOW - 2 * HOUR, NOW)
    assert found.source == "x, search"
    assert store.ledger.gaps.of_source("acme", "mastodon", NOW - 2 * HOUR, NOW) == []


def test_sources_of_schema_2_get_their_new_columns(store: Store) -> None:
    store.close()
    with sqlite3.connect(store.home / "ledger.db") as connection:
        connection.executescript(
            "ALTER TABLE sources DROP COLUMN last_post; ALTER TABLE sources DROP COLUMN resting;"
            "INSERT INTO sources VALUES ('acme', 'x', 1, 1, NULL, NULL, '', 7); UPDATE schema_version SET version = 2"
        )
    connection.close()
    ledger = Ledger.open(f"sqlite:///{store.home / 'ledger.db'}", store.keys)
    [source] = ledger.sources.all()
    assert (source.posts_total, source.last_post, source.resting) == (7, None, False)
    ledger.close()
