"""Rules over windows: the share of negative posts, and spikes against the same hours of past weeks."""

import math
from datetime import UTC, datetime, timedelta

from alerts import sentences
from alerts.addresses import posts_page
from alerts.detection import SURPRISING, Baseline, wilson_lower
from alerts.findings import Finding
from alerts.views import Counted, Interval, WindowView, count, past_weeks, trailing
from listening.alerting import Alert, fingerprint
from listening.brands import Brand, Role
from listening.settings import ShareRule, SpikeRule

GROWTH = 1.5
"""An episode is news again when it is half as large again."""
NEGATIVE_STORY = "window/negative"
VOLUME_STORY = "window/volume"
ASSUMED_SHARE = 0.25
"""Usual share of negative posts where there is no past to learn it from."""
ENOUGH_FOR_USUAL = 30
LEAST_AUTHORS = 3
"""Fewer people than this are no crowd, however much they post."""
CROWD = 10
"""HR sees crowds of at least this many authors (design.md section 7)."""


def find_share(rule: ShareRule, brand: Brand, view: WindowView, at: datetime) -> Finding:
    """Fires when the share is high, surely above the usual one, and of enough posts by enough people."""
    rows = [row for row in view.rows if row.brand == brand.key]
    window = trailing(at, rule.hours)
    now = count(rows, window, late=False)
    if now.judged < rule.min_posts:
        return Finding(None, sentences.too_few_for_rule(now.judged, rule.min_posts, rule.hours))
    if loud := _loud_voice(now):
        return Finding(None, loud)
    if now.negative_share < rule.min_share:
        return Finding(None, sentences.share_not(now.negative_share, rule.min_share))

    weeks = past_weeks(view, rows, rule, at)
    past_judged = sum(week.judged for week in weeks)
    known = past_judged >= ENOUGH_FOR_USUAL
    usual = sum(week.negative for week in weeks) / past_judged if known else ASSUMED_SHARE
    lower = wilson_lower(now.negative, now.judged)
    alarming = lower >= rule.alarming_share
    if lower <= usual and not alarming:
        return Finding(None, sentences.share_usual(lower, usual))

    against = (
        sentences.share_against(usual, past_judged, len(weeks))
        if known
        else sentences.share_against_nothing(usual, past_judged)
    )
    why = (
        sentences.share_why(lower, usual, rule.min_share)
        if lower > usual
        else sentences.share_why_alarming(lower, rule.alarming_share)
    )
    values = {
        "count": now.negative,
        "total": now.judged,
        "share": now.negative_share,
        "lower": lower,
        "usual": usual,
        "late": now.late,
    }
    counted = sentences.share_counted(now.negative, now.judged, rule.hours, now.late)
    return Finding(
        _alert(rule, brand, at, window, now, values, (counted, against, why), NEGATIVE_STORY, {"sentiment": "negative"})
    )


def find_spike(rule: SpikeRule, brand: Brand, view: WindowView, at: datetime) -> Finding:
    """Fires when there are ``factor`` times the usual posts, which chance alone hardly brings, by enough people."""
    negative = rule.sentiment == "negative"
    rows = [row for row in view.rows if row.brand == brand.key and (not negative or row.sentiment == rule.sentiment)]
    window = trailing(at, rule.hours)
    now = count(rows, window, late=False)
    if now.posts < rule.min_posts:
        return Finding(None, sentences.too_few_for_rule(now.posts, rule.min_posts, rule.hours))
    if loud := _loud_voice(now):
        return Finding(None, loud)

    weeks = past_weeks(view, rows, rule, at)
    floor = rule.min_posts / rule.factor if weeks else float(rule.min_posts)
    usual = Baseline(tuple(week.posts for week in weeks), floor)
    surprise = usual.surprise(now.posts)
    alarming = rule.alarming_posts is not None and now.posts >= rule.alarming_posts
    high = now.posts >= rule.factor * usual.expected
    if not high and not alarming:
        return Finding(None, sentences.spike_not(now.posts, usual.expected, rule.factor))
    if surprise > SURPRISING and not alarming:
        return Finding(None, sentences.spike_chance(now.posts, usual.expected))

    if not weeks:
        against = sentences.spike_against_nothing(usual.expected)
    elif usual.expected > floor:
        against = sentences.spike_against(usual.expected, len(weeks))
    else:
        against = sentences.spike_against_floor(floor, len(weeks))
    why = (
        sentences.spike_why(now.posts, usual.expected, rule.factor)
        if high and surprise <= SURPRISING
        else sentences.spike_why_alarming(rule.alarming_posts or now.posts)
    )
    values = {
        "count": now.posts,
        "expected": usual.expected,
        "weeks": usual.weeks,
        "surprise": surprise,
        "late": now.late,
    }
    counted = sentences.spike_counted(now.posts, negative, rule.hours, now.late)
    story = NEGATIVE_STORY if negative else VOLUME_STORY
    filters = {"sentiment": "negative"} if negative else {}
    return Finding(_alert(rule, brand, at, window, now, values, (counted, against, why), story, filters))


def _loud_voice(now: Counted) -> str:
    """A sentence if hardly anybody is behind the posts. Rows without known authors (0) say nothing about it."""
    known = 0 < now.authors_at_most < LEAST_AUTHORS
    return sentences.too_few_authors(now.authors_at_most) if known else ""


def _alert(
    rule: ShareRule | SpikeRule,
    brand: Brand,
    at: datetime,
    window: Interval,
    now: Counted,
    values: dict[str, float],
    lines: tuple[str, str, str],
    story: str,
    filters: dict[str, str],
) -> Alert:
    counted, against, why = lines
    return Alert(
        rule=rule.name,
        brand=brand.key,
        severity=rule.severity,
        title=sentences.titled(rule.title, brand.name),
        counted=counted,
        against=against,
        why_now=why,
        at=at,
        fingerprint=episode(rule, brand.key, at, values["count"]),
        story=story,
        subject="condition",
        audience=tuple(role.value for role in rule.audience if role is not Role.HR or now.authors_at_least >= CROWD),
        values=values,
        query=posts_page(brand.key, window.since, window.until, **filters),
    )


def episode(rule: ShareRule | SpikeRule, brand: str, at: datetime, size: float) -> str:
    """The name of a finding: rule, brand, severity, the block of hours it falls into, and how large it is.

    Blocks are as long as the rule's window, so two crises that share no post never share a name. Sizes go in steps of
    1.5: whatever grew materially has a new name, and a minute later the same finding has the same one. At the edge of
    a block or a step one episode gets two names; :func:`alerts.incidents.group` knows it by its story then.
    """
    length = timedelta(hours=max(1.0, rule.hours))
    block = (at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // length
    step = math.floor(math.log(max(size, 1.0)) / math.log(GROWTH) + 1e-9)
    return fingerprint(rule.kind, rule.name, brand, rule.severity.value, str(block), str(step))
