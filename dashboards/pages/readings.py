"""Reads what a chart and its table show, for the overview and for one alert."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from listening.brands import Role, Viewer
from store.reading import Reader

from ..addresses import Selection
from ..catalogue import Words
from ..charts import step_name
from ..counts import BAND_WEEKS, ORDER, Band, Bucket, band_of, into_buckets, summed
from ..periods import Period, week_earlier


@dataclass(frozen=True, slots=True)
class TableRow:
    """One step as a row: its name, its posts, and the addresses behind each number."""

    name: str
    total: int
    address: str
    cells: tuple[tuple[int, str], ...]


def read_buckets(reader: Reader, viewer: Viewer, brands: tuple[str, ...], period: Period) -> list[Bucket]:
    points = reader.series(viewer, brands, period.since, period.until, period.step, period.zone.key)
    return into_buckets(period, ((point.start, point.sentiment, point.posts) for point in points))


def read_total(
    reader: Reader, viewer: Viewer, brands: tuple[str, ...], period: Period, buckets: Sequence[Bucket]
) -> Counter[str]:
    """Posts of the whole period by sentiment: what the chart shows added up.

    HR sees a number only where a crowd made it, and a period has more people than its steps: it is counted whole.
    """
    if viewer.role is not Role.HR:
        return summed(buckets)
    whole = reader.series(viewer, brands, period.since, period.until, period.until - period.since, period.zone.key)
    return Counter({point.sentiment.value: point.posts for point in whole})


def read_band(reader: Reader, viewer: Viewer, brands: tuple[str, ...], period: Period) -> Band | None:
    """What is usual, from the same hours of past weeks; None for periods so long that they are their own comparison."""
    if period.until - period.since > timedelta(days=31):
        return None
    first = week_earlier(period.since, BAND_WEEKS, period.zone)
    last = week_earlier(period.until, 1, period.zone)
    past = reader.series(viewer, brands, first, last, period.step, period.zone.key)
    began = min((point.start for point in past if point.posts), default=None)
    return band_of(period, [(point.start, point.posts) for point in past], began)


def table(words: Words, period: Period, buckets: Sequence[Bucket], selection: Selection) -> list[TableRow]:
    """Newest first, steps without a post left out."""
    return [
        TableRow(
            name=step_name(words, period, bucket),
            total=bucket.total,
            address=selection.narrowed(since=bucket.start, until=bucket.end).address(),
            cells=tuple(
                (
                    bucket.posts.get(name, 0),
                    selection.narrowed(since=bucket.start, until=bucket.end, sentiments=(name.value,)).address(),
                )
                for name in ORDER
            ),
        )
        for bucket in reversed(buckets)
        if bucket.total
    ]
