"""When a server that said "too many requests" may be asked again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

USUAL = timedelta(minutes=5)
"""Mastodon counts requests by five minutes (docs.joinmastodon.org/api/rate-limits, November 2026)."""
LONGEST = timedelta(minutes=15)
_RESETS = ("X-RateLimit-Reset", "RateLimit-Reset")
_A_YEAR = 366 * 86_400  # a smaller number of seconds is a wait (Reddit, the RateLimit draft), a larger one a moment


def come_back(
    headers: Mapping[str, str], now: datetime, *, usual: timedelta = USUAL, longest: timedelta = LONGEST
) -> datetime:
    """From ``X-RateLimit-Reset``, measured against the answer's ``Date``, since clocks differ; else ``Retry-After``.

    Always after ``now``, and never later than ``longest``: headers may be missing, nonsense or absurd.
    """
    server_now = read_time(headers.get("Date")) or now
    asked = (_wait(headers.get(name), server_now) for name in (*_RESETS, "Retry-After"))
    wait = next((wait for wait in asked if wait), usual)
    return now + min(wait, longest)


def _wait(text: str | None, server_now: datetime) -> timedelta | None:
    """How long a header asks us to wait, None if it does not say: seconds from now, or the moment itself."""
    text = (text or "").strip()
    if text.isascii() and text.replace(".", "", 1).isdecimal() and len(text) < 10 and float(text) < _A_YEAR:
        wait = timedelta(seconds=float(text))
    elif moment := read_time(text):
        wait = moment - server_now
    else:
        return None
    return wait if wait > timedelta(0) else None


def read_time(text: str | None) -> datetime | None:
    """ISO 8601 (Mastodon), Unix seconds (GoToSocial) or a mail date (``Date``); None for anything else."""
    text = (text or "").strip()
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        at = datetime.fromisoformat(text) if text[:4].isdecimal() else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
