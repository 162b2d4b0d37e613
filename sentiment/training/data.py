"""Which posts the model learns from, and how often each is drawn.

Left alone, English and two-class subtitle lines would drown the rest. So a post is drawn by the square root of the
size of its (language, label) group, some languages count more, and noisy sources count less within their group.
"""

import csv
import gzip
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from sentiment.cleaning import for_model
from sentiment.hashtags import NO_WORDS, KnownWords
from sentiment.training.places import DATA, FIRST_LANGUAGES, LABELS, NEXT_LANGUAGES, NON_COMMERCIAL

# Our own lines, for what the public data lack: people on their work, neutral posts, insults in Hebrew. Few as they are,
# each counts as three and all together as this share of their group at least and at most (all of it where nobody else
# has any): enough to be learned and too little to be known by heart.
_OWN_COUNT, _OWN_LEAST, _OWN_MOST = 3.0, 0.015, 0.3
_OWN_POSTS = Path(__file__).parent / "own_posts.tsv"
_OWN_OFFENSIVE = Path(__file__).parent / "own_offensive.tsv"
# Subtitles and projected emotions say little about posts; the eight-language tweets say most.
_SOURCE_WEIGHT = {"xed": 0.3, "goemotions": 0.5, "umsab": 6.0, "paradetox": 0.5, "weak-neutral": 0.3}
# Languages with little or no neutral get sentences from encyclopedias and news as weak examples of it.
_SCARCE_NEUTRAL = (
    "he", "ro", "fr", "vi", "zh", "bg", "hr", "sr", "bs", "sk", "sl", "sv", "cs", "nl", "el", "da", "et",
)  # fmt: skip
_WEAK_NEUTRAL = 1500
_REPORTS = re.compile(r"[^!?@#]{50,220}\.")
# A language without neutral rows is treated as if this share of them were neutral: absent, not impossible.
_LEAST_SHARE = 0.05
# How far the loss forgets a language's label shares (0 keeps them, 1 forgets them all).
_FORGET = 0.6


@dataclass(frozen=True)
class Rows:
    texts: list[str]
    labels: np.ndarray  # sentiment: 0, 1, 2 as in LABELS; offensive: 0 or 1; -1 where nobody labelled
    weights: np.ndarray  # how often each is drawn; they sum to one
    offsets: np.ndarray  # (n, 3) added to the sentiment logits in the loss; zeros for offensive rows
    by_source: dict[str, int]


def sentiment_rows(known: KnownWords = NO_WORDS) -> Rows:
    rows = [*_labelled(DATA / "sentiment" / "train.tsv.gz"), *_read(_OWN_POSTS), *_weak_neutral()]
    return _rows(rows, {label: number for number, label in enumerate(LABELS)}, known)


def offensive_rows(known: KnownWords = NO_WORDS) -> Rows:
    rows = [*_labelled(DATA / "offensive" / "train.tsv.gz"), *_read(_OWN_OFFENSIVE)]
    return _rows(rows, {"not": 0, "offensive": 1}, known)


def raw_rows(known: KnownWords = NO_WORDS, most: int = 20_000) -> Rows:
    """Sentences that nobody labelled, for a student to ask its teacher about; each language alike beyond `most`."""
    texts, weights = [], []
    for file in sorted((DATA / "text").glob("*.txt.gz")):
        lines = [line for line in raw_lines(file.name.removesuffix(".txt.gz"), most, known) if 15 <= len(line) <= 300]
        texts += lines
        weights += [len(lines) ** -0.5] * len(lines)
    shares = np.array(weights) / sum(weights)
    unlabelled = np.full(len(texts), -1)
    return Rows(texts, unlabelled, shares, np.zeros((len(texts), 3), np.float32), {"text": len(texts)})


def raw_lines(language: str, most: int, known: KnownWords = NO_WORDS) -> list[str]:
    """The first `most` unlabelled sentences of a language, cleaned."""
    with gzip.open(DATA / "text" / f"{language}.txt.gz", "rt", encoding="utf-8") as file:
        return [for_model(line, known) for line in islice(file, most)]


def _labelled(path: Path) -> list[dict[str, str]]:
    return [row for row in _read(path) if row["source"] not in NON_COMMERCIAL]


def _weak_neutral() -> Iterator[dict[str, str]]:
    """Sentences that report: no shouting, nobody spoken to, a number in them."""
    for language in _SCARCE_NEUTRAL:
        reports = (
            line
            for line in raw_lines(language, 100_000)
            if _REPORTS.fullmatch(line) and any(character.isdigit() for character in line)
        )
        for text in islice(reports, _WEAK_NEUTRAL):
            yield {"text": text, "label": "neutral", "lang": language, "source": "weak-neutral"}


def _rows(read: list[dict[str, str]], names: dict[str, int], known: KnownWords) -> Rows:
    texts = [for_model(row["text"], known) for row in read]
    labels = np.array([names[row["label"]] for row in read])
    languages = [row["lang"] for row in read]
    sources = [row["source"] for row in read]
    trust = np.array([_SOURCE_WEIGHT.get(source, 1.0) for source in sources])
    groups = list(zip(languages, labels.tolist(), strict=True))
    size = Counter(groups)
    mass: dict[tuple[str, int], float] = dict.fromkeys(size, 0.0)
    ours: Counter[tuple[str, int]] = Counter()
    for group, value, source in zip(groups, trust, sources, strict=True):
        if source == "own":
            ours[group] += 1
        else:
            mass[group] += value
    for i, (group, source) in enumerate(zip(groups, sources, strict=True)):
        if source == "own":
            trust[i] = _own_mass(ours[group], mass[group]) / ours[group]
    for group, count in ours.items():
        mass[group] += _own_mass(count, mass[group])
    wish = {group: size[group] ** 0.5 * _favour(group[0]) for group in size}
    weights = np.array([wish[g] * value / mass[g] for g, value in zip(groups, trust, strict=True)])
    offsets = _offsets(wish, languages) if len(names) == 3 else np.zeros((len(read), 3), np.float32)
    return Rows(texts, labels, weights / weights.sum(), offsets, dict(Counter(sources)))


def _own_mass(count: int, others: float) -> float:
    """What all of our own rows of a group weigh beside the others there."""
    if not others:
        return float(count)
    share = _OWN_COUNT * count / (_OWN_COUNT * count + others)
    share = min(max(share, _OWN_LEAST), _OWN_MOST)
    return others * share / (1 - share)


def _favour(language: str) -> float:
    return 2.0 if language in FIRST_LANGUAGES else 1.5 if language in NEXT_LANGUAGES else 1.0


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
