"""Chooses, on development posts, what turns the network's answers into probabilities that can be believed."""

from collections.abc import Iterable, Mapping

import numpy as np

# Languages that are scaled alike because each alone has few development posts, or because they are one family.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "english": ("en", "pcm"),
    "romanian": ("ro",),
    "russian": ("ru",),
    "hebrew": ("he",),
    "polish": ("pl",),
    "romance": ("es", "fr", "it", "pt", "ca"),
    "germanic": ("de", "nl", "sv", "no", "da", "is"),
    "slavic": ("uk", "bg", "cs", "sk", "sl", "hr", "bs", "sr"),
    "african": ("ha", "ig", "yo", "am", "ti", "om", "sw", "rw", "ts", "tw"),
    "asian": ("zh", "ja", "ko", "vi", "th", "id", "jv", "su"),
}
# Rows a language, so that the largest does not speak for its group.
_MOST_PER_LANGUAGE = 600
# `unsure` is for posts on which the model is right less often than this, and for no more of them than that.
_COIN, _MOST_UNSURE = 0.45, 0.02


def temperatures(logits: np.ndarray, labels: np.ndarray, languages: list[str]) -> dict[str, float]:
    """By language, and under `*` for all others: that with the least surprise on these posts (Guo et al. 2017)."""
    chosen = _at_most(languages)
    found = {"*": _temperature(logits[chosen], labels[chosen])}
    for members in GROUPS.values():
        rows = chosen[[languages[row] in members for row in chosen]]
        if len(rows) >= 200:
            found |= dict.fromkeys(members, _temperature(logits[rows], labels[rows]))
    return found


def macro_f1(logits: np.ndarray, labels: np.ndarray) -> float:
    said = logits.argmax(axis=1)
    parts = [
        2 * ((said == label) & (labels == label)).sum() / max(1, (said == label).sum() + (labels == label).sum())
        for label in range(3)
    ]
    return float(np.mean(parts))


def unsure_below(probabilities: np.ndarray, labels: np.ndarray, languages: list[str]) -> float:
    """The highest threshold under which the model hardly beats a coin, on two posts of a hundred at most."""
    chosen = _at_most(languages)
    highest = probabilities[chosen].max(axis=1)
    right = probabilities[chosen].argmax(axis=1) == labels[chosen]
    best = 0.0
    for threshold in np.arange(0.34, 0.6, 0.005):
        under = highest < threshold
        if under.any() and under.mean() <= _MOST_UNSURE and right[under].mean() <= _COIN:
            best = round(float(threshold), 3)
    return best


def error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: the gap between confidence and being right, over equal bins of confidence."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = (abs((confidence[places == b] - right[places == b]).sum()) for b in range(bins))
    return float(sum(gaps) / len(labels))


def softmax(logits: np.ndarray) -> np.ndarray:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def _temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    def surprise(temperature: float) -> float:
        found = softmax(logits / temperature)
        return float(-np.log(found[np.arange(len(labels)), labels] + 1e-12).mean())

    return min((round(0.4 + 0.02 * step, 2) for step in range(130)), key=surprise)


def _at_most(languages: Iterable[str]) -> np.ndarray:
    seen: dict[str, int] = {}
    chosen = []
    for row, language in enumerate(languages):
        seen[language] = seen.get(language, 0) + 1
        if seen[language] <= _MOST_PER_LANGUAGE:
            chosen.append(row)
    return np.array(chosen)
