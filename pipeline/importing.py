"""``earshot import``: a file through the same write door as every collection."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collectors.files import Receipt, read_file
from listening.brands import Brand
from listening.errors import ConfigError, UnreadableInput
from listening.posts import NativePost
from pipeline.wiring import IMPORTS, House

_PAGE = 2_000
"""Rows a commit: larger than a collection's page, since nobody waits for the first of them."""

_FIRST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file: how it was read, and what was new to the store."""

    receipt: Receipt
    brand: Brand
    new: int
    changed: int
    unchanged: int
    refused: int
    """Erased or opted out before: those do not come back."""


def import_posts(
    house: House,
    path: Path,
    brand_key: str | None,
    columns: Sequence[str],
    now: datetime,
    say: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Import ``path`` under a brand's query (None: :data:`IMPORTS`). A second import changes nothing.

    ``columns`` are ``FIELD=COLUMN``. Imported posts feed charts and baselines and never page anybody.
    """
    if not path.is_file():
        raise UnreadableInput(f"There is no file {path}: check the path.")
    brand = house.brand(brand_key) if brand_key else IMPORTS
    reading = read_file(path, _mapping(columns), at=now, page_rows=_PAGE)
    count: Counter[str] = Counter()
    for page in reading:
        admitted = house.door.admit(page, brand, "files", now, move_cursor=False)
        for name in ("new", "changed", "unchanged", "refused"):
            count[name] += getattr(admitted, name)
        say(reading.rows_done)
    return Imported(
        receipt=reading.receipt,
        brand=brand,
        new=count["new"],
        changed=count["changed"],
        unchanged=count["unchanged"],
        refused=count["refused"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an import of a file would read: its first posts, and the receipt of the whole file."""

    receipt: Receipt
    first: tuple[NativePost, ...]


def preview_posts(
    path: Path, columns: Sequence[str], now: datetime, say: Callable[[int], None] = lambda _: None
) -> Preview:
    """Read ``path`` to its end as :func:`import_posts` would, and store nothing."""
    if not path.is_file():
        raise UnreadableInput(f"There is no file {path}: check the path.")
    reading = read_file(path, _mapping(columns), at=now, page_rows=_PAGE)
    first: list[NativePost] = []
    for page in reading:
        first += page.posts[: _FIRST - len(first)]
        say(reading.rows_done)
    return Preview(receipt=reading.receipt, first=tuple(first))


def _mapping(columns: Sequence[str]) -> dict[str, str]:
    chosen = {}
    for column in columns:
        name, separator, source = column.partition("=")
        if not separator:
            raise ConfigError(f"--map {column!r}: write FIELD=COLUMN, for instance text=Body.")
        chosen[name.strip()] = source.strip()
    return chosen
