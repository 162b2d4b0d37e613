"""A reviewer's word on one post: what it may say, what it takes back, and what it does to an assessment. Pure.

The verdicts of a post are a log, from which follows what counts. A correction says something of the sentiment, of risk
categories, or of both; later ones win where they speak of the same thing. Undoing is an entry too, and history stays.
A verdict is about a text: to another text of the same post it does not apply.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .assessments import Assessment, RiskMatch, SentimentLabel
from .brands import Role
from .errors import StateConflict
from .sentences import sentence

REVIEWERS = (Role.BRAND, Role.PR, Role.ADMIN)
"""Who may correct: those who answer for a brand. HR sees crowds, the operator runs the machine."""
LABELS = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE, SentimentLabel.NO_TEXT)
"""What a reviewer may say of a post. Not to know is the model's privilege."""
LONGEST_REASON = 500
EVIDENCE = "a reviewer's word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One entry of a post's log, ``number`` 1 being the first.

    A correction: ``dismissed`` categories were wrongly found, ``missed`` ones wrongly not found; ``sentiment`` is None
    where it says nothing of that. An entry with ``undoes`` takes the correction of that number back, and no more.
    ``text`` is a salted hash of what was judged, ``said`` what the model said of it, in the revisions named.
    """

    number: int
    by: str
    role: Role
    at: datetime
    text: str
    sentiment: SentimentLabel | None = None
    dismissed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    undoes: int | None = None
    reason: str = ""
    said: SentimentLabel | None = None
    model_revision: str = ""
    risk_revision: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What reviewers say of a text, all corrections that stand taken together."""

    sentiment: SentimentLabel | None = None
    dismissed: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self.sentiment is not None or bool(self.dismissed or self.missed)


def standing(log: Iterable[Verdict], text: str | None = None) -> tuple[Verdict, ...]:
    """The corrections that nobody took back, oldest first; with ``text``, only those that speak of it."""
    entries = tuple(log)
    undone = {entry.undoes for entry in entries if entry.undoes is not None}
    return tuple(
        entry
        for entry in entries
        if entry.undoes is None and entry.number not in undone and (text is None or entry.text == text)
    )


def word(log: Iterable[Verdict], text: str) -> Word:
    """What counts of ``text``."""
    said = Word()
    for entry in standing(log, text):
        said = Word(
            sentiment=entry.sentiment or said.sentiment,
            dismissed=said.dismissed - set(entry.missed) | set(entry.dismissed),
            missed=said.missed - set(entry.dismissed) | set(entry.missed),
        )
    return said


def follow(log: Sequence[Verdict], verdict: Verdict) -> tuple[Verdict, ...]:
    """The log after ``verdict``; raises :class:`StateConflict` if it may not come next."""
    if verdict.number != len(log) + 1:
        raise StateConflict(sentence("Somebody corrected this post in the meantime: look at it again."))
    if verdict.undoes is not None:
        if verdict.undoes not in {entry.number for entry in standing(log)}:
            raise StateConflict(sentence("There is no such correction to take back."))
    elif not (verdict.sentiment or verdict.dismissed or verdict.missed):
        raise StateConflict(sentence("A correction says something: choose a label or a risk category."))
    elif verdict.sentiment and verdict.sentiment not in LABELS:
        known = ", ".join(LABELS)
        raise StateConflict(
            sentence("'%(given)s' is no correction: choose one of %(known)s.", given=verdict.sentiment, known=known)
        )
    elif both := set(verdict.dismissed) & set(verdict.missed):
        raise StateConflict(
            sentence("The category '%(name)s' cannot be both wrongly found and missed.", name=min(both))
        )
    if len(verdict.reason) > LONGEST_REASON:
        raise StateConflict(sentence("A reason is a sentence, of %(most)s characters at most.", most=LONGEST_REASON))
    return (*log, verdict)


def reviewed(found: Assessment, said: Word) -> Assessment:
    """``found``, which a model made, as it counts under the reviewers' word."""
    outranked = said.dismissed | said.missed
    return replace(
        found,
        verdict=said.sentiment,
        risks=(
            *(RiskMatch(category, 1.0, EVIDENCE, "reviewer") for category in sorted(said.missed)),
            *(risk for risk in found.risks if risk.category not in outranked),
        ),
        overruled=tuple(risk for risk in found.risks if risk.category in outranked),
    )


def as_found(assessment: Assessment) -> Assessment:
    """The inverse of :func:`reviewed`: what the model and the categories said."""
    kept = (risk for risk in assessment.risks if risk.found_by != "reviewer")
    risks = sorted((*kept, *assessment.overruled), key=lambda risk: -risk.score)
    return replace(assessment, verdict=None, risks=tuple(risks), overruled=())
