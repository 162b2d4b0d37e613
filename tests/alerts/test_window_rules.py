"""Rules over windows, as tables of windows."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from alerts.rules import evaluate_windows, find_windows
from alerts.views import WindowView, intervals, trailing
from listening.alerting import Alert, Severity
from listening.brands import Role
from listening.settings import ShareRule, SpikeRule
from tests.alerts.examples import ACME, DAY, HOUR, MINUTE, NOON, row, rows

MOOD = ShareRule(kind="negative-share", name="mood", title="The mood has turned", hours=3)
SPIKE = SpikeRule(kind="spike", name="spike", title="Many posts", hours=3)
NEGATIVE = SPIKE.model_copy(update={"name": "angry", "sentiment": "negative"})
CALM = {"negative": 4, "neutral": 16}
SINCE_LONG = NOON - 90 * DAY


def fired(rule: ShareRule | SpikeRule, found: list, **view: object) -> Alert | None:
    return evaluate_windows(rule, ACME, WindowView(rows=found, **view), NOON)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "past", "fires"),
    [
        pytest.param({"negative": 30, "neutral": 20}, CALM, True, id="60 % against a usual 20 %"),
        pytest.param({"negative": 9}, CALM, False, id="9 of 9: too few for a percentage"),
        pytest.param({"negative": 7, "neutral": 13}, CALM, False, id="below the rule's share"),
        pytest.param({"negative": 12, "neutral": 18}, {"negative": 12, "neutral": 18}, False, id="always like that"),
        pytest.param(
            {"negative": 12, "neutral": 8, "unsure": 90, "no_text": 90}, CALM, True, id="no votes: unsure, no text"
        ),
        pytest.param({"negative": 12, "unsure": 40}, CALM, False, id="unsure posts do not make 20"),
        pytest.param({"negative": 10, "neutral": 10}, None, True, id="no past: a quarter is assumed"),
        pytest.param({"negative": 8, "neutral": 12}, None, False, id="no past: not surely above a quarter"),
        pytest.param(
            {"negative": 97, "neutral": 3}, {"negative": 90, "neutral": 5}, True, id="alarming whatever is usual"
        ),
    ],
)
def test_negative_share(now: dict[str, int], past: dict[str, int] | None, fires: bool) -> None:
    assert (fired(MOOD, rows(now, past)) is not None) is fires


@pytest.mark.parametrize(
    ("rule", "now", "past", "fires"),
    [
        pytest.param(SPIKE, {"neutral": 90}, {"neutral": 20}, True, id="4.5 times the usual"),
        pytest.param(SPIKE, {"neutral": 50}, {"neutral": 20}, False, id="2.5 times the usual"),
        pytest.param(SPIKE, {"neutral": 19}, {"neutral": 1}, False, id="below the least number"),
        pytest.param(SPIKE, {"neutral": 20}, {"neutral": 1}, True, id="a quiet brand: the floor decides"),
        pytest.param(SPIKE, {"neutral": 30}, None, False, id="no past: 20 are assumed to be usual"),
        pytest.param(SPIKE, {"neutral": 90}, None, True, id="no past: 4.5 times what is assumed"),
        pytest.param(
            NEGATIVE, {"negative": 40, "positive": 5}, {"negative": 5, "positive": 90}, True, id="negative only"
        ),
        pytest.param(NEGATIVE, {"negative": 5, "positive": 400}, {"negative": 5}, False, id="a loved campaign"),
        pytest.param(NEGATIVE, {"negative": 25}, {"positive": 40}, True, id="weeks without a negative post are zero"),
        pytest.param(
            SPIKE.model_copy(update={"alarming_posts": 500}), {"neutral": 600}, {"neutral": 400}, True, id="slow ramp"
        ),
        pytest.param(SPIKE, {"neutral": 600}, {"neutral": 400}, False, id="slow ramp without an absolute number"),
    ],
)
def test_spike(rule: SpikeRule, now: dict[str, int], past: dict[str, int] | None, fires: bool) -> None:
    assert (fired(rule, rows(now, past)) is not None) is fires


def test_what_four_weeks_show_two_weeks_do_not() -> None:
    start = NOON.replace(minute=0) - HOUR
    two = [row(start, 21), row(start - 7 * DAY, 7), row(start - 14 * DAY, 7)]
    four = [*two, row(start - 21 * DAY, 7), row(start - 28 * DAY, 7)]
    assert fired(SPIKE, two) is None
    assert fired(SPIKE, four) is not None


def test_late_posts_do_not_page_but_make_the_baseline() -> None:
    start = NOON.replace(minute=0) - HOUR
    late = [row(start, 60, "negative", late=50), row(start, 5)]
    assert fired(MOOD, late) is None
    assert "10 posts" not in find_windows(MOOD, ACME, WindowView(rows=late), NOON).why_not  # 15 judged, not 65
    assert "15 posts" in find_windows(MOOD, ACME, WindowView(rows=late), NOON).why_not

    quiet = rows({"neutral": 90}, {"neutral": 2})
    imported = [*quiet, *(row(start - w * 7 * DAY, 60, late=60) for w in range(1, 5))]
    assert fired(SPIKE, quiet) is not None
    assert fired(SPIKE, imported) is None


def test_one_loud_voice_is_no_crowd() -> None:
    start = NOON.replace(minute=0) - HOUR
    assert fired(MOOD, [row(start, 900, "negative", authors=1)]) is None
    assert fired(SPIKE, [row(start, 900, "negative", authors=2)]) is None
    assert fired(MOOD, [row(start, 900, "negative", authors=0)]) is not None  # authors unknown: no reason for silence


def test_weeks_before_we_listened_are_unknown_and_not_zero() -> None:
    found = rows({"neutral": 30})
    assert fired(SPIKE, found) is None
    assert fired(SPIKE, found, seen_since=SINCE_LONG) is not None


def test_a_week_with_a_hole_is_left_out() -> None:
    start = NOON.replace(minute=0) - HOUR
    found = [row(start, 70), *(row(start - w * 7 * DAY, 20) for w in (1, 2, 3)), row(start - 28 * DAY, 30)]
    whole = fired(SPIKE, found, seen_since=SINCE_LONG)
    deaf = (start - 7 * DAY, start - 7 * DAY + HOUR)
    holed = fired(SPIKE, found, seen_since=SINCE_LONG, deaf=[deaf])
    assert whole and whole.values["weeks"] == 4
    assert holed and holed.values["weeks"] == 3


def test_other_brands_and_other_hours_are_not_counted() -> None:
    start = NOON.replace(minute=0) - HOUR
    others = [
        row(start, 900, "negative", brand="other"),
        row(NOON - 5 * HOUR, 900, "negative"),
        row(start, 3, "negative"),
    ]
    assert fired(MOOD, others) is None
    assert evaluate_windows(MOOD.model_copy(update={"brands": ("other",)}), ACME, WindowView(rows=others), NOON) is None


def test_the_alert_explains_itself_in_three_sentences_and_leads_to_its_posts() -> None:
    found = fired(
        MOOD, [*rows({"negative": 46, "neutral": 42}, {"negative": 18, "neutral": 82}), row(NOON - HOUR, 3, late=3)]
    )
    assert found is not None
    assert found.counted == (
        "46 of 88 judged posts (52 %) in the last 3 hours are negative; 3 posts that reached us late are left out."
    )
    assert found.against == "In the same hours of the past 4 weeks 18 % of 400 posts were negative."
    assert found.why_now == "Counted cautiously it is at least 42 %, above the usual 18 %, and the rule asks for 40 %."
    assert found.title == "The mood has turned: Acme Trams"
    assert found.query == (
        "/posts?q=*&brand=acme&sentiment=negative&since=2026-11-18T09:15:00Z&until=2026-11-18T12:15:00Z"
    )
    assert parse_qs(urlsplit(found.query).query)["q"] == ["*"]


def test_assumptions_are_stated() -> None:
    share = fired(MOOD, rows({"negative": 18, "neutral": 2}))
    spike = fired(SPIKE, rows({"neutral": 90}))
    assert share and share.against == "There is no past to compare with yet; 25 % is assumed to be usual."
    assert spike and spike.against == ("There are no past weeks to compare with yet; 20 posts are assumed to be usual.")


def test_the_last_hours_are_whole_windows_and_past_weeks_the_same_hours() -> None:
    now, *past = intervals(SPIKE, NOON)
    assert (now.since, now.until) == (NOON.replace(hour=9, minute=15), NOON.replace(hour=12, minute=15))
    assert [now.since - week.since for week in past] == [timedelta(days=7 * n) for n in range(1, 5)]
    assert trailing(NOON, 0.1).until - trailing(NOON, 0.1).since == timedelta(minutes=15)


def test_the_same_finding_has_the_same_name_and_a_larger_one_another() -> None:
    def name(negative: int, minutes: int, rule: ShareRule = MOOD) -> str:
        found = rows({"negative": negative, "neutral": 10})
        at = NOON + minutes * MINUTE
        alert = evaluate_windows(rule, ACME, WindowView(rows=found), at)
        assert alert is not None
        return alert.fingerprint

    assert name(40, 0) == name(40, 1) == name(41, 5)
    assert name(40, 0) != name(60, 0)  # half as large again
    assert name(40, 0) != name(40, 0, MOOD.model_copy(update={"severity": Severity.CRITICAL}))
    other = replace(ACME, key="other")
    found = [replace(r, brand="other") for r in rows({"negative": 40, "neutral": 10})]
    elsewhere = evaluate_windows(MOOD, other, WindowView(rows=found), NOON)
    assert elsewhere and elsewhere.fingerprint != name(40, 0)


def test_two_crises_that_share_no_post_never_have_the_same_name() -> None:
    def name(hours: int) -> str:
        at = NOON + hours * HOUR
        alert = evaluate_windows(MOOD, ACME, WindowView(rows=rows({"negative": 40, "neutral": 10}, at=at)), at)
        assert alert is not None
        return alert.fingerprint

    assert len({name(hours) for hours in range(0, 24, 3)}) == 8


@pytest.mark.parametrize(("authors", "audience"), [(9, ("pr",)), (12, ("hr", "pr"))])
def test_hr_sees_crowds_only(authors: int, audience: tuple[str, ...]) -> None:
    rule = MOOD.model_copy(update={"audience": (Role.HR, Role.PR)})
    start = NOON.replace(minute=0) - HOUR
    found = fired(rule, [row(start, 40, "negative", authors=authors), row(start, 10, authors=authors)])
    assert found and found.audience == audience
