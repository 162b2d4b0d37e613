"""What turns a network's answers into probabilities that mean what they say, language by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scale:
    """`temperature` divides the logits (Guo et al. 2017, On Calibration of Modern Neural Networks); `bias` is added."""

    temperature: float = 1.0
    bias: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Calibration:
    """`others` holds for every language that is not named in `by_language`."""

    others: Scale = Scale()
    by_language: Mapping[str, Scale] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """From `earshot` in a model's config.json; a model without it is taken at its word."""
        named = {language: _scale(found) for language, found in settings.get("calibration", {}).items()}
        others = named.pop("*", Scale(float(settings.get("temperature", 1.0))))
        return cls(others, named)

    def applied(self, logits: Floats, languages: Sequence[str | None]) -> Floats:
        """Logits (n, classes) of posts in these languages, ready for the softmax."""
        scales = [self.by_language.get(language or "", self.others) for language in languages]
        temperatures = np.array([scale.temperature for scale in scales], np.float32)
        biases = np.zeros_like(logits)
        for row, scale in enumerate(scales):
            if scale.bias:
                biases[row] = scale.bias
        ready: Floats = logits / temperatures[:, None] + biases
        return ready


def _scale(found: Mapping[str, Any]) -> Scale:
    return Scale(float(found.get("temperature", 1.0)), tuple(float(value) for value in found.get("bias", ())))
