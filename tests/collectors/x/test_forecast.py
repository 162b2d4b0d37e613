"""What the month will have cost at its end."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from collectors.x.forecast import forecast

NOW = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)  # a Monday; half of November is over
HOUR = timedelta(hours=1)


def test_nothing_was_spent() -> None:
    assert forecast({}, NOW).month_end == 0
    assert forecast({}, NOW, Decimal(5)).runs_out_at is None


def test_an_even_pace_goes_on() -> None:
    spent = {datetime(2026, 11, 1, tzinfo=UTC) + n * HOUR: Decimal("0.1") for n in range(15 * 24)}
    seen = forecast(spent, NOW)
    assert (seen.spent, seen.month_end) == (Decimal("36.0"), Decimal("72.0"))
    half = forecast(spent, NOW + HOUR / 2)
    assert half.month_end == Decimal("71.95")


def test_working_hours_cost_and_weekends_do_not() -> None:
    start = datetime(2026, 11, 2, tzinfo=UTC)  # two whole weeks
    hours = (start + n * HOUR for n in range(14 * 24))
    spent = {at: Decimal(1) for at in hours if at.weekday() < 5 and 8 <= at.hour < 16}
    spent[start] = Decimal(0)  # observing began then
    seen = forecast(spent, NOW)
    workdays = 11  # from Monday the 16th to Monday the 30th
    assert seen.spent == 80
    assert seen.month_end == 80 + workdays * 8


def test_hours_of_last_month_count_for_the_pace_only() -> None:
    spent = {datetime(2026, 10, 31, tzinfo=UTC) + n * HOUR: Decimal(1) for n in range(24)}
    seen = forecast(spent, datetime(2026, 11, 1, tzinfo=UTC))
    assert (seen.spent, seen.month_end) == (0, 30 * 24)


def test_it_says_when_the_money_runs_out() -> None:
    spent = {datetime(2026, 11, 1, tzinfo=UTC) + n * HOUR: Decimal("0.1") for n in range(15 * 24)}
    assert forecast(spent, NOW, Decimal(37)).runs_out_at == NOW + 9 * HOUR
    assert forecast(spent, NOW, Decimal(100)).runs_out_at is None
    out = forecast(spent, NOW, Decimal(36))
    assert (out.month_end, out.runs_out_at) == (Decimal("36.0"), NOW)


def test_december_ends_too() -> None:
    at = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    seen = forecast({at.replace(minute=0) - HOUR: Decimal(2)}, at)
    assert seen.month_end == Decimal(2) + Decimal("1.5") * 2
