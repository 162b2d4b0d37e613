"""What Earshot thinks of a post: language, sentiment, risks; stamped with what made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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


@dataclass(frozen=True, slots=True)
class RiskMatch:
    """A post fits a risk category. ``evidence`` is the words in the post that made it, so that people can judge."""

    category: str
    score: float
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """``language`` is ISO 639-1 or ``und``; ``offensive`` a probability, or None if the model has no such head.

    ``themes`` name protected speech and other subjects; they are counted for crowds and
    never raise a person-level alert.
    """

    language: str
    sentiment: Sentiment
    offensive: float | None
    risks: tuple[RiskMatch, ...] = ()
    themes: tuple[str, ...] = ()
    model_revision: str
    risk_revision: str
