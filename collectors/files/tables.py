"""The tables of posts that a file is made of: one in a text file, one a sheet in a workbook, one a member in a ZIP."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial

from .rows import Broken, Layout, Row, find_layout, read_rows
from .source import Source

HasPosts = Callable[[tuple[str, ...]], bool]
"""Whether a heading has a column for the text of posts."""


@dataclass(frozen=True, slots=True)
class Table:
    """``name`` is empty where the file has no other. ``rows`` reads from the start, each time it is called."""

    name: str
    layout: Layout
    rows: Callable[[], Generator[Row | Broken, None, None]]
    author: str | None = None
    """Whose posts these are, where an archive says it once for all."""


@dataclass(frozen=True, slots=True)
class Found:
    """``notes`` say what of the file was left out, and why."""

    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def text_table(name: str, source: Source) -> Table:
    layout = find_layout(source)
    return Table(name, layout, partial(read_rows, source, layout))
