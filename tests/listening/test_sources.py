"""Silences that are usual, and silences that are not."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from listening.sources import Habit, State, habit, heard

NOW = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)  # a Monday
WEEK, HOUR, QUARTER = timedelta(weeks=1), timedelta(hours=1), timedelta(minutes=15)


def every(step: timedelta, hours: range = range(24)) -> dict[datetime, int]:
    """A post at each step of the four weeks before NOW, in some hours of the day."""
    count = (4 * WEEK) // step
    return {at: 1 for n in range(count) if (at := NOW - 4 * WEEK + n * step).hour in hours}


def habit_of(posts: dict[datetime, int]) -> Habit:
    found = habit(posts, NOW - 4 * WEEK, NOW, ())
    assert found is not None
    return found


@pytest.mark.parametrize("step", [HOUR, 3 * HOUR, timedelta(minutes=30)])
def test_a_regular_source_is_deaf_after_two_intervals(step: timedelta) -> None:
    usual = habit_of(every(step))
    last = NOW - step
    assert heard(usual, last, last + step * 0.99) is State.LISTENING
    assert heard(usual, last, last + step * 1.5) is State.SILENT
    assert heard(usual, last, last + step * 2.05) is State.DEAF


def test_a_night_is_short_where_nobody_posts_at_night() -> None:
    usual = habit_of(every(HOUR, range(8, 18)))
    evening = NOW - timedelta(hours=7)  # Sunday, 17:00
    assert heard(usual, evening, NOW + timedelta(hours=7, minutes=30)) is State.LISTENING
    assert heard(usual, evening, NOW + timedelta(hours=8, minutes=30)) in (State.LISTENING, State.SILENT)
    assert heard(usual, evening, NOW + timedelta(hours=11)) is State.DEAF


def test_few_posts_are_no_habit() -> None:
    assert habit(every(timedelta(days=2)), NOW - 4 * WEEK, NOW, ()) is None
    assert habit(every(HOUR), NOW - timedelta(days=10), NOW, ()) is None
    assert heard(None, NOW - HOUR, NOW) is State.LISTENING
    assert heard(None, NOW - 2 * timedelta(days=1), NOW) is State.SILENT
    assert heard(None, None, NOW) is State.SILENT


def test_what_was_not_seen_teaches_nothing() -> None:
    posts = every(HOUR)
    hole = (NOW - 2 * WEEK, NOW - 2 * WEEK + timedelta(days=3))
    for at in [at for at in posts if hole[0] <= at < hole[1]]:
        del posts[at]
    last = NOW - HOUR
    blind = habit(posts, NOW - 4 * WEEK, NOW, ())
    seeing = habit(posts, NOW - 4 * WEEK, NOW, (hole,))
    assert blind is not None
    assert seeing is not None
    assert heard(seeing, last, last + 2.1 * HOUR) is State.DEAF
    assert seeing.rates[0] == pytest.approx(1)
    assert blind.rates[0] < 1


def test_chance_alone_seldom_makes_a_source_deaf() -> None:
    """Posts that come by chance, day and night unlike: eight weeks of looking every quarter of an hour."""
    chance = random.Random(11)
    rates = [0.3 if at % 24 < 7 else 3.0 for at in range(168)]
    flagged = looks = 0
    start = NOW - 12 * WEEK
    posts = {}
    for n in range((12 * WEEK) // QUARTER):
        at = start + n * QUARTER
        if chance.random() < rates[at.weekday() * 24 + at.hour] / 4:
            posts[at] = 1
    for week in range(4, 12):
        now = start + week * WEEK
        usual = habit({at: c for at, c in posts.items() if now - 4 * WEEK <= at < now}, now - 4 * WEEK, now, ())
        last = max(at for at in posts if at < now)
        for n in range(WEEK // QUARTER):
            moment = now + n * QUARTER
            last = moment if moment in posts else last
            looks += 1
            flagged += heard(usual, last, moment) is State.DEAF
    assert flagged / looks < 0.001
