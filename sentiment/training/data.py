"""Which posts the model learns from, and how often each is drawn.

Left alone, English and two-class subtitle lines would drown the rest. So a post is drawn by the square root of the
size of its (language, label) group, first languages count double, and noisy sources count less within their group.
"""

import csv
import gzip
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sentiment.cleaning import for_model
from sentiment.training.places import DATA, FIRST_LANGUAGES, LABELS, NON_COMMERCIAL

# Our own lines, for what the public data lack: people on their work. Few as they are, they make up this much of their
# groups: some ten sights of each line, enough to be learned and too few to be known by heart.
OWN_SHARE = 0.015
OWN_POSTS = Path(__file__).parent / "own_posts.tsv"
# Subtitles and projected emotions say little about posts; the eight-language tweets say most.
_SOURCE_WEIGHT = {"xed": 0.3, "goemotions": 0.5, "umsab": 3.0, "paradetox": 0.5}
# A language without neutral rows is treated as if this share of them were neutral: absent, not impossible.
_LEAST_SHARE = 0.05
# How far the loss forgets a language's label shares (0 keeps them, 1 forgets them all).
_FORGET = 0.6


@dataclass(frozen=True)
class Rows:
    texts: list[str]
    labels: np.ndarray  # sentiment: 0, 1, 2 as in LABELS; offensive: 0 or 1
    languages: list[str]
    weights: np.ndarray
    offsets: np.ndarray  # (n, 3) added to the sentiment logits in the loss; zeros for offensive rows
    by_source: dict[str, int]


def sentiment_rows(split: str = "train") -> Rows:
    names = {label: i for i, label in enumerate(LABELS)}
    return _rows(DATA / "sentiment" / f"{split}.tsv.gz", names, own=split == "train")


def offensive_rows(split: str = "train") -> Rows:
    return _rows(DATA / "offensive" / f"{split}.tsv.gz", {"not": 0, "offensive": 1}, own=False)


def _rows(path: Path, names: dict[str, int], own: bool) -> Rows:
    read = [row for row in _read(path) if row["source"] not in NON_COMMERCIAL]
    if own and OWN_POSTS.exists():
        read += _read(OWN_POSTS)
    texts = [for_model(row["text"]) for row in read]
    labels = np.array([names[row["label"]] for row in read])
    languages = [row["lang"] for row in read]
    sources = [row["source"] for row in read]
    trust = np.array([_SOURCE_WEIGHT.get(source, 1.0) for source in sources])
    groups = list(zip(languages, labels.tolist(), strict=True))
    size = Counter(groups)
    mass: dict[tuple[str, int], float] = dict.fromkeys(size, 0.0)
    for group, value in zip(groups, trust, strict=True):
        mass[group] += value
    ours = Counter(group for group, source in zip(groups, sources, strict=True) if source == "own")
    for i, (group, source) in enumerate(zip(groups, sources, strict=True)):
        if source == "own":
            trust[i] = OWN_SHARE * mass[group] / ours[group]
    wish = {g: size[g] ** 0.5 * (2 if g[0] in FIRST_LANGUAGES else 1) for g in size}
    weights = np.array([wish[g] * value / mass[g] for g, value in zip(groups, trust, strict=True)])
    offsets = _offsets(wish, languages) if len(names) == 3 else np.zeros((len(read), 3), np.float32)
    return Rows(texts, labels, languages, weights / weights.sum(), offsets, dict(Counter(sources)))


def _offsets(wish: dict[tuple[str, int], float], languages: list[str]) -> np.ndarray:
    """Logit adjustment (Menon et al. 2021) by language, with the label shares as they are drawn."""
    table = {}
    for language in set(languages):
        shares = np.array([wish.get((language, label), 0.0) for label in range(3)])
        shares = np.maximum(shares / shares.sum(), _LEAST_SHARE)
        table[language] = (_FORGET * np.log(shares / shares.sum())).astype(np.float32)
    return np.stack([table[language] for language in languages])


def _read(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def raw_lines(language: str, most: int) -> list[str]:
    """Unlabelled sentences of a language; used only to choose the vocabulary."""
    with gzip.open(DATA / "text" / f"{language}.txt.gz", "rt", encoding="utf-8") as file:
        return [for_model(line) for line, _ in zip(file, range(most), strict=False)]
