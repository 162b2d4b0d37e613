"""Other people's label names, read as our three classes."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from listening.assessments import CLASSES
from listening.errors import ConfigError

_SPELLINGS = {
    "negative": 0, "neg": 0, "label_0": 0, "1 star": 0, "2 stars": 0, "very negative": 0,
    "neutral": 1, "neu": 1, "label_1": 1, "3 stars": 1,
    "positive": 2, "pos": 2, "label_2": 2, "4 stars": 2, "5 stars": 2, "very positive": 2,
}  # fmt: skip


def to_classes(names: Mapping[int, str], where: str) -> npt.NDArray[np.float32]:
    """A matrix that sums a model's probabilities into negative, neutral, positive.

    A model with two classes or five stars is welcome; `LABEL_0…` is trusted only where there are exactly three.
    """
    unknown = [name for name in names.values() if name.lower() not in _SPELLINGS]
    numbered = any(name.lower().startswith("label_") for name in names.values())
    if unknown or not names or (numbered and len(names) != len(CLASSES)):
        listed = ", ".join(repr(name) for name in names.values()) or "none"
        raise ConfigError(
            f"{where}: its labels are {listed}, which do not say what is negative, neutral and positive — "
            "write them into id2label of its config.json, or choose a sentiment model."
        )
    matrix = np.zeros((len(names), len(CLASSES)), np.float32)
    for number, name in names.items():
        matrix[number, _SPELLINGS[name.lower()]] = 1.0
    return matrix
