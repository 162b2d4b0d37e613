"""Rules over single posts: what pages, what never does, and what they must not say about a person."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.post_rules import CategoryPolicy, find_post
from alerts.rules import evaluate_post
from listening.alerting import Severity
from listening.assessments import RiskMatch, SentimentLabel
from listening.brands import Role
from listening.posts import Kind, Match, Post, Speaker
from listening.settings import ReachRule, RiskRule
from listening.windows import LATE
from tests.alerts.examples import ACME, DAY, HOUR, MINUTE, NOON, assessment, post

CATEGORIES = {
    "harassment": CategoryPolicy("person", ("pr", "hr"), Severity.WARNING),
    "disclosure": CategoryPolicy("condition", ("pr",), Severity.WARNING),
    "safety-hazard": CategoryPolicy("condition", ("hr",), Severity.CRITICAL),
    "threats-self-harm": CategoryPolicy("person", ("pr", "hr"), Severity.CRITICAL),
}
RISK = RiskRule(kind="risk", name="risk", title="Risk", categories=tuple(CATEGORIES), min_score=0.5)
NEGATIVE = SentimentLabel.NEGATIVE
REACH = ReachRule(kind="reach", name="reach", title="Reach", min_audience=10_000)


def risky(category: str = "harassment", score: float = 0.9, themes: tuple[str, ...] = (), **changes: object) -> Post:
    risks = (RiskMatch(category, score, "words of the post"),)
    return post(assessment=assessment(risks=risks, themes=themes), **changes)


@pytest.mark.parametrize(
    ("changes", "why_not"),
    [
        ({}, ""),
        ({"imported": True}, "imported"),
        ({"dated": False}, "no date"),
        ({"created_at": NOON - LATE - 2 * MINUTE}, "too late"),
        ({"created_at": NOON + DAY}, "future"),
        ({"fetched_at": NOON - 2 * DAY, "created_at": NOON - 2 * DAY}, "here for long"),
        ({"matched": (Match("other", "q"),)}, "not about acme"),
        ({"assessment": None}, "not judged"),
        ({"speaker": Speaker.BRAND}, "wrote it itself"),
    ],
)
@pytest.mark.parametrize("rule", [RISK, REACH], ids=["risk", "reach"])
def test_who_never_pages(rule: RiskRule | ReachRule, changes: dict[str, object], why_not: str) -> None:
    found = find_post(rule, replace(risky(audience=50_000), **changes), ACME, NOON, CATEGORIES)  # type: ignore[arg-type]
    assert (found.alert is None) is bool(why_not)
    assert why_not in found.why_not


@pytest.mark.parametrize(
    ("candidate", "fires"),
    [
        (risky(score=0.5), True),
        (risky(score=0.49), False),
        (risky("another-category"), False),
        (post(), False),
    ],
)
def test_risk(candidate: Post, fires: bool) -> None:
    assert (evaluate_post(RISK, candidate, ACME, NOON, CATEGORIES) is not None) is fires


@pytest.mark.parametrize(
    ("candidate", "fires"),
    [
        (post(audience=10_000), True),
        (post(audience=9_900), False),
        (post(audience=None), False),  # unknown is not many
        (post(audience=50_000, assessment=assessment("neutral")), False),
        (post(audience=50_000, assessment=assessment("negative", 0.5)), False),
        (post(audience=50_000, assessment=assessment(themes=("pay",))), False),
        # What a reviewer says outranks the model, and is sure.
        (post(audience=50_000, assessment=replace(assessment("positive", 0.5), verdict=NEGATIVE)), True),
        (post(audience=50_000, assessment=replace(assessment(), verdict=SentimentLabel.NEUTRAL)), False),
    ],
)
def test_reach(candidate: Post, fires: bool) -> None:
    assert (evaluate_post(REACH, candidate, ACME, NOON) is not None) is fires


@pytest.mark.parametrize("theme", ["pay", "hours", "safety", "organising", "discrimination", "health", "belief"])
@pytest.mark.parametrize("category", CATEGORIES)
def test_protected_speech_is_spared_but_for_danger_and_then_names_nobody(category: str, theme: str) -> None:
    candidate = risky(category, themes=(theme,), id="files:77", author="pseudonym-77", text="unheard-of words")
    found = evaluate_post(RISK, candidate, ACME, NOON, CATEGORIES)
    if category not in ("safety-hazard", "threats-self-harm"):
        assert found is None
        return
    assert found is not None
    assert found.subject == "condition"
    assert (found.post_ids, found.query) == ((), "")
    assert "hr" not in found.audience
    assert found.audience
    shown = repr(replace(found, fingerprint=""))
    for secret in ("files:77", "pseudonym-77", "unheard-of", "words of the post"):
        assert secret not in shown


@pytest.mark.parametrize("category", ["threats-self-harm", "safety-hazard", "disclosure"])
def test_an_alert_about_a_condition_leads_to_no_post(category: str) -> None:
    found = evaluate_post(RISK, risky(category), ACME, NOON, CATEGORIES)
    assert found and found.subject == "condition"
    assert found.query == ""
    assert found.post_ids == ("files:1",)


def test_hr_is_told_of_no_single_post() -> None:
    rule = RISK.model_copy(update={"audience": (Role.HR,)})
    for category in CATEGORIES:
        found = evaluate_post(rule, risky(category), ACME, NOON, CATEGORIES)
        assert found and found.audience == ("pr",)


def test_no_sentence_of_an_alert_holds_words_of_the_post() -> None:
    candidate = risky(text="zanzibar zanzibar")
    found = evaluate_post(RISK, candidate, ACME, NOON, CATEGORIES)
    assert found is not None
    for text in (found.title, found.counted, found.against, found.why_now, found.query):
        assert "zanzibar" not in text
        assert "words of the post" not in text
    assert found.counted == "One post fits the category 'harassment' with a score of 0.90."


def test_severity_is_the_higher_of_rule_and_category() -> None:
    def severity(category: str, rule: RiskRule) -> Severity:
        found = evaluate_post(rule, risky(category), ACME, NOON, CATEGORIES)
        assert found is not None
        return found.severity

    info = RISK.model_copy(update={"severity": Severity.INFO})
    critical = RISK.model_copy(update={"severity": Severity.CRITICAL})
    assert severity("harassment", info) is Severity.WARNING
    assert severity("harassment", critical) is Severity.CRITICAL
    assert severity("safety-hazard", info) is Severity.CRITICAL


def test_a_post_that_fits_twice_speaks_of_the_danger() -> None:
    risks = (RiskMatch("harassment", 0.99, ""), RiskMatch("threats-self-harm", 0.6, ""))
    found = evaluate_post(RISK, post(assessment=assessment(risks=risks)), ACME, NOON, CATEGORIES)
    assert found and "threats-self-harm" in found.counted


def test_found_again_later_has_the_same_name() -> None:
    first = evaluate_post(RISK, risky(), ACME, NOON, CATEGORIES)
    again = evaluate_post(RISK, risky(), ACME, NOON + 5 * HOUR, CATEGORIES)
    other = evaluate_post(RISK, risky(id="files:2"), ACME, NOON, CATEGORIES)
    assert first and again and other
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_repost_is_the_post_it_repeats() -> None:
    original = evaluate_post(RISK, risky(), ACME, NOON, CATEGORIES)
    repost = risky(id="files:9", kind=Kind.REPOST, reposted="files:1", audience=90_000)
    repeated = evaluate_post(RISK, repost, ACME, NOON, CATEGORIES)
    assert original and repeated and original.fingerprint == repeated.fingerprint
    unnamed = [
        evaluate_post(RISK, risky(id=f"files:{n}", kind=Kind.REPOST, text=text), ACME, NOON, CATEGORIES)
        for n, text in ((10, "RT @someone-1: Shame on them!"), (11, "Shame on them"))
    ]
    assert len({alert.fingerprint for alert in unnamed if alert}) == 1


def test_copies_of_a_text_tell_one_story_and_photos_do_not() -> None:
    def story(number: int, text: str) -> str:
        found = evaluate_post(RISK, risky(id=f"files:{number}", text=text), ACME, NOON, CATEGORIES)
        assert found is not None
        return found.story

    assert story(1, "Shame on them! #rideacme") == story(2, "shame, on THEM @someone-2 https://x.example")
    assert story(1, "Shame on them!") != story(2, "Praise to them!")
    assert story(1, "#rideacme") != story(2, "#rideacme")


def test_late_is_measured_from_publication_to_fetch() -> None:
    just = risky(created_at=NOON - LATE - MINUTE, fetched_at=NOON - MINUTE)
    over = replace(just, created_at=just.created_at - timedelta(seconds=1))
    assert evaluate_post(RISK, just, ACME, NOON, CATEGORIES) is not None
    assert evaluate_post(RISK, over, ACME, NOON, CATEGORIES) is None
