"""Ids of posts on X: numbers in which the time comes first (milliseconds since X's own epoch, then 22 bits)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ..canonical import CLOCKS_DIFFER

_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_FIRST = 1 << 34  # older posts were numbered one by one
_LARGEST = 1 << 63


def id_at(moment: datetime) -> int:
    """The smallest id that a post written then can have."""
    return max(0, (moment - _EPOCH) // timedelta(milliseconds=1)) << 22


def time_of(post_id: int) -> datetime | None:
    """When a post was written, to the millisecond; None for ids from before they held a time."""
    return _EPOCH + timedelta(milliseconds=post_id >> 22) if _FIRST < post_id < _LARGEST else None


def read_id(value: Any) -> int | None:
    """``value`` as an id, None if it is none."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 else 0
    return number if 0 < number < _LARGEST else None


def is_possible(post_id: int, now: datetime) -> bool:
    """False for an id from the future: behind it, nothing would ever be new again."""
    return post_id < id_at(now + CLOCKS_DIFFER)
