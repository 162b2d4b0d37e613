"""Numbers as charts want them: values, and the arithmetic that turns sums of windows into them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from listening.assessments import CLASSES, SentimentLabel

from .ledger.windows import Sum

Step = timedelta | Literal["day"]
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Point:
    """``authors`` where they were counted, else None: those of windows must not be summed."""

    start: datetime
    sentiment: SentimentLabel
    posts: int
    authors: int | None
    reach: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Posts of one brand, platform, language or hashtag, by sentiment."""

    value: str
    sentiment: SentimentLabel
    posts: int


@dataclass(frozen=True, slots=True)
class Usual:
    """Means over the same hours of past weeks. None: no past week was listened to."""

    posts: float | None
    negative_share: float | None
    weeks_seen: int


def starts(since: datetime, until: datetime, step: Step, zone: str) -> Iterator[datetime]:
    """Where each step begins (UTC): days are those of the calendar in ``zone``, also when clocks change."""
    at = since
    while at < until:
        yield at
        at = _midnight_after(at, ZoneInfo(zone)) if step == "day" else at + step


def points(sums: Iterable[Sum], steps: Iterable[datetime]) -> tuple[Point, ...]:
    """Sums by window put together by step; steps without posts have no points."""
    edges = list(steps)
    found: dict[tuple[datetime, SentimentLabel], list[int]] = {}
    position = 0
    for one in sums:  # in order of their starts
        if not isinstance(one.value, datetime) or not edges or one.value < edges[0]:
            continue
        while position + 1 < len(edges) and edges[position + 1] <= one.value:
            position += 1
        counts = found.setdefault((edges[position], one.sentiment), [0, 0])
        counts[0] += one.posts
        counts[1] += one.reach
    return tuple(
        Point(start, sentiment, posts, None, reach) for (start, sentiment), (posts, reach) in sorted(found.items())
    )


def usual(weeks: Iterable[Iterable[Sum]]) -> Usual:
    """The mean of past weeks; the share of negative posts among those that the model put into a class."""
    seen = 0
    counts: Counter[SentimentLabel] = Counter()
    for sums in weeks:
        seen += 1
        for one in sums:
            counts[one.sentiment] += one.posts
    judged = sum(counts[label] for label in CLASSES)
    return Usual(
        posts=counts.total() / seen if seen else None,
        negative_share=counts[SentimentLabel.NEGATIVE] / judged if judged else None,
        weeks_seen=seen,
    )


def _midnight_after(at: datetime, zone: ZoneInfo) -> datetime:
    local = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return (local + timedelta(days=1)).astimezone(UTC)
