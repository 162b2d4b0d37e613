"""Categories as regions in meaning space, learned from their examples in well under two seconds, without training.

Kernel ridge regression: a category's closeness at a point is a weighted sum over all sentences that anybody wrote as
an example, each counting by how near it is. It was chosen by measuring (docs/risk-categories.md): the nearest example,
the centroid and a linear fit all find fewer unseen posts before the first harmless one.

What a held-back sentence would have been given follows from the fitted system in closed form, so each category's
threshold is chosen on sentences that it has not seen, and nothing here depends on the geometry of one model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sentiment.backends import Floats

# Between 1 and 3 hardly matters; beyond, recall drops in either direction.
_NARROWNESS = 2.0
# How much the fit may miss a sentence: labels are opinions. Between 0.1 and 0.3 hardly matters.
_DOUBT = 0.3
# What an example of one subject says of another: rather not. At 0 false alarms treble, at -1 a third of recall is lost.
_ANOTHERS = -0.3
# Of the way from the hardest held-back harmless sentence to a sentence that is an example.
_MARGIN = 0.05
# Of so many counter-examples of a category the hardest is set aside: one odd sentence must not silence it.
_ENOUGH = 20
# Themes: this share of held-back harmless sentences may fire, because recall goes before precision there.
_TOLERATED = 0.01


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence and whose it is: ``of`` are the subjects that must find it, ``not_of`` those that must not.

    What nobody must find is harmless to all, but for those in ``open_to``; of what somebody must, the others are free.
    """

    text: str
    language: str
    of: frozenset[str] = frozenset()
    not_of: frozenset[str] = frozenset()
    open_to: frozenset[str] = frozenset()

    def label(self, subject: str) -> float:
        if subject in self.of:
            return 1.0
        if subject in self.not_of:
            return -1.0
        if subject in self.open_to:
            return 0.0
        return _ANOTHERS if self.of else -1.0


@dataclass(frozen=True, slots=True)
class Closeness:
    """How well a post fits a subject: ``score`` from 0.5 (the threshold) to 0.99 (like an example itself)."""

    subject: str
    score: float
    example: int
    """Number of the lesson of this subject that the post is nearest to."""


@dataclass(frozen=True, slots=True)
class Prototypes:
    """Read-only, safe to share between threads; made by :func:`learn`. Compares vectors of one model only."""

    subjects: tuple[str, ...]
    vectors: Floats
    """One row a lesson."""
    narrowness: float
    weights: Floats
    """What each lesson (row) says about each subject (column)."""
    thresholds: Floats
    owned: tuple[tuple[int, ...], ...]
    """Numbers of each subject's own lessons."""

    def near(self, vectors: Floats) -> list[list[Closeness]]:
        """For each vector the subjects that it is close enough to, the closest first."""
        likeness = vectors @ self.vectors.T
        values = np.exp(self.narrowness * (likeness - 1)) @ self.weights
        found: list[list[Closeness]] = [[] for _ in vectors]
        for row, column in np.argwhere(values > self.thresholds):
            own = self.owned[column]
            nearest = own[int(likeness[row, own].argmax())]
            score = _score(float(values[row, column]), float(self.thresholds[column]))
            found[row].append(Closeness(self.subjects[column], score, nearest))
        return [sorted(near, key=lambda one: -one.score) for near in found]


def _score(value: float, threshold: float) -> float:
    return round(0.5 + 0.49 * min(1.0, (value - threshold) / (1 - threshold)), 4)


def learn(lessons: Sequence[Lesson], vectors: Floats, precise: Sequence[str], generous: Sequence[str]) -> Prototypes:
    """Fit ``precise`` subjects, fired by no held-back harmless sentence, and ``generous`` ones, fired by a few.

    A subject without examples, or one whose examples say the same as harmless sentences, finds nothing.
    """
    subjects = (*precise, *generous)
    labels = np.array([[lesson.label(name) for name in subjects] for lesson in lessons], np.float32)
    likeness = vectors @ vectors.T
    taught = np.array([bool(lesson.of) for lesson in lessons])
    together = [
        kind[group]
        for kind in (np.flatnonzero(taught), np.flatnonzero(~taught))
        for group in _translations(likeness[np.ix_(kind, kind)], [lessons[int(number)].language for number in kind])
    ]
    narrowness = _NARROWNESS / max(1 - float(np.median(likeness[::3, ::3])), 1e-3)
    # In place: with three thousand lessons each of these is 36 MB, and a worker should stay small.
    likeness -= 1
    likeness *= narrowness
    system = np.exp(likeness, out=likeness)
    system[np.diag_indices_from(system)] += _DOUBT
    inverse = np.linalg.inv(system)
    weights: Floats = inverse @ labels
    held_back = np.full(labels.shape, -np.inf, np.float32)
    for rows in together:
        missed = np.linalg.solve(inverse[np.ix_(rows, rows)], weights[rows])[0]
        held_back[rows[0]] = labels[rows[0]] - missed
    owned = tuple(tuple(np.flatnonzero(column > 0).tolist()) for column in labels.T)
    thresholds = np.full(len(subjects), np.inf, np.float32)
    for column, name in enumerate(subjects):
        harmless = labels[:, column] == -1
        if not (owned[column] and harmless.any()):
            continue
        hardest = np.sort(held_back[harmless, column])[::-1]
        if name in generous:
            threshold = float(hardest[int(_TOLERATED * len(hardest))])
        else:
            aside = int(sum(name in lesson.not_of for lesson in lessons) >= _ENOUGH)
            # Known ones never fire, not even one that was set aside.
            known = (labels - _DOUBT * weights)[harmless, column].max()
            threshold = max(float(hardest[aside]), float(known))
            threshold += _MARGIN * (1 - threshold)
        if threshold < 1:
            thresholds[column] = threshold
    return Prototypes(subjects, vectors, narrowness, weights, thresholds, owned)


def _translations(likeness: Floats, languages: Sequence[str]) -> Iterator[list[int]]:
    """For each sentence itself, then its translations: in other languages, those that are each other's nearest.

    They are held back together. The files say the same in several languages, and a sentence whose translation
    stays in the lesson is not held back at all.
    """
    spoken = np.array(languages)
    if not languages:
        return
    groups = [np.flatnonzero(spoken == language) for language in sorted(set(languages))]
    nearest = np.stack([group[likeness[:, group].argmax(axis=1)] for group in groups], axis=1)
    own = np.empty(len(languages), np.int64)
    for number, group in enumerate(groups):
        own[group] = number
    for one in range(len(languages)):
        others = [int(nearest[one, other]) for other in range(len(groups)) if other != own[one]]
        yield [one, *(other for other in others if nearest[other, own[one]] == one)]
