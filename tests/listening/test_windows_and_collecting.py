"""Quarters of an hour, and the small types that collectors speak in."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Removal, RemovalReason, Spent, Unreadable
from listening.errors import EarshotError, QueryError, RateLimited, StoreUnavailable, TryLater, Unanswered
from listening.posts import Match
from listening.privacy import pseudonymise
from listening.windows import LENGTH, window_of

from .examples import NOON, native


def at(hour: int, minute: int, second: int = 0, microsecond: int = 0) -> datetime:
    return datetime(2026, 11, 22, hour, minute, second, microsecond, tzinfo=UTC)


def there(hour: int, minute: int, zone: str, fold: int = 0, day: tuple[int, int] = (11, 22)) -> datetime:
    return datetime(2026, *day, hour, minute, tzinfo=ZoneInfo(zone), fold=fold)


WINDOWS = {
    "on the quarter": (at(12, 15), at(12, 15)),
    "just before": (at(12, 14, 59, 999_999), at(12, 0)),
    "in the middle": (at(12, 37, 5), at(12, 30)),
    "last of the day": (at(23, 59), at(23, 45)),
    "another zone": (there(1, 20, "Europe/Bucharest"), datetime(2026, 11, 21, 23, 15, tzinfo=UTC)),
    "a zone of three quarters": (there(12, 0, "Asia/Kathmandu"), at(6, 15)),
    "the hour that comes twice, first": (
        there(3, 30, "Europe/Bucharest", day=(10, 25)),
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    ),
    "the hour that comes twice, again": (
        there(3, 30, "Europe/Bucharest", fold=1, day=(10, 25)),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ),
    "long ago": (datetime(1969, 12, 31, 23, 59, tzinfo=UTC), datetime(1969, 12, 31, 23, 45, tzinfo=UTC)),
}


@pytest.mark.parametrize("moment, start", WINDOWS.values(), ids=WINDOWS)
def test_the_window_of_a_moment(moment: datetime, start: datetime) -> None:
    assert window_of(moment) == start
    assert window_of(moment).tzinfo is UTC


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_every_moment_lies_in_its_window(moment: datetime) -> None:
    start = window_of(moment)
    assert start <= moment.astimezone(UTC) < start + LENGTH
    assert window_of(start) == start
    assert start.timestamp() % LENGTH.total_seconds() == 0


def test_a_page_is_empty_unless_something_is_in_it() -> None:
    page = Page()
    assert (page.posts, page.removed, page.unreadable, page.gaps, page.withheld) == ((), (), (), (), 0)
    assert page.cursor is None
    assert page.spent == Spent(requests=0, posts=0, dollars=Decimal(0))


def test_values_are_equal_by_value_and_cannot_change() -> None:
    cursor = Cursor("r1", {"#acme": Position(complete="9", walk_from="20", walk_at="12")})
    assert cursor == Cursor("r1", {"#acme": Position("9", "20", "12")})
    assert cursor != Cursor("r2", cursor.positions)
    gap = Gap(source="a", since=NOON, until=NOON + LENGTH, reason=GapReason.OUTAGE)
    for value in (
        cursor,
        gap,
        Page(),
        Removal("x:1", RemovalReason.DELETED),
        Unreadable(source="a", raw=b"", reason="b"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, type(value).__dataclass_fields__.__iter__().__next__(), None)


def test_reasons_are_words_for_people() -> None:
    assert [r.value for r in GapReason] == ["page cap", "history window", "outage", "rate limit", "budget"]
    assert [r.value for r in RemovalReason] == ["deleted upstream", "no longer public"]


@pytest.mark.parametrize("kind", [TryLater, RateLimited, Unanswered, StoreUnavailable])
def test_what_passes_says_when_to_come_back(kind: type[TryLater]) -> None:
    assert kind("wait", NOON).until == NOON
    assert kind("wait").until is None
    assert isinstance(kind("wait"), EarshotError)
    assert str(kind("wait", NOON)) == "wait"


def test_a_query_error_says_where() -> None:
    assert QueryError("no", 7).position == 7
    assert QueryError("no").position == 0


def test_which_copy_of_a_post_is_newer() -> None:
    def version(edited: datetime | None, fetched: datetime) -> tuple[datetime, datetime]:
        return pseudonymise(native(edited_at=edited, fetched_at=fetched), b"k", frozenset(), [])[0].source_version

    later = NOON + LENGTH
    assert version(None, NOON) < version(None, later) < version(later, NOON) < version(later, later)


def test_a_post_names_each_brand_once() -> None:
    matches = [Match("acme", "r1"), Match("tamrik", "r1"), Match("acme", "r2")]
    assert pseudonymise(native(), b"k", frozenset(), matches)[0].brands == ("acme", "tamrik")
