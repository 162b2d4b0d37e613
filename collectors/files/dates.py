"""Dates as exports write them. Nothing is guessed: what can be read two ways is refused, unless the file settles it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from listening.errors import UnreadableInput


class DayOrder(StrEnum):
    """How a file writes 03/04: settled by a date in it that can be read one way only."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"


@dataclass(frozen=True, slots=True)
class Moment:
    """``at`` is UTC. ``zoned`` false: the file names no time zone, and UTC was taken."""

    at: datetime
    zoned: bool


_NUMERIC = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?:[ T,]+(.+))?")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T,]+(.+))?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_LEAP_SECOND = re.compile(r"(T| )(\d\d:\d\d):60")
_ZONE_NAME = re.compile(r" ?(?:UTC|GMT|Z)$", re.IGNORECASE)
_SPACED_OFFSET = re.compile(r" ([+-]\d\d:?\d\d)$")
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)? ?([AaPp])\.?[Mm]\.?(.*)")
# What X and its older exports write: Wed Oct 10 20:19:24 +0000 2018
_TWITTER = re.compile(r"\w{3} \w{3} \d\d \d\d:\d\d:\d\d [+-]\d{4} \d{4}")


def day_order_of(value: Any) -> DayOrder | None:
    """What one date says about the order of day and month in its file, if anything."""
    if isinstance(value, str) and (match := _NUMERIC.fullmatch(value.strip())):
        first, second = int(match[1]), int(match[2])
        if first > 12 >= second:
            return DayOrder.DAY_FIRST
        if second > 12 >= first:
            return DayOrder.MONTH_FIRST
    return None


def find_day_order(dates: Iterable[Any]) -> DayOrder | None:
    """Looks for a date that settles the order: through all of ``dates`` if the first hundred have any of that kind."""
    any_numeric = False
    for number, date in enumerate(dates):
        if order := day_order_of(date):
            return order
        any_numeric = any_numeric or (isinstance(date, str) and _NUMERIC.fullmatch(date.strip()) is not None)
        if number >= 100 and not any_numeric:
            break
    return None


def read_date(value: Any, order: DayOrder | None = None) -> Moment | None:
    """The moment that a cell names; None if it is empty. Raises :class:`UnreadableInput` with a sentence."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_number(float(value))
    text = str(value).strip()
    if not text:
        return None
    try:
        return _zoned(datetime.fromisoformat(text)) if not text.isdigit() else _from_digits(text)
    except (ValueError, OverflowError):
        return _from_words(text, order)


def _from_digits(text: str) -> Moment:
    if len(text) == 8:  # 20261122
        return _zoned(datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC), zoned=False)
    return _from_number(float(text))


def _from_number(number: float) -> Moment:
    """Unix time, in seconds, milliseconds or microseconds by its size."""
    for unit in (1, 1_000, 1_000_000):
        if abs(number) < 1e11 * unit:  # 1e11 seconds is the year 5138
            try:
                return Moment(datetime.fromtimestamp(number / unit, UTC), True)
            except (OverflowError, ValueError, OSError) as error:
                raise UnreadableInput(f"the date {number:.0f} is out of range") from error
    raise UnreadableInput(f"the date {number:.0f} is no Unix time in seconds or milliseconds")


def _from_words(text: str, order: DayOrder | None) -> Moment:
    if match := _DOTTED.fullmatch(text):  # with dots the day comes first, wherever people write so
        return _compose(text, match[3], match[2], match[1], match[4])
    if match := _NUMERIC.fullmatch(text):
        return _compose(text, match[3], *_month_and_day(text, match[1], match[2], order), match[4])
    if _NUMBER.fullmatch(text):
        return _from_number(float(text))
    for attempt in (_tidy(text), text):
        try:
            return _zoned(datetime.fromisoformat(attempt))
        except (ValueError, OverflowError):
            continue
    try:
        if _TWITTER.fullmatch(text):
            return _zoned(datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y"))
        return _zoned(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError) as error:
        raise UnreadableInput(f"the date '{text[:60]}' cannot be read: write it as 2026-11-22T10:00:00Z") from error


def _month_and_day(text: str, first: str, second: str, order: DayOrder | None) -> tuple[str, str]:
    own = day_order_of(text)
    if order and own and own is not order:
        raise UnreadableInput(f"the date '{text[:60]}' does not fit the others in this file, which write the {order}")
    if int(first) == int(second):
        return first, second
    match own or order:
        case DayOrder.DAY_FIRST:
            return second, first
        case DayOrder.MONTH_FIRST:
            return first, second
    raise UnreadableInput(
        f"the date '{text[:60]}' can be read two ways, and nothing in the file says which: write it as 2026-11-22"
    )


def _compose(text: str, year: str, month: str, day: str, clock: str | None) -> Moment:
    try:
        time = _tidy_clock(clock) if clock else "00:00"
        return _zoned(datetime.fromisoformat(_tidy(f"{year}-{int(month):02}-{int(day):02}T{time}")))
    except (ValueError, OverflowError) as error:
        raise UnreadableInput(f"the date '{text[:60]}' does not exist: write it as 2026-11-22T10:00:00Z") from error


def _tidy_clock(clock: str) -> str:
    """``9:05 PM`` → ``21:05``; ``9:05`` → ``09:05``."""
    if match := _CLOCK.fullmatch(clock.strip()):
        hour = int(match[1]) % 12 + (12 if match[4] in "Pp" else 0)
        return f"{hour:02}:{match[2]}:{match[3] or '00'}{match[5]}"
    return clock.strip() if clock.strip()[1:2] != ":" else f"0{clock.strip()}"


def _tidy(text: str) -> str:
    """What fromisoformat would take: slashes, a zone's name, a spaced offset, a leap second."""
    text = text.replace("/", "-") if text[4:5] == "/" else text
    text = _SPACED_OFFSET.sub(r"\1", _ZONE_NAME.sub("+00:00", text))
    return _LEAP_SECOND.sub(r"\1\2:59", text)


def _zoned(at: datetime, zoned: bool = True) -> Moment:
    if at.tzinfo is None:
        return Moment(at.replace(tzinfo=UTC), False)
    return Moment(at.astimezone(UTC), zoned)
