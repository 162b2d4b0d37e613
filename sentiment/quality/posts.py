"""Which posts are judged: the development posts, and samples of them that are the same every time."""

import gzip
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

from listening.errors import NotReady
from sentiment.labelled_rows import LabelledRow, read

FIVE = ("en", "ro", "ru", "he", "pl")
"""The languages of our first users."""
SEED = 20261122

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class OffensiveRow:
    text: str
    offensive: bool
    language: str
    source: str


def development_posts(folder: Path) -> list[LabelledRow]:
    """Raises NotReady where the folder of labelled posts is not at hand."""
    file = there(folder / "sentiment" / "dev.tsv.gz")
    return [row for row in read(file) if isinstance(row, LabelledRow)]


def offensive_posts(folder: Path) -> list[OffensiveRow]:
    """Raises NotReady where the folder of labelled posts is not at hand."""
    with gzip.open(there(folder / "offensive" / "dev.tsv.gz"), "rt", encoding="utf-8", newline="\n") as lines:
        columns = next(lines).rstrip("\n").split("\t")
        rows = [dict(zip(columns, line.rstrip("\n").split("\t"), strict=True)) for line in lines]
    return [OffensiveRow(row["text"], row["label"] == "offensive", row["lang"], row["source"]) for row in rows]


def sample(rows: Iterable[Row], most: int | None, group: Callable[[Row], Hashable]) -> list[Row]:
    """At most so many of each group, drawn by a seed, in the order of the file; None is all of them."""
    if most is None:
        return list(rows)
    members: dict[Hashable, list[tuple[int, Row]]] = defaultdict(list)
    for place, row in enumerate(rows):
        members[group(row)].append((place, row))
    random = Random(SEED)
    drawn = [one for some in members.values() for one in random.sample(some, min(most, len(some)))]
    return [row for _, row in sorted(drawn, key=lambda one: one[0])]


def there(file: Path) -> Path:
    if not file.is_file():
        raise NotReady(
            f"{file} is not here, and this table needs it — set EARSHOT_TRAIN_DATA to the folder of labelled posts."
        )
    return file
