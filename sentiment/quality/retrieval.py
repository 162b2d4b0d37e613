"""Table: is the same sentence found again in another language, among a thousand?"""

import gzip
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np

from listening.errors import NotReady
from sentiment.backends import Floats
from sentiment.quality.contestants import Meaning
from sentiment.quality.posts import FIVE, SEED
from sentiment.quality.tables import Table

PARALLEL = Path(__file__).parent / "parallel.tsv"
_CANDIDATES = 1000
_PAIRS = tuple((one, other) for one in FIVE for other in FIVE if one != other)


def parallel_sentences(file: Path = PARALLEL) -> dict[str, list[str]]:
    """By language, in the same order in each. Raises NotReady for a file that is not there or not whole."""
    if not file.is_file():
        raise NotReady(f"{file} is not here, and this table needs it — restore it from the repository.")
    lines = file.read_text(encoding="utf-8").splitlines()
    columns = lines[0].split("\t") if lines else []
    if not set(FIVE) <= set(columns):
        raise NotReady(
            f"{file}, line 1: the columns are {columns}, but {', '.join(FIVE)} are needed — name them there."
        )
    rows = [line.split("\t") for line in lines[1:]]
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns) or not all(cell.strip() for cell in row):
            raise NotReady(
                f"{file}, line {number}: {len(columns)} sentences between tabs are needed — complete the line."
            )
    return {language: [row[columns.index(language)] for row in rows] for language in FIVE}


def distractors(folder: Path, language: str, like: Sequence[str], count: int) -> list[str]:
    """Other sentences of the language, in turn as long as those of `like`, the same every time; none without files."""
    file = folder / "text" / f"{language}.txt.gz"
    if not file.is_file():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as opened:
        lines = sorted({line.strip() for line in opened} - set(like))
    Random(SEED).shuffle(lines)
    lines.sort(key=len)
    lengths = np.array([len(line) for line in lines])
    taken = np.zeros(len(lines), bool)
    found = []
    for turn in range(min(count, len(lines))):
        wanted = int(np.searchsorted(lengths, len(like[turn % len(like)])))
        # The nearest that is still free; sentences of a length lie in random order.
        free = np.flatnonzero(~taken)
        place = free[min(int(np.searchsorted(free, wanted)), len(free) - 1)]
        taken[place] = True
        found.append(lines[place])
    return found


def recall_at_one(alike: Floats) -> float:
    """The share of rows whose own column, of the same number, is above all others; a tie is no find."""
    rows = np.arange(len(alike))
    own = alike[rows, rows].copy()
    others = alike.copy()
    others[rows, rows] = -np.inf
    return float((own > others.max(axis=1)).mean())


def retrieval_tables(meanings: Sequence[Meaning], folder: Path, file: Path = PARALLEL) -> list[Table]:
    """All in one, then the first of `meanings` language by language."""
    sentences = parallel_sentences(file)
    candidates = {}
    for language in FIVE:
        own = sentences[language]
        candidates[language] = own + distractors(folder, language, own, max(0, _CANDIDATES - len(own)))
    size = min(map(len, candidates.values()))
    recalls = [
        {(one, other): recall_at_one(meaning.each_to_each(sentences[one], candidates[other])) for one, other in _PAIRS}
        for meaning in meanings
    ]
    notes = [
        f"{len(sentences['en'])} sentences of our own, each in five languages (sentiment/quality/parallel.tsv), sought "
        f"among {size:,} of the other language: the translations and unrelated sentences of like length. Found means "
        "first; in percent."
    ]
    if size < _CANDIDATES:
        notes.append(f"Without the raw text below {folder / 'text'} there are fewer than {_CANDIDATES:,} candidates.")
    overview = Table(
        title="The same sentence found again in another language",
        columns=("", "average of 20 pairs", "worst pair", ""),
        rows=(
            ("promised", "85", "", ""),
            ("aim", "95", "", ""),
            *(_summary(one.name, found) for one, found in zip(meanings, recalls, strict=True)),
        ),
        notes=tuple(notes),
    )
    return [overview, *(_by_pair(one.name, found) for one, found in zip(meanings[:1], recalls[:1], strict=True))]


def _summary(name: str, recalls: dict[tuple[str, str], float]) -> tuple[str, ...]:
    worst = min(recalls, key=lambda pair: recalls[pair])
    average = float(np.mean(list(recalls.values())))
    return (name, f"{100 * average:.1f}", f"{100 * recalls[worst]:.1f}", f"{worst[0]} in {worst[1]}")


def _by_pair(name: str, recalls: dict[tuple[str, str], float]) -> Table:
    return Table(
        title=f"From one language to another, {name}",
        columns=("sought in", *FIVE),
        rows=tuple(
            (f"from {one}", *(f"{100 * recalls[one, other]:.1f}" if one != other else "–" for other in FIVE))
            for one in FIVE
        ),
    )
