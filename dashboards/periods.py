"""Which stretch of time a page looks at, and in which steps it is drawn."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from listening.errors import QueryError
from listening.sentences import sentence

from .addresses import read_time
from .catalogue import mark

Step = timedelta | Literal["day"]
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONGEST = timedelta(days=400)

NAMES = {"24h": mark("24 hours"), "7d": mark("7 days"), "28d": mark("28 days"), "custom": mark("Other period")}


@dataclass(frozen=True, slots=True)
class Period:
    """``since`` ≤ t < ``until`` (UTC), both on the edge of a step."""

    key: str
    since: datetime
    until: datetime
    step: Step
    zone: ZoneInfo

    def starts(self) -> Iterator[datetime]:
        """Where each step begins (UTC). Days are those of the reader's calendar, also when clocks change."""
        at = self.since
        while at < self.until:
            yield at
            at = _next(at, self.step, self.zone)

    def end_of(self, start: datetime) -> datetime:
        return min(_next(start, self.step, self.zone), self.until)


def read_period(params: QueryParams, now: datetime, zone: ZoneInfo) -> Period:
    """The period an address asks for; raises :class:`QueryError` with a sentence."""
    key = params.get("period") or ("custom" if params.get("since") else "7d")
    if key == "24h":
        until = _ceiling(now, HOUR, zone)
        return Period(key, until - DAY, until, HOUR, zone)
    if key == "7d":
        until = _ceiling(now, 6 * HOUR, zone)
        return Period(key, until - 7 * DAY, until, 6 * HOUR, zone)
    if key == "28d":
        until = _midnight(now, zone, 1)
        return Period(key, _midnight(now, zone, -27), until, "day", zone)
    if key != "custom":
        raise QueryError(
            sentence(
                "'%(name)s' is '%(value)s', which does not exist: write one of %(known)s.",
                name="period",
                value=key[:40],
                known=", ".join(NAMES),
            )
        )
    since = read_time("since", params.get("since"), zone)
    until = read_time("until", params.get("until"), zone, end=True) or _midnight(now, zone, 1)
    if since is None:
        raise QueryError(sentence("A period of your own needs its first day: write 'since', like 2026-11-22."))
    return _custom(since, until, zone)


def _custom(since: datetime, until: datetime, zone: ZoneInfo) -> Period:
    if until <= since:
        raise QueryError(sentence("The period ends before it begins: exchange 'since' and 'until'."))
    if until - since > LONGEST:
        raise QueryError(sentence("The period is longer than %(days)s days: choose a shorter one.", days=LONGEST.days))
    if until - since <= 2 * DAY:
        return Period("custom", _floor(since, HOUR, zone), _ceiling(until, HOUR, zone), HOUR, zone)
    if until - since <= 10 * DAY:
        return Period("custom", _floor(since, 6 * HOUR, zone), _ceiling(until, 6 * HOUR, zone), 6 * HOUR, zone)
    last = _midnight(until, zone, 0)
    return Period(
        "custom", _midnight(since, zone, 0), last if last == until else _midnight(until, zone, 1), "day", zone
    )


def week_earlier(at: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """The same wall-clock time, ``weeks`` weeks before."""
    return (at.astimezone(zone) - timedelta(weeks=weeks)).astimezone(UTC)


def _midnight(at: datetime, zone: ZoneInfo, days: int) -> datetime:
    local = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return (local + timedelta(days=days)).astimezone(UTC)


def _next(at: datetime, step: Step, zone: ZoneInfo) -> datetime:
    return _midnight(at, zone, 1) if step == "day" else at + step


def _floor(at: datetime, step: timedelta, zone: ZoneInfo) -> datetime:
    since_midnight = at - _midnight(at, zone, 0)
    return at - since_midnight % step


def _ceiling(at: datetime, step: timedelta, zone: ZoneInfo) -> datetime:
    floor = _floor(at, step, zone)
    return floor if floor == at else floor + step
