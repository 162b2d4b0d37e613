"""Puts the answers together: language, sentiment, offensiveness, risks, themes; stamped with what made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from listening.assessments import CLASSES, Assessment, RiskMatch, Sentiment, SentimentLabel
from sentiment.backends import Floats
from sentiment.cleaning import is_empty
from sentiment.encoder import Encoder
from sentiment.language import UNDETERMINED, identify
from sentiment.locating import BUNDLED
from sentiment.packing import pack
from sentiment.risk_finder import RiskFinder
from sentiment.risks import Categories, load_categories


@dataclass(frozen=True, slots=True)
class TextToJudge:
    """`language` is certain and wins; `hint` (what a platform claims) counts only where the text does not tell."""

    text: str
    language: str | None = None
    hint: str | None = None


class Judge:
    """Made once a process: the encoder is its costly part. `judge` may be called from several threads."""

    def __init__(self, encoder: Encoder, categories: Categories, kept: Path | None = None) -> None:
        """``kept`` is a file for what is learned from the examples of the categories: it saves the next start time."""
        self._encoder = encoder
        self._risks = RiskFinder(categories, encoder, kept)

    @classmethod
    def load(cls, model: str | Path = BUNDLED, categories: Path | None = None) -> Self:
        """`categories` is a folder of one's own. Raises ConfigError or NotReady with what to do."""
        return cls(Encoder.load(model), load_categories(categories))

    @property
    def model_revision(self) -> str:
        return self._encoder.revision

    @property
    def risk_revision(self) -> str:
        return self._risks.revision

    def judge(self, texts: Sequence[TextToJudge]) -> list[Assessment]:
        """One assessment a text, in the same order."""
        return self.judge_with_vectors(texts)[0]

    def judge_with_vectors(self, texts: Sequence[TextToJudge]) -> tuple[list[Assessment], Floats]:
        """Also a meaning vector each (length one), comparable across languages within one model revision."""
        languages = [one.language or _found(identify(one.text), one.hint) for one in texts]
        encoded = self._encoder.encode([one.text for one in texts], languages)
        vectors = pack(encoded.vectors)
        found = self._risks.find([one.text for one in texts], languages, vectors)
        assessments = []
        for row, (one, language) in enumerate(zip(texts, languages, strict=True)):
            risks, themes = found[row]
            assessments.append(
                Assessment(
                    language=language,
                    sentiment=self._sentiment(one.text, encoded.probabilities[row]),
                    offensive=None if encoded.offensive is None else round(float(encoded.offensive[row]), 4),
                    risks=risks,
                    themes=themes,
                    model_revision=self.model_revision,
                    risk_revision=self.risk_revision,
                    vector=vectors[row],
                )
            )
        return assessments, encoded.vectors

    def rejudge_risks(
        self, text: str, language: str, vector: bytes | None
    ) -> tuple[tuple[RiskMatch, ...], tuple[str, ...]]:
        """Risks and themes alone: what a changed category needs. ``vector`` is an assessment's of this model
        revision, so no encoder runs for the post."""
        return self._risks.find([text], [language], [vector])[0]

    def _sentiment(self, text: str, probabilities: Floats) -> Sentiment:
        if is_empty(text):
            return Sentiment(SentimentLabel.NO_TEXT)
        return decide(probabilities, self._encoder.unsure_below)


def decide(probabilities: Floats, unsure_below: float) -> Sentiment:
    """The likeliest class, or `unsure` where even that one is too unlikely."""
    best = int(probabilities.argmax())
    label = CLASSES[best] if probabilities[best] >= unsure_below else SentimentLabel.UNSURE
    scores = {name.value: round(float(value), 4) for name, value in zip(CLASSES, probabilities, strict=True)}
    return Sentiment(label, scores)


def _found(identified: str, hint: str | None) -> str:
    return hint if identified == UNDETERMINED and hint else identified
