"""Who takes part: anything that answers what is said in a text, and how fast."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from sentiment.backends import Floats
from sentiment.encoder import Encoder
from sentiment.locating import MODELS


@dataclass(frozen=True, slots=True)
class Answers:
    """One row a text. `offensive` is None where nobody answers that."""

    probabilities: Floats
    offensive: Floats | None


class Contestant(Protocol):
    """`unsure_below`: a likeliest class under it is no answer. `megabytes`: what it needs on disk."""

    name: str
    unsure_below: float
    megabytes: float

    def answer(self, texts: Sequence[str], languages: Sequence[str]) -> Answers: ...


class Meaning(Protocol):
    """Tells how alike two texts are; larger is more alike."""

    name: str

    def each_to_each(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        """A row for each of `left`, a column for each of `right`."""

    def pairwise(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        """The first of `left` with the first of `right`, and so on."""


class ModelFolder:
    """A model as Earshot would serve it: the same cleaning, calibration and threshold. A Contestant and a Meaning."""

    def __init__(self, model: str | Path) -> None:
        """Raises ConfigError or NotReady, as serving would."""
        self._encoder = Encoder.load(model)
        folder = next((one for one in (MODELS / str(model), Path(model)) if one.is_dir()), None)
        self.model = str(model)
        self.name = self._encoder.revision.replace("@", " ")
        self.unsure_below = self._encoder.unsure_below
        self.megabytes = sum(file.stat().st_size for file in folder.iterdir()) / 1e6 if folder else float("nan")
        self._known: dict[str, Floats] = {}
        self.has_meaning = bool(self._encoder.encode(["?"]).vectors.size)

    def answer(self, texts: Sequence[str], languages: Sequence[str]) -> Answers:
        encoded = self._encoder.encode(texts, languages)
        return Answers(encoded.probabilities, encoded.offensive)

    def each_to_each(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        alike: Floats = self._vectors(left) @ self._vectors(right).T
        return alike

    def pairwise(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        alike: Floats = (self._vectors(left) * self._vectors(right)).sum(axis=1)
        return alike

    def _vectors(self, texts: Sequence[str]) -> Floats:
        """A sentence stands in several tables, and is encoded once."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode(new).vectors, strict=True))
        return np.stack([self._known[text] for text in texts])
