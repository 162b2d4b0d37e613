"""Ids of statuses: numbers in which the time comes first ("snowflakes": milliseconds, then 16 bits)."""

from datetime import UTC, datetime, timedelta

from ..canonical import CLOCKS_DIFFER


def id_at(moment: datetime) -> str:
    """The id that a status published then would have at least."""
    return str(max(0, int(moment.timestamp() * 1000)) << 16)


def order(status_id: str) -> tuple[int, str]:
    """Sorts ids of one server by age: numbers by size; ids of other software are of one length."""
    return len(status_id), status_id


def earlier(status_id: str, by: timedelta) -> str:
    """An id from ``by`` before; unchanged if the id holds no time."""
    at = time_of(status_id)
    return id_at(at - by) if at else status_id


def time_of(status_id: str) -> datetime | None:
    """When a snowflake was made; None for other ids."""
    if not (status_id.isascii() and status_id.isdecimal()) or len(status_id) > 20:
        return None
    seconds = (int(status_id) >> 16) / 1000
    # Servers began with small numbers, before 2017 or so, and other software still counts 1, 2, 3.
    return datetime.fromtimestamp(seconds, UTC) if 1_400_000_000 < seconds < 253_402_300_000 else None


def is_possible(status_id: str, now: datetime) -> bool:
    """False for an id from the future: behind it, nothing would ever be new again."""
    at = time_of(status_id)
    if at is None:
        return len(status_id) <= 40 and (not status_id.isdecimal() or len(status_id) <= 19)
    return at <= now + CLOCKS_DIFFER
