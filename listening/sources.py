"""How a source is doing, by pure functions: "nobody posted" and "we went deaf" are different states."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import ceil

_HOUR = timedelta(hours=1)
_LEAST_HEARD = timedelta(days=14)
_LEAST_POSTS = 30
_USUAL = 0.99
"""Of a hundred silences, the longest but one is still usual; a longer one was an outage or a holiday."""
_RESOLUTION = timedelta(minutes=30)
"""Posts are counted by quarters of an hour, and one quarter may be empty by accident."""

Stretch = tuple[datetime, datetime]


class State(StrEnum):
    """What (brand, platform) is doing. ``SILENT``: it is read and nobody posts. ``DEAF``: somebody should have."""

    LISTENING = "listening"
    SILENT = "silent"
    DEAF = "deaf"
    RESTING = "resting"
    FAILING = "failing"
    NOT_READ = "not read yet"
    WAITS_FOR_TERMS = "waits for terms"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Habit:
    """``rates``: posts an hour for each hour of the week (UTC, Monday first). ``longest``: the longest usual silence,
    as the number of posts that these rates bring in it; so that a night is as short as it is quiet."""

    rates: tuple[float, ...]
    longest: float

    def expected(self, since: datetime, until: datetime) -> float:
        """Posts that the habit brings between the two."""
        total, at = 0.0, since
        while at < until:
            end = min(_hour(at) + _HOUR, until)
            total += self.rates[_slot(at)] * ((end - at) / _HOUR)
            at = end
        return total


def habit(posts: Mapping[datetime, int], since: datetime, until: datetime, unseen: Sequence[Stretch]) -> Habit | None:
    """What is usual, from the posts of each window between ``since`` (when listening began) and ``until``.

    ``unseen`` stretches teach nothing. None: too little was heard for a habit, and no silence is surprising then.
    """
    heard = [at for at in _hours(since, until) if not _touches(unseen, at, at + _HOUR)]
    by_hour: dict[datetime, int] = defaultdict(int)
    for window, count in posts.items():
        by_hour[_hour(window)] += count
    total = sum(by_hour[at] for at in heard)
    if len(heard) * _HOUR < _LEAST_HEARD or total < _LEAST_POSTS:
        return None
    found = Habit(_rates(by_hour, heard), 1.0)
    busy = sorted(window for window, count in posts.items() if count and since <= window < until)
    silences = sorted(found.expected(a, b) for a, b in pairwise(busy) if not _touches(unseen, a, b))
    usual = silences[ceil(_USUAL * len(silences)) - 1] if silences else 1.0
    return Habit(found.rates, max(1.0, usual))


def heard(habit: Habit | None, last_post: datetime | None, now: datetime) -> State:
    """For a source that is read without an error. It counts as deaf when the silence has lasted twice as long as any
    that is usual; without a habit it is only silent, after a day."""
    if last_post is None or habit is None:
        return State.SILENT if last_post is None or now - last_post > timedelta(days=1) else State.LISTENING
    silence = habit.expected(last_post, now) / habit.longest
    if silence >= 2 and now - last_post >= _RESOLUTION:
        return State.DEAF
    return State.SILENT if silence > 1 else State.LISTENING


def _rates(by_hour: Mapping[datetime, int], heard: Sequence[datetime]) -> tuple[float, ...]:
    """Means by hour of the week, each drawn a little towards its hour of the day, and that towards the whole: four
    Mondays at nine are too few to believe alone."""
    whole = sum(by_hour[at] for at in heard) / len(heard)
    days, weeks = [[whole] for _ in range(24)], [list[float]() for _ in range(168)]
    for at in heard:
        days[at.hour].append(by_hour[at])
        weeks[_slot(at)].append(by_hour[at])
    by_day = [sum(counts) / len(counts) for counts in days]
    return tuple((sum(counts) + by_day[slot % 24]) / (len(counts) + 1) for slot, counts in enumerate(weeks))


def _hours(since: datetime, until: datetime) -> list[datetime]:
    first = _hour(since) if _hour(since) == since else _hour(since) + _HOUR
    return [first + n * _HOUR for n in range(max(0, (until - first) // _HOUR))]


def _touches(stretches: Sequence[Stretch], since: datetime, until: datetime) -> bool:
    return any(start < until and end > since for start, end in stretches)


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _slot(at: datetime) -> int:
    return at.weekday() * 24 + at.hour
