"""What the month will have cost at its end: spent so far, and the pace by hour of the week for the rest."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Dollars of a calendar month (UTC). ``month_end`` is what it would cost if nothing stopped it; ``runs_out_at``
    the hour in which the budget is used up, None if it lasts."""

    spent: Decimal
    month_end: Decimal
    runs_out_at: datetime | None


def forecast(spent: Mapping[datetime, Decimal], now: datetime, budget: Decimal | None = None) -> Forecast:
    """``spent``: dollars by the hour (UTC) in which they were spent; the first one is when observing began, and an hour
    that lacks cost nothing. Hours from before this month count for the pace only. Pure."""
    month = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (month + timedelta(days=32)).replace(day=1)
    so_far = sum((dollars for hour, dollars in spent.items() if month <= hour <= now), Decimal(0))
    if budget is not None and so_far >= budget:
        return Forecast(spent=so_far, month_end=so_far, runs_out_at=now)
    paces, usual = _paces(spent, now)
    expected, runs_out_at = so_far, None
    at = now
    while at < end:
        until = min(_hour(at) + _HOUR, end)
        expected += paces.get(_slot(at), usual) * Decimal((until - at) / _HOUR)
        if budget is not None and expected >= budget and runs_out_at is None:
            runs_out_at = _hour(at)
        at = until
    return Forecast(spent=so_far, month_end=expected, runs_out_at=runs_out_at)


def _paces(spent: Mapping[datetime, Decimal], now: datetime) -> tuple[dict[tuple[int, int], Decimal], Decimal]:
    """Dollars an hour by hour of the week, and over all, from whole hours that were observed."""
    by_hour: dict[datetime, Decimal] = defaultdict(Decimal)
    for moment, dollars in spent.items():
        by_hour[_hour(moment)] += dollars
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    hours: dict[tuple[int, int], int] = defaultdict(int)
    at = min(by_hour, default=now)
    while at + _HOUR <= now:
        sums[_slot(at)] += by_hour.get(at, Decimal(0))
        hours[_slot(at)] += 1
        at += _HOUR
    observed = sum(hours.values())
    usual = sum(sums.values(), Decimal(0)) / observed if observed else Decimal(0)
    return {slot: sums[slot] / count for slot, count in hours.items()}, usual


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _slot(moment: datetime) -> tuple[int, int]:
    at = moment.astimezone(UTC)
    return at.weekday(), at.hour
