"""Windows: counts of one quarter of an hour in UTC. Charts, baselines and rules read these and never the posts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .assessments import SentimentLabel

LENGTH = timedelta(minutes=15)
LATE = timedelta(hours=6)
"""A post that reaches us later than this after its publication feeds charts and baselines, and never pages."""


def window_of(moment: datetime) -> datetime:
    """Start of the window (UTC) in which ``moment`` lies."""
    at = moment.astimezone(UTC)
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRow:
    """Counts of one window × brand × platform × language × sentiment.

    ``stories`` counts near-identical texts once, ``authors`` people once, ``reach`` is the sum of known audiences.
    ``late`` of the ``posts`` came too late (or were imported) to page anybody. Never sum the authors of several rows.
    """

    start: datetime
    brand: str
    platform: str
    language: str
    sentiment: SentimentLabel
    posts: int
    stories: int
    authors: int
    reach: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HashtagRow:
    """Counts of one window × brand × hashtag (folded) × sentiment. A post may be in several rows: never sum them."""

    start: datetime
    brand: str
    hashtag: str
    sentiment: SentimentLabel
    posts: int
    authors: int


@dataclass(frozen=True, slots=True)
class DirtyWindow:
    """A window whose posts changed. ``generation`` grows with every mark; clearing names the one that was read."""

    brand: str
    start: datetime
    generation: int
