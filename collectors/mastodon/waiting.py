"""When a server that said "too many requests" may be asked again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

USUAL = timedelta(minutes=5)
"""Mastodon counts requests by five minutes (docs.joinmastodon.org/api/rate-limits, November 2026)."""
LONGEST = timedelta(minutes=15)


def come_back(headers: Mapping[str, str], now: datetime) -> datetime:
    """From ``X-RateLimit-Reset``, measured against the answer's ``Date``, since clocks differ; else ``Retry-After``.

    Always after ``now``, and never later than a quarter of an hour: headers may be missing, nonsense or absurd.
    """
    reset, retry = read_time(headers.get("X-RateLimit-Reset")), headers.get("Retry-After", "").strip()
    wait = timedelta(0)
    if reset:
        wait = reset - (read_time(headers.get("Date")) or now)
    elif retry.isdecimal() and len(retry) < 9:
        wait = timedelta(seconds=int(retry))
    return now + (min(wait, LONGEST) if wait > timedelta(0) else USUAL)


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
