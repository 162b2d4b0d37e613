"""Rules over single posts, and what they must never do to a person.

Design.md section 7: posts about pay, hours, safety, organising, discrimination, health or belief are protected speech.
The one exception is imminent danger, and then the alert is about the condition.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from alerts import sentences
from alerts.addresses import posts_page
from alerts.findings import Finding
from listening.alerting import Alert, Severity, fingerprint
from listening.analysis import tokens
from listening.assessments import Assessment, SentimentLabel
from listening.brands import Brand, Role
from listening.hashtags import without_hashtags
from listening.posts import Post, Speaker
from listening.settings import ReachRule, RiskRule
from listening.windows import LATE, LENGTH, window_of

IMMINENT = ("threats-self-harm", "safety-hazard")
"""Categories of imminent danger: they speak even of protected speech, about the condition only, and never to HR."""
POST_STORY = "post/"


class CategoryPolicy(NamedTuple):
    """What a risk category is about (``person`` or ``condition``), whom it concerns, and how much it matters."""

    about: str
    audience: tuple[str, ...]
    severity: Severity


FRESH = timedelta(hours=24)
"""A post that is judged longer than this after it reached us wakes nobody: a new rule makes it no news."""


def find_post(
    rule: RiskRule | ReachRule, post: Post, brand: Brand, at: datetime, categories: Mapping[str, CategoryPolicy]
) -> Finding:
    """The alert, or why there is none."""
    if why_not := never_pages(rule, post, brand, at):
        return Finding(None, sentences.not_for_posts(why_not))
    assert post.assessment is not None  # never_pages says so
    if isinstance(rule, ReachRule):
        return _reach(rule, post, post.assessment, brand, at)
    return _risk(rule, post, post.assessment, brand, at, categories)


def never_pages(rule: RiskRule | ReachRule, post: Post, brand: Brand, at: datetime) -> str:
    """Why ``post`` cannot raise ``rule`` whatever it says; empty if it can."""
    if rule.brands and brand.key not in rule.brands:
        return f"the rule is not for {brand.key}"
    if brand.key not in post.brands:
        return f"the post is not about {brand.key}"
    if post.assessment is None:
        return "the post is not judged yet"
    if post.imported:
        return "the post was imported"
    if not post.dated:
        return "the post has no date"
    if post.fetched_at - post.created_at > LATE:
        return "the post reached us too late after its publication"
    if at - post.fetched_at > FRESH:
        return "the post has been here for long"
    if post.created_at - post.fetched_at > LENGTH:
        return "the post says that it comes from the future"
    if post.speaker is Speaker.BRAND:
        return "the company wrote it itself"
    return ""


def text_digest(post: Post) -> str:
    """The same for copies of a text: words only, folded, without hashtags, mentions and links. No words, no copies."""
    words = " ".join(word for word in without_hashtags(post.text).split() if not word.startswith(("@", "http", "RT")))
    return sha256((" ".join(tokens(words)) or post.id).encode()).hexdigest()[:16]


def _risk(
    rule: RiskRule,
    post: Post,
    assessment: Assessment,
    brand: Brand,
    at: datetime,
    categories: Mapping[str, CategoryPolicy],
) -> Finding:
    protected = bool(assessment.themes)
    fitting = [r for r in assessment.risks if r.category in rule.categories and r.score >= rule.min_score]
    if not fitting:
        return Finding(None, sentences.not_for_posts("the post fits none of the rule's categories well enough"))
    if protected:
        fitting = [r for r in fitting if r.category in IMMINENT]
        if not fitting:
            return Finding(None, sentences.not_for_posts("the post is protected speech"))

    # Danger first: of two categories that fit, the alert speaks of the one that cannot wait.
    risk = max(fitting, key=lambda r: (r.category in IMMINENT, r.score, r.category))
    policy = categories.get(risk.category, CategoryPolicy("person", (), rule.severity))
    about, wanted, severity = policy
    imminent = risk.category in IMMINENT
    condition = imminent or about == "condition"
    audience = _without_hr(wanted or tuple(role.value for role in rule.audience))
    if imminent:
        why = sentences.danger_why()
    elif condition:
        why = sentences.condition_why()
    else:
        why = sentences.risk_why(post.platform, post.created_at)
    return Finding(
        Alert(
            rule=rule.name,
            brand=brand.key,
            severity=max(rule.severity, Severity(severity), key=lambda s: s.rank),
            title=sentences.titled(rule.title, brand.name),
            counted=sentences.risk_counted(risk.category, risk.score),
            against=sentences.risk_against(rule.min_score),
            why_now=why,
            at=at,
            fingerprint=_once(rule, post, brand),
            story=_story(rule, post, brand, protected),
            subject="condition" if condition else "person",
            audience=audience,
            post_ids=() if protected else (post.id,),
            values={"score": risk.score},
            query="" if condition else _around(post, brand, risk=risk.category),
        )
    )


def _reach(rule: ReachRule, post: Post, assessment: Assessment, brand: Brand, at: datetime) -> Finding:
    if assessment.themes:
        return Finding(None, sentences.not_for_posts("the post is protected speech"))
    if assessment.label is not SentimentLabel.NEGATIVE:
        return Finding(None, sentences.not_for_posts("the post is not negative"))
    # A reviewer who says so is as sure as one can be.
    score = 1.0 if assessment.verdict else assessment.sentiment.scores.get(SentimentLabel.NEGATIVE.value, 0.0)
    if score < rule.min_score:
        return Finding(None, sentences.not_for_posts("the post is not surely negative"))
    if post.audience is None or post.audience < rule.min_audience:
        return Finding(None, sentences.not_for_posts("its author is not known to reach that many people"))
    return Finding(
        Alert(
            rule=rule.name,
            brand=brand.key,
            severity=rule.severity,
            title=sentences.titled(rule.title, brand.name),
            counted=sentences.reach_counted(post.audience, score),
            against=sentences.reach_against(rule.min_audience),
            why_now=sentences.risk_why(post.platform, post.created_at),
            at=at,
            fingerprint=_once(rule, post, brand),
            story=_story(rule, post, brand, protected=False),
            subject="person",
            audience=_without_hr(tuple(role.value for role in rule.audience)),
            post_ids=(post.id,),
            values={"score": score, "audience": post.audience},
            query=_around(post, brand, sentiment=SentimentLabel.NEGATIVE.value),
        )
    )


def _without_hr(audience: tuple[str, ...]) -> tuple[str, ...]:
    """HR sees crowds, and one post is no crowd. What was meant for HR alone goes to PR."""
    return tuple(role for role in audience if role != Role.HR.value) or (Role.PR.value,)


def _once(rule: RiskRule | ReachRule, post: Post, brand: Brand) -> str:
    """One alert for a post and all its reposts; a repost that does not say of what is known by its text."""
    root = post.reposted or (text_digest(post) if post.kind == "repost" else post.id)
    return fingerprint(rule.kind, rule.name, brand.key, root)


def _story(rule: RiskRule | ReachRule, post: Post, brand: Brand, protected: bool) -> str:
    """Copies of one text tell one story, whoever posts them. Of protected speech not even the text's digest is kept.

    Each such post is its own story then: a danger must not join an incident that somebody acknowledged last week.
    """
    return f"{POST_STORY}{_once(rule, post, brand) if protected else text_digest(post)}"


def _around(post: Post, brand: Brand, **filters: str) -> str:
    start = window_of(post.created_at)
    return posts_page(brand.key, start, start + LENGTH, **filters)
