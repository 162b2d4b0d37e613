"""What Earshot thinks of a post: language, sentiment, risks; stamped with what made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class SentimentLabel(StrEnum):
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"
    UNSURE = "unsure"
    """There is text, and the model does not know."""
    NO_TEXT = "no_text"
    """Nothing is left to judge once links, mentions and hashtags are gone."""


CLASSES = (SentimentLabel.NEGATIVE, SentimentLabel.NEUTRAL, SentimentLabel.POSITIVE)
"""The model's classes, in the order of its outputs."""


@dataclass(frozen=True, slots=True)
class Sentiment:
    """``scores`` are calibrated probabilities of negative, neutral, positive, summing to 1; empty for ``no_text``."""

    label: SentimentLabel
    scores: Mapping[str, float] = field(default_factory=dict)


FoundBy = Literal["words", "meaning", "reviewer"]


@dataclass(frozen=True, slots=True)
class RiskMatch:
    """A post fits a risk category.

    ``evidence`` lets people judge: found by ``words``, it is those words as they stand in the post; found by
    ``meaning``, it is the category's own example that the post is nearest to, in whatever language that is; found by a
    ``reviewer``, it says that.
    """

    category: str
    score: float
    evidence: str
    found_by: FoundBy = "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """``language`` is ISO 639-1 or ``und``; ``offensive`` a probability, or None if the model has no such head.

    ``themes`` name protected speech and other subjects; they are counted for crowds and
    never raise a person-level alert.

    ``vector`` is the post's meaning as signed bytes, 127 times the components of a vector of length one; None if the
    model has none. It is for comparing posts of one ``model_revision`` and leaves the house in no form.
    ``verdict`` is a reviewer's word on the sentiment, which outranks the model's. ``overruled`` are matches that were
    found and do not count, because a reviewer says otherwise; they are no part of ``risks``.
    """

    language: str
    sentiment: Sentiment
    offensive: float | None
    risks: tuple[RiskMatch, ...] = ()
    themes: tuple[str, ...] = ()
    model_revision: str
    risk_revision: str
    vector: bytes | None = None
    verdict: SentimentLabel | None = None
    overruled: tuple[RiskMatch, ...] = ()

    @property
    def label(self) -> SentimentLabel:
        """What counts: the reviewer's word if there is one, else the model's."""
        return self.verdict or self.sentiment.label
