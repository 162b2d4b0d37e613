"""Time, cut as Google can be asked about it: whole days by date, and the last hours by their number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Slice:
    """``operators`` go behind the words of a search. ``last``: it reaches to the present."""

    operators: str
    since: datetime
    until: datetime
    last: bool


def slices(start: datetime, now: datetime) -> Iterator[Slice]:
    """From ``start`` to ``now`` without a hole. Days are Google's, somewhere near UTC, and join one another; the last
    slice takes a day or two, so that their borders are covered by hours."""
    at = start
    while now - at > 2 * _DAY:
        day = at.date()
        end = _midnight(day + _DAY)
        yield Slice(f"after:{day - _DAY if at == start else day} before:{day + _DAY}", at, end, False)
        at = end
    # One hour more: Google's hours begin somewhere too.
    hours = -((at - now) // _HOUR) + 1
    yield Slice(f"when:{hours}h", at, now, True)


def narrower(part: Slice) -> Iterator[Slice]:
    """The slice, then its newer half, and so on, down to the last hour; days cannot be cut."""
    yield part
    hours = int((part.until - part.since) / _HOUR)
    while part.last and hours > 1:
        hours //= 2
        yield Slice(f"when:{hours}h", part.until - hours * _HOUR, part.until, True)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
