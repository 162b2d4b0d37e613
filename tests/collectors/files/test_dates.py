"""Dates as exports write them."""

from datetime import UTC, datetime

import pytest

from collectors.files.dates import DayOrder, find_day_order, read_date
from listening.errors import UnreadableInput

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "zoned"),
    [
        ("2026-11-22T10:00:00Z", True),
        ("2026-11-22T12:00:00+02:00", True),
        ("2026-11-22 12:00:00 +0200", True),
        ("2026-11-22 10:00:00 UTC", True),
        ("2026-11-22T10:00:00.000Z", True),
        ("2026-11-22 10:00", False),
        ("2026/11/22 10:00", False),
        ("22.11.2026 10:00", False),
        ("22/11/2026 10:00", False),
        ("11/22/2026 10:00 AM", False),
        ("11/22/2026, 10:00:00 AM", False),
        ("Sun, 22 Nov 2026 12:00:00 +0200", True),
        ("Sun Nov 22 10:00:00 +0000 2026", True),
        ("1795341600", True),
        ("1795341600000", True),
        (1795341600, True),
        (1795341600.0, True),
        (" 2026-11-22T10:00:00Z ", True),
    ],
)
def test_dates_that_are_read(written: object, zoned: bool) -> None:
    moment = read_date(written)
    assert moment is not None
    assert (moment.at, moment.zoned) == (TEN, zoned)


@pytest.mark.parametrize("written", ["", "  ", None, True])
def test_no_date(written: object) -> None:
    assert read_date(written) is None


def test_a_day_begins_at_midnight() -> None:
    for written in ("2026-11-22", "20261122", "22.11.2026"):
        moment = read_date(written)
        assert moment is not None
        assert (moment.at, moment.zoned) == (datetime(2026, 11, 22, tzinfo=UTC), False)


def test_a_leap_second_is_the_second_before() -> None:
    moment = read_date("2016-12-31T23:59:60Z")
    assert moment is not None
    assert moment.at == datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("03/04/2026", "two ways"),
        ("yesterday", "cannot be read"),
        ("31/02/2026", "does not exist"),
        ("2026-13-45", "cannot be read"),
        ("99999999999999999999", "no Unix time"),
        ("14/15/2026", "two ways"),
    ],
)
def test_dates_that_are_refused_with_a_reason(written: str, why: str) -> None:
    with pytest.raises(UnreadableInput, match=why):
        read_date(written)


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["03/04/2026", "25/04/2026"], DayOrder.DAY_FIRST),
        (["03/04/2026", "04/25/2026"], DayOrder.MONTH_FIRST),
        (["03/04/2026", "05/06/2026"], None),
        (["2026-01-02", None, "x"], None),
        (["03/04/2026"] * 500 + ["25/04/2026"], DayOrder.DAY_FIRST),
    ],
)
def test_a_file_settles_what_one_date_leaves_open(dates: list[object], order: DayOrder | None) -> None:
    assert find_day_order(dates) is order


def test_a_settled_order_reads_and_refuses() -> None:
    april = read_date("03/04/2026", DayOrder.DAY_FIRST)
    march = read_date("03/04/2026", DayOrder.MONTH_FIRST)
    assert april and april.at.month == 4
    assert march and march.at.month == 3
    with pytest.raises(UnreadableInput, match="does not fit the others"):
        read_date("04/25/2026", DayOrder.DAY_FIRST)


def test_looking_for_an_order_ends_where_no_date_needs_one() -> None:
    asked = []

    def dates() -> object:
        for number in range(10_000):
            asked.append(number)
            yield "2026-01-02"

    assert find_day_order(dates()) is None  # type: ignore[arg-type]
    assert len(asked) < 200
