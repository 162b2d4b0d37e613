"""Every sentence of an alert or a message, in one place, so that a catalogue can take over.

No sentence holds a word of a post: titles, counts and explanations are ours or the company's, posts are quoted apart.
"""

from datetime import datetime

from listening.alerting import Severity

REVIEW = "This is a lead for a human to review: read the posts before you act, and never act on a person because of it."
MAYBE_REPEAT = "Possible repeat: an earlier attempt ended without an answer, so this may have reached you already."
WHAT_TO_DO = "What to do"
POSTS = "Posts that explain it"
OPEN_INCIDENT = "Open the incident"
BEHIND_THE_NUMBER = "The posts behind the number"
ORIGINAL = "original"
SUBSIDED = "None of its rules has anything to report any more."
GIVEN_UP = "Given up after 3 days of attempts."

_REASONS = {
    "first": "New incident.",
    "grew": "It grew since the last message.",
    "repeat due": "Nobody has acknowledged it yet.",
    "resolved": "It is resolved.",
    "reopened": "It was opened again.",
}


def number(value: float) -> str:
    """``12,345``; one digit after the point only where it matters."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:,.1f}"


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def posts(many: float) -> str:
    return f"{number(many)} post" if many == 1 else f"{number(many)} posts"


def hours(many: float) -> str:
    return "the last hour" if many == 1 else f"the last {number(many)} hours"


def weeks(many: int) -> str:
    return "last week" if many == 1 else f"the past {many} weeks"


def clock(at: datetime) -> str:
    """``22 November 2026, 09:30 UTC``; the day without a leading zero on every platform."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def reason(name: str) -> str:
    return _REASONS.get(name, f"{name[:1].upper()}{name[1:]}.")


def subject(severity: Severity, title: str, why: str, maybe_repeat: bool) -> str:
    extra = {"grew": " (update)", "repeat due": " (reminder)", "resolved": " (resolved)", "reopened": " (again)"}
    return f"{'[possible repeat] ' if maybe_repeat else ''}[{severity.value}] {title}{extra.get(why, '')}"


def titled(title: str, brand: str) -> str:
    return f"{title}: {brand}"


def more_alerts(many: int) -> str:
    return f"And {number(many)} more {'alert' if many == 1 else 'alerts'} in the same incident."


def no_quotes() -> str:
    return "No post is quoted here; those who may see them find them on the dashboard."


# Rules over windows.


def too_few(many: int) -> str:
    return f"{posts(many)}: too few for a percentage."


def too_few_for_rule(many: int, least: int, span: float) -> str:
    return f"{posts(many)} in {hours(span)}: too few, the rule wants at least {number(least)}."


def too_few_authors(many: int) -> str:
    people = "one author" if many == 1 else f"at most {number(many)} authors"
    return f"All of it comes from {people}: a loud voice, not a crowd."


def share_counted(negative: int, judged: int, span: float, late: int) -> str:
    share = percent(negative / judged)
    return f"{number(negative)} of {number(judged)} judged posts ({share}) in {hours(span)} are negative{_late(late)}."


def _late(many: int) -> str:
    return f"; {posts(many)} that reached us late {'is' if many == 1 else 'are'} left out" if many else ""


def share_against(usual: float, judged: int, seen: int) -> str:
    return f"In the same hours of {weeks(seen)} {percent(usual)} of {posts(judged)} were negative."


def share_against_nothing(assumed: float, judged: int) -> str:
    known = f" ({too_few(judged)})" if judged else ""
    return f"There is no past to compare with yet{known}; {percent(assumed)} is assumed to be usual."


def share_why(lower: float, usual: float, least: float) -> str:
    asked = f"and the rule asks for {percent(least)}"
    return f"Counted cautiously it is at least {percent(lower)}, above the usual {percent(usual)}, {asked}."


def share_why_alarming(lower: float, alarming: float) -> str:
    return f"It is at least {percent(lower)}, and from {percent(alarming)} on this rule fires whatever is usual."


def share_not(share: float, least: float) -> str:
    return f"{percent(share)} are negative, the rule asks for {percent(least)}."


def share_usual(lower: float, usual: float) -> str:
    return f"Counted cautiously at least {percent(lower)} are negative, which is not above the usual {percent(usual)}."


def spike_counted(many: int, negative_only: bool, span: float, late: int) -> str:
    which = "negative posts" if negative_only else "posts"
    return f"{number(many)} {which} in {hours(span)}{_late(late)}."


def spike_against(expected: float, seen: int) -> str:
    return f"In the same hours of {weeks(seen)} there were {number(expected)} (the median)."


def spike_against_nothing(assumed: float) -> str:
    return f"There are no past weeks to compare with yet; {posts(assumed)} are assumed to be usual."


def spike_against_floor(assumed: float, seen: int) -> str:
    return f"In the same hours of {weeks(seen)} there was next to nothing; {posts(assumed)} are taken as usual."


def spike_why(many: int, expected: float, factor: float) -> str:
    times = number(many / expected)
    return f"That is {times} times the usual, the rule asks for {number(factor)}, and chance alone hardly does it."


def spike_why_alarming(alarming: int) -> str:
    return f"From {posts(alarming)} on this rule fires whatever is usual."


def spike_not(many: int, expected: float, factor: float) -> str:
    times = number(many / expected)
    return f"{posts(many)} are {times} times the usual {number(expected)}; the rule asks for {number(factor)} times."


def spike_chance(many: int, expected: float) -> str:
    return f"{posts(many)} against the usual {number(expected)}: within what these weeks do by chance."


# Rules over single posts.


def risk_counted(category: str, score: float) -> str:
    return f"One post fits the category '{category}' with a score of {score:.2f}."


def risk_against(least: float) -> str:
    return f"The rule asks for {least:.2f}; one post is enough."


def risk_why(platform: str, at: datetime) -> str:
    return f"It was published on {platform} on {clock(at)} and has just been judged."


def condition_why() -> str:
    return "Somebody may be in danger. The alert is about the condition: it names no author and leads to no post."


def reach_counted(audience: int, score: float) -> str:
    return f"One post, negative with a score of {score:.2f}, by an account that about {number(audience)} people follow."


def reach_against(least: int) -> str:
    return f"The rule asks for an audience of {number(least)}."


def not_for_posts(why: str) -> str:
    """Why a single post raises nothing."""
    return f"No alert: {why}."
