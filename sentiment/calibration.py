"""What turns a network's answers into probabilities that mean what they say, language by language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Temperatures that divide the logits (Guo et al. 2017, On Calibration of Modern Neural Networks).

    `others` holds for every language that is not named in `by_language`.
    """

    others: float = 1.0
    by_language: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """From `earshot` in a model's config.json; a model without it is taken at its word."""
        named = {
            language: float(found.get("temperature", 1.0))
            for language, found in settings.get("calibration", {}).items()
        }
        others = named.pop("*", float(settings.get("temperature", 1.0)))
        return cls(others, named)

    def applied(self, logits: Floats, languages: Sequence[str | None]) -> Floats:
        """Logits (n, classes) of posts in these languages, ready for the softmax."""
        temperatures = [self.by_language.get(language or "", self.others) for language in languages]
        ready: Floats = logits / np.array(temperatures, np.float32)[:, None]
        return ready
