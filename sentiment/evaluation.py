"""How good is a model on labelled posts, language by language, or source by source?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from listening.assessments import CLASSES
from listening.errors import UnreadableInput
from sentiment.backends import Floats
from sentiment.cleaning import is_empty
from sentiment.encoder import Encoder
from sentiment.labelled_rows import BadRow, LabelledRow, read

_CHUNK = 2048
_BINS = 10
# A file of another kind has a bad row in every line; nobody reads the thousandth.
_MOST_NAMED = 100
_NO_ANSWER = len(CLASSES)
# Source (None: not told apart) and language.
_Group = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class LanguageScore:
    """`unsure` and `no_text` count as wrong in `accuracy` and the F1s; `coverage` is the share of real answers.

    `macro_f1` averages the classes that occur among the labels; `calibration_error` is the expected one, ten bins.
    `source` is None where posts were not told apart by it.
    """

    language: str
    support: int
    macro_f1: float
    accuracy: float
    accuracy_when_sure: float
    coverage: float
    calibration_error: float
    f1: Mapping[str, float | None]
    class_support: Mapping[str, int]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`languages` from the largest to the smallest; `average` weighs every language alike, `all` every post alike.

    Told apart by source, `languages` has an entry for each language of each source, largest source first, and `sources`
    the average macro-F1 over the languages of each; else `sources` is empty.
    `bad_rows` names the first hundred of `bad_row_count`.
    """

    revision: str
    languages: tuple[LanguageScore, ...]
    all: LanguageScore
    average_macro_f1: float
    average_accuracy: float
    sources: Mapping[str, float]
    bad_rows: tuple[BadRow, ...]
    bad_row_count: int


@dataclass
class _Tally:
    """Counts only, so that a file of any size fits."""

    answers: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((len(CLASSES), len(CLASSES) + 1), np.int64))
    bins: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, _BINS)))

    def add(self, label: int, probabilities: Floats, answered: bool, empty: bool) -> None:
        best = int(probabilities.argmax())
        self.answers[label, best if answered else _NO_ANSWER] += 1
        if not empty:
            confidence = float(probabilities[best])
            self.bins[:, min(int(confidence * _BINS), _BINS - 1)] += (1, confidence, best == label)

    def __iadd__(self, other: "_Tally") -> "_Tally":
        self.answers += other.answers
        self.bins += other.bins
        return self


def evaluate(files: Iterable[Path], encoder: Encoder, by_source: bool = False) -> Evaluation:
    """Raises UnreadableInput if a file cannot be read, holds no labelled post at all, or lacks the sources."""
    tallies: dict[_Group, _Tally] = {}
    bad: list[BadRow] = []
    bad_count = 0
    for file in files:
        good_count = 0
        rows = read(file)
        while chunk := list(islice(rows, _CHUNK)):
            wrong = [row for row in chunk if isinstance(row, BadRow)]
            bad_count += len(wrong)
            bad += wrong[: _MOST_NAMED - len(bad)]
            good = [row for row in chunk if isinstance(row, LabelledRow)]
            good_count += len(good)
            if by_source and (without := sum(not row.source for row in good)):
                raise UnreadableInput(
                    f"{file}: {without} of the first {good_count} labelled posts have no source — name the column "
                    "'source' in the first line and fill it, or evaluate by language."
                )
            _count(good, encoder, tallies, by_source)
        if not good_count:
            reason = f" The first problem: {bad[-1]}" if bad else ""
            raise UnreadableInput(f"{file} holds no labelled post; expected lines of text, label and lang.{reason}")
    if not tallies:
        raise UnreadableInput("No file to evaluate was given — name at least one TSV file.")
    size: dict[str | None, int] = defaultdict(int)
    for (source, _), tally in tallies.items():
        size[source] += int(tally.answers.sum())
    scores = sorted(
        (_score(language, tally, source) for (source, language), tally in tallies.items()),
        key=lambda one: (-size[one.source], one.source or "", -one.support, one.language),
    )
    sources: dict[str, list[float]] = defaultdict(list)
    for one in scores:
        if one.source is not None:
            sources[one.source].append(one.macro_f1)
    total = _Tally()
    for tally in tallies.values():
        total += tally
    return Evaluation(
        revision=encoder.revision,
        languages=tuple(scores),
        all=_score("all", total),
        average_macro_f1=float(np.mean([one.macro_f1 for one in scores])),
        average_accuracy=float(np.mean([one.accuracy for one in scores])),
        sources={source: float(np.mean(values)) for source, values in sources.items()},
        bad_rows=tuple(bad),
        bad_row_count=bad_count,
    )


def score(
    rows: Sequence[LabelledRow], probabilities: Floats, unsure_below: float, language: str = "all"
) -> LanguageScore:
    """One score for all of `rows`, by answers that were given before; `language` is only its name."""
    tally = _Tally()
    for row, shares in zip(rows, probabilities, strict=True):
        _add(tally, row, shares, unsure_below)
    return _score(language, tally)


def _count(rows: list[LabelledRow], encoder: Encoder, tallies: dict[_Group, _Tally], by_source: bool) -> None:
    encoded = encoder.encode([row.text for row in rows], [row.language for row in rows])
    for row, probabilities in zip(rows, encoded.probabilities, strict=True):
        group = (row.source if by_source else None, row.language)
        _add(tallies.setdefault(group, _Tally()), row, probabilities, encoder.unsure_below)


def _add(tally: _Tally, row: LabelledRow, probabilities: Floats, unsure_below: float) -> None:
    empty = is_empty(row.text)
    tally.add(row.label, probabilities, not empty and float(probabilities.max()) >= unsure_below, empty)


def _score(language: str, tally: _Tally, source: str | None = None) -> LanguageScore:
    answers = tally.answers
    support = int(answers.sum())
    right = int(np.trace(answers))
    answered = int(answers[:, :_NO_ANSWER].sum())
    f1 = dict(_f1_by_class(answers))
    occurring = [value for value in f1.values() if value is not None]
    counts, confidence, hits = tally.bins
    return LanguageScore(
        language=language,
        support=support,
        macro_f1=float(np.mean(occurring)),
        accuracy=right / support,
        accuracy_when_sure=right / answered if answered else 0.0,
        coverage=answered / support,
        calibration_error=float(np.abs(confidence - hits).sum() / max(1.0, counts.sum())),
        f1=f1,
        class_support={label.value: int(answers[number].sum()) for number, label in enumerate(CLASSES)},
        source=source,
    )


def _f1_by_class(answers: npt.NDArray[np.int64]) -> Iterator[tuple[str, float | None]]:
    """None for a class that no label names: there is nothing to find."""
    for number, label in enumerate(CLASSES):
        named, given = int(answers[number].sum()), int(answers[:, number].sum())
        yield label.value, 2 * int(answers[number, number]) / (named + given) if named else None
