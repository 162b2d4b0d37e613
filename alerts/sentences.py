"""Every sentence of an alert or a message, in one place.

What stands on pages is a :class:`~listening.sentences.Sentence`: ``dashboards`` says it in the reader's language.

No sentence holds a word of a post: titles, counts and explanations are ours or the company's, posts are quoted apart.
"""

from datetime import datetime

from listening.alerting import Severity
from listening.sentences import Name, Score, Sentence, Share, number, sentence, sentence_n

REVIEW = "This is a lead for a human to review: read the posts before you act, and never act on a person because of it."
MAYBE_REPEAT = "Possible repeat: an earlier attempt ended without an answer, so this may have reached you already."
WHAT_TO_DO = "What to do"
POSTS = "Posts that explain it"
OPEN_INCIDENT = "Open the incident"
BEHIND_THE_NUMBER = "The posts behind the number"
ORIGINAL = "original"
SUBSIDED = sentence("None of its rules has anything to report any more.")
GIVEN_UP = sentence("Given up after 3 days of attempts.")
STOPPED_WHILE_SENDING = sentence("stopped while sending: nobody knows whether it arrived")
DISMISSED = sentence("the incident was dismissed before this could be delivered")

_REASONS = {
    "first": "New incident.",
    "grew": "It grew since the last message.",
    "repeat due": "Nobody has acknowledged it yet.",
    "resolved": "It is resolved.",
    "reopened": "It was opened again.",
}


def posts(many: float) -> Sentence:
    return sentence_n("%(n)s post", "%(n)s posts", many)


def hours(many: float) -> Sentence:
    return sentence_n("in the last hour", "in the last %(n)s hours", many)


def weeks(many: int) -> Sentence:
    return sentence_n("of last week", "of the past %(n)s weeks", many)


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


def too_few_for_rule(many: int, least: int, span: float) -> str:
    return f"{posts(many)} {hours(span)}: too few, the rule wants at least {number(least)}."


def too_few_authors(many: int) -> str:
    people = "one author" if many == 1 else f"at most {number(many)} authors"
    return f"All of it comes from {people}: a loud voice, not a crowd."


def share_counted(negative: int, judged: int, span: float, late: int) -> Sentence:
    return sentence(
        "%(negative)s of %(judged)s judged posts (%(share)s) %(span)s are negative%(late)s.",
        negative=negative,
        judged=judged,
        share=Share(negative / judged),
        span=hours(span),
        late=_late(late),
    )


def _late(many: int) -> str:
    if not many:
        return ""
    return sentence_n(
        "; %(n)s post that reached us late is left out", "; %(n)s posts that reached us late are left out", many
    )


def share_against(usual: float, judged: int, seen: int) -> Sentence:
    return sentence(
        "In the same hours %(weeks)s %(usual)s of %(posts)s were negative.",
        weeks=weeks(seen),
        usual=Share(usual),
        posts=posts(judged),
    )


def share_against_nothing(assumed: float, judged: int) -> Sentence:
    return sentence(
        "There is no past to compare with yet%(known)s; %(assumed)s is assumed to be usual.",
        known=_too_few(judged),
        assumed=Share(assumed),
    )


def _too_few(many: int) -> str:
    if not many:
        return ""
    return sentence_n(" (%(n)s post: too few for a percentage.)", " (%(n)s posts: too few for a percentage.)", many)


def share_why(lower: float, usual: float, least: float) -> Sentence:
    return sentence(
        "Counted cautiously it is at least %(lower)s, above the usual %(usual)s, and the rule asks for %(least)s.",
        lower=Share(lower),
        usual=Share(usual),
        least=Share(least),
    )


def share_why_alarming(lower: float, alarming: float) -> Sentence:
    return sentence(
        "It is at least %(lower)s, and from %(alarming)s on this rule fires whatever is usual.",
        lower=Share(lower),
        alarming=Share(alarming),
    )


def share_not(share: float, least: float) -> str:
    return f"{_percent(share)} are negative, the rule asks for {_percent(least)}."


def share_usual(lower: float, usual: float) -> str:
    at_least, usually = _percent(lower), _percent(usual)
    return f"Counted cautiously at least {at_least} are negative, which is not above the usual {usually}."


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def spike_counted(many: int, negative_only: bool, span: float, late: int) -> Sentence:
    if negative_only:
        return sentence_n(
            "%(n)s negative post %(span)s%(late)s.",
            "%(n)s negative posts %(span)s%(late)s.",
            many,
            span=hours(span),
            late=_late(late),
        )
    return sentence_n(
        "%(n)s post %(span)s%(late)s.", "%(n)s posts %(span)s%(late)s.", many, span=hours(span), late=_late(late)
    )


def spike_against(expected: float, seen: int) -> Sentence:
    return sentence(
        "In the same hours %(weeks)s there were %(expected)s (the median).", weeks=weeks(seen), expected=expected
    )


def spike_against_nothing(assumed: float) -> Sentence:
    return sentence_n(
        "There are no past weeks to compare with yet; %(n)s post is assumed to be usual.",
        "There are no past weeks to compare with yet; %(n)s posts are assumed to be usual.",
        assumed,
    )


def spike_against_floor(assumed: float, seen: int) -> Sentence:
    return sentence_n(
        "In the same hours %(weeks)s there was next to nothing; %(n)s post is taken as usual.",
        "In the same hours %(weeks)s there was next to nothing; %(n)s posts are taken as usual.",
        assumed,
        weeks=weeks(seen),
    )


def spike_why(many: int, expected: float, factor: float) -> Sentence:
    return sentence(
        "That is %(times)s times the usual, the rule asks for %(factor)s, and chance alone hardly does it.",
        times=many / expected,
        factor=factor,
    )


def spike_why_alarming(alarming: int) -> Sentence:
    return sentence_n(
        "From %(n)s post on this rule fires whatever is usual.",
        "From %(n)s posts on this rule fires whatever is usual.",
        alarming,
    )


def spike_not(many: int, expected: float, factor: float) -> str:
    times = number(many / expected)
    return f"{posts(many)} are {times} times the usual {number(expected)}; the rule asks for {number(factor)} times."


def spike_chance(many: int, expected: float) -> str:
    return f"{posts(many)} against the usual {number(expected)}: within what these weeks do by chance."


# Rules over single posts.


def risk_counted(category: str, score: float) -> Sentence:
    return sentence(
        "One post fits the category '%(category)s' with a score of %(score)s.",
        category=Name("risk", category),
        score=Score(score),
    )


def risk_against(least: float) -> Sentence:
    return sentence("The rule asks for %(least)s; one post is enough.", least=Score(least))


def risk_why(platform: str, at: datetime) -> Sentence:
    return sentence(
        "It was published on %(platform)s on %(at)s and has just been judged.",
        platform=Name("platform", platform),
        at=at,
    )


def condition_why() -> Sentence:
    return sentence("What is told matters, not who told it: the alert names no author and leads to no post.")


def danger_why() -> Sentence:
    return sentence(
        "Somebody may be in danger. The alert is about the condition: it names no author and leads to no post."
    )


def reach_counted(audience: int, score: float) -> Sentence:
    return sentence(
        "One post, negative with a score of %(score)s, by an account that about %(audience)s people follow.",
        score=Score(score),
        audience=audience,
    )


def reach_against(least: int) -> Sentence:
    return sentence("The rule asks for an audience of %(least)s.", least=least)


def not_for_posts(why: str) -> str:
    """Why a single post raises nothing."""
    return f"No alert: {why}."
