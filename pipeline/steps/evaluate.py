"""Rules, over posts of the windows that changed and over the last hours of every brand; alerts become incidents."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby

from alerts.evidence import with_evidence
from alerts.incidents import CALM, Opening, group, subsided
from alerts.post_rules import CategoryPolicy
from alerts.rules import evaluate_post, evaluate_windows
from alerts.views import Interval, WindowView, intervals
from listening.alerting import Alert, Event
from listening.assessments import SentimentLabel
from listening.brands import Brand
from listening.errors import StateConflict
from listening.posts import Post
from listening.settings import ReachRule, RiskRule, ShareRule, SpikeRule
from listening.windows import LENGTH, DirtyWindow
from pipeline.wiring import House
from store.protocol import Filters, Search

_WINDOWS = 200
"""Windows counted at a time."""
_CANDIDATES = 200
"""Posts among which the five that explain a window's alert are chosen; those of most reach."""


def recount_and_evaluate(house: House, now: datetime) -> tuple[int, int]:
    """Recount the windows that changed and raise alerts on their posts; returns (windows, alerts).

    A window's mark goes only after its posts' alerts are written: a kill in between repeats the work and nothing else.
    """
    windows = raised = 0
    while dirty := house.ledger.windows.dirty(_WINDOWS):
        for key, marks in groupby(sorted(dirty, key=lambda d: (d.brand, d.start)), key=lambda d: d.brand):
            changed = list(marks)
            brand = next((b for b in house.brands if b.key == key), None)
            if brand is not None:
                raised += record(house, brand, list(_post_alerts(house, brand, changed, now)), now)
            counted = [(mark, house.index.tally(key, mark.start)) for mark in changed]
            with house.ledger.writing():  # one transaction: a first start has a thousand windows to count
                for mark, tally in counted:
                    house.ledger.windows.replace(mark, tally)
            windows += len(changed)
    return windows, raised


def evaluate_rules(house: House, now: datetime) -> int:
    """Evaluate every window rule for every brand at ``now``; returns how many alerts were news."""
    raised = 0
    for brand in house.brands:
        firing = []
        for rule in house.settings.rule:
            if isinstance(rule, ShareRule | SpikeRule):
                alert = evaluate_windows(rule, brand, view_of(house, brand, rule, now), now)
                if alert is not None:
                    firing.append(with_evidence(alert, _candidates(house, brand, rule, now)))
        raised += record(house, brand, firing, now)
        for ending in subsided(house.ledger.incidents.active(brand.key), firing, now):
            _append(house, ending.incident_id, ending.event)
    return raised


def record(house: House, brand: Brand, alerts: Sequence[Alert], now: datetime) -> int:
    """Write alerts down as incidents; returns how many were news. Safe to repeat: what was told once is not news."""
    unknown = [alert for alert in alerts if not house.ledger.incidents.fired(alert.rule, alert.fingerprint)]
    if not unknown:
        return 0
    known = house.ledger.incidents.recent(brand.key, since=now - CALM)
    news = 0
    for step in group(unknown, [i for i in known if i.is_active], now, ended=[i for i in known if not i.is_active]):
        if isinstance(step, Opening):
            news += _open(house, step)
        else:
            news += _append(house, step.incident_id, step.event)
    return news


def policies(house: House) -> dict[str, CategoryPolicy]:
    """What each risk category is about, whom it concerns and how much it matters, for the rules."""
    return {
        category.name: CategoryPolicy(category.about, tuple(str(r) for r in category.audience), category.severity)
        for category in house.categories.list
    }


def view_of(house: House, brand: Brand, rule: ShareRule | SpikeRule, now: datetime) -> WindowView:
    """The rows that ``rule`` needs at ``now``, since when there are any, and the holes in between."""
    hours = intervals(rule, now)
    rows = [row for one in hours for row in house.ledger.windows.rows((brand.key,), one.since, one.until)]
    since, until = min(i.since for i in hours), max(i.until for i in hours)
    gaps = house.ledger.gaps.between((brand.key,), since, until)
    return WindowView(
        rows=rows,
        seen_since=house.ledger.windows.first(brand.key),
        deaf=[(gap.since, gap.until) for gap in gaps],
    )


def _post_alerts(house: House, brand: Brand, changed: Sequence[DirtyWindow], now: datetime) -> Iterator[Alert]:
    rules = [rule for rule in house.settings.rule if isinstance(rule, RiskRule | ReachRule)]
    about = policies(house)
    for span in _spans(changed):
        for post in _risky_or_negative(house, brand, span):
            for rule in rules:
                if alert := evaluate_post(rule, post, brand, now, about):
                    yield alert


def _spans(changed: Sequence[DirtyWindow]) -> Iterator[Interval]:
    """Windows that follow one another, as one interval: one search instead of many."""
    since = until = changed[0].start
    for mark in changed:
        if mark.start > until:
            yield Interval(since, until)
            since = mark.start
        until = mark.start + LENGTH
    yield Interval(since, until)


def _risky_or_negative(house: House, brand: Brand, span: Interval) -> Iterator[Post]:
    """Each post once that some rule over posts could fire on."""
    here = Filters(brands=(brand.key,), since=span.since, until=span.until, dated_only=True)
    names = tuple(category.name for category in house.categories.list)
    risky = house.index.stream(Search(filters=replace(here, risks=names), order="oldest"))
    unhappy = replace(here, sentiments=(SentimentLabel.NEGATIVE.value,))
    negative = house.index.stream(Search(filters=unhappy, order="oldest"))
    yield from risky
    yield from (post for post in negative if post.assessment and not post.assessment.risks)


def _candidates(house: House, brand: Brand, rule: ShareRule | SpikeRule, now: datetime) -> tuple[Post, ...]:
    last = intervals(rule, now)[0]
    all_of_them = isinstance(rule, SpikeRule) and rule.sentiment == "all"
    return house.index.search(
        Search(
            filters=Filters(
                brands=(brand.key,),
                sentiments=() if all_of_them else (SentimentLabel.NEGATIVE.value,),
                since=last.since,
                until=last.until,
                dated_only=True,
            ),
            order="reach",
            limit=_CANDIDATES,
        )
    ).posts


def _open(house: House, step: Opening) -> int:
    try:
        house.ledger.incidents.open(step.incident)
    except StateConflict:
        return 0  # a run beside us was faster; the incident is there, which is what was wanted
    return 1


def _append(house: House, incident_id: str, event: Event) -> int:
    try:
        house.ledger.incidents.append(incident_id, event)
    except StateConflict:
        return 0  # somebody acted in this moment; the next run sees the new state and decides again
    return 1
