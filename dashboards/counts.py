"""The numbers of one overview: read once, so that sentence, chart and table can only say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles

from listening.assessments import SentimentLabel

from .periods import Period, week_earlier

ORDER = (
    SentimentLabel.NEGATIVE,
    SentimentLabel.NEUTRAL,
    SentimentLabel.POSITIVE,
    SentimentLabel.UNSURE,
    SentimentLabel.NO_TEXT,
)
"""Order of stacking, and of columns in tables."""
JUDGED = ORDER[:3]
FEWEST = 20
"""Posts below which a percentage would pretend to know something."""
BAND_WEEKS = 4

Tally = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Bucket:
    """One step of the chart: posts by sentiment."""

    start: datetime
    end: datetime
    posts: Tally

    @property
    def total(self) -> int:
        return sum(self.posts.values())


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual in each step of a period: low and high of the same hours of past weeks."""

    low: tuple[float, ...]
    high: tuple[float, ...]
    weeks: int


def share_negative(posts: Tally) -> float | None:
    """Of those with a clear answer; None where there are fewer than :data:`FEWEST`."""
    judged = sum(posts.get(label, 0) for label in JUDGED)
    return posts.get(SentimentLabel.NEGATIVE, 0) / judged if judged >= FEWEST else None


def summed(buckets: Iterable[Bucket]) -> Counter[str]:
    total: Counter[str] = Counter()
    for bucket in buckets:
        total.update(bucket.posts)
    return total


def into_buckets(period: Period, points: Iterable[tuple[datetime, str, int]]) -> list[Bucket]:
    """(start, sentiment, posts) → one bucket a step, also where nothing was said."""
    starts = list(period.starts())
    found: dict[datetime, Counter[str]] = {start: Counter() for start in starts}
    for start, sentiment, posts in points:
        if start in found:
            found[start][sentiment] += posts
    return [Bucket(start, period.end_of(start), found[start]) for start in starts]


def band_of(period: Period, past: Sequence[tuple[datetime, int]], first: datetime | None) -> Band | None:
    """From (start, posts) of past steps, and when listening began. None with fewer than two past weeks."""
    totals: Counter[datetime] = Counter()
    for start, posts in past:
        totals[start] += posts
    weeks = [
        week
        for week in range(1, BAND_WEEKS + 1)
        if first is not None and week_earlier(period.since, week, period.zone) >= first
    ]
    if len(weeks) < 2:
        return None
    low, high = [], []
    for start in period.starts():
        seen = [totals[week_earlier(start, week, period.zone)] for week in weeks]
        cuts = quantiles(seen, n=4, method="inclusive")
        low.append(cuts[0])
        high.append(cuts[2])
    return Band(tuple(low), tuple(high), len(weeks))
