"""What a window rule looks at: a brand's rows, and the hours in them that matter."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.assessments import CLASSES, SentimentLabel
from listening.settings import ShareRule, SpikeRule
from listening.windows import LENGTH, WindowRow, window_of

WEEK = timedelta(days=7)
SHARE_WEEKS = 4
"""How far back the usual share of negative posts is looked for."""


@dataclass(frozen=True, slots=True)
class Interval:
    """``since`` ≤ start of a window < ``until``, both UTC and on the quarter of an hour."""

    since: datetime
    until: datetime

    def weeks_ago(self, weeks: int) -> "Interval":
        return Interval(self.since - weeks * WEEK, self.until - weeks * WEEK)

    def overlaps(self, since: datetime, until: datetime) -> bool:
        return self.since < until and since < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """Rows of one brand: at least those of :func:`intervals`, more do no harm.

    ``seen_since``: when we began to listen; weeks before it are unknown, not zero (None: the oldest row tells).
    ``deaf``: intervals that we know we did not see; a past week with such a hole is left out.
    """

    rows: Sequence[WindowRow]
    seen_since: datetime | None = None
    deaf: Sequence[tuple[datetime, datetime]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Posts of an interval. ``late`` ones are only counted where the caller asked for them."""

    by_label: Counter[SentimentLabel]
    late: int
    authors_at_least: int
    authors_at_most: int
    languages: tuple[str, ...]

    @property
    def posts(self) -> int:
        return self.by_label.total()

    @property
    def judged(self) -> int:
        """Posts that the model put into a class; "unsure" and "no text" are answers, but no votes."""
        return sum(self.by_label[label] for label in CLASSES)

    @property
    def negative(self) -> int:
        return self.by_label[SentimentLabel.NEGATIVE]

    @property
    def negative_share(self) -> float:
        return self.negative / self.judged if self.judged else 0.0


def trailing(at: datetime, hours: float) -> Interval:
    """The last ``hours``, rounded up to windows; the running window is their last one."""
    until = window_of(at) + LENGTH
    return Interval(until - math.ceil(hours * 4) * LENGTH, until)


def weeks_of(rule: ShareRule | SpikeRule) -> int:
    return rule.weeks if isinstance(rule, SpikeRule) else SHARE_WEEKS


def intervals(rule: ShareRule | SpikeRule, at: datetime) -> tuple[Interval, ...]:
    """The hours whose rows ``rule`` needs: now first, then the same hours of past weeks."""
    now = trailing(at, rule.hours)
    return (now, *(now.weeks_ago(week) for week in range(1, weeks_of(rule) + 1)))


def count(rows: Iterable[WindowRow], interval: Interval, *, late: bool) -> Counted:
    """Count ``interval``. ``late``: also what reached us too late to page anybody (for baselines)."""
    by_label: Counter[SentimentLabel] = Counter()
    languages: Counter[str] = Counter()
    left_out = at_least = at_most = 0
    for row in rows:
        if interval.since <= row.start < interval.until:
            posts = row.posts if late else row.posts - row.late
            by_label[row.sentiment] += posts
            languages[row.language] += posts
            left_out += row.late
            at_least = max(at_least, row.authors)
            at_most += row.authors
    return Counted(
        by_label=by_label,
        late=left_out,
        authors_at_least=at_least,
        authors_at_most=at_most,
        languages=tuple(sorted((name for name, posts in languages.items() if posts), key=lambda n: (-languages[n], n))),
    )


def past_weeks(
    view: WindowView, rows: Sequence[WindowRow], rule: ShareRule | SpikeRule, at: datetime
) -> tuple[Counted, ...]:
    """The same hours of past weeks, counted from ``rows`` of ``view``, newest first; weeks we did not see are left out.

    Which weeks were seen is asked of the whole view: a week with posts and no negative one is zero, not unknown.
    """
    oldest = view.seen_since or min((row.start for row in view.rows), default=at)
    return tuple(
        count(rows, week, late=True)
        for week in intervals(rule, at)[1:]
        if week.until > oldest
        and (view.seen_since is None or week.since >= view.seen_since)
        and not any(week.overlaps(since, until) for since, until in view.deaf)
    )
