"""A table of figures, for a terminal and for a page of the documentation."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

_FROM, _TO = "<!-- figures: written by make bench-model -->", "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are read; the first column names its row. `notes` say how the figures came about."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


def print_table(console: Console, table: Table) -> None:
    shown = RichTable(title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(table.columns):
        shown.add_column(name, justify="right" if place else "left", no_wrap=not place)
    for row in table.rows:
        shown.add_row(*map(Text, row))
    console.print(shown)
    for note in table.notes:
        console.print(Text(note, style="dim"))
    console.print()


def as_markdown(table: Table) -> str:
    lines = [f"### {table.title}", "", _line(table.columns), _line(["---"] + ["---:"] * (len(table.columns) - 1))]
    lines += [_line(row) for row in table.rows]
    for note in table.notes:
        lines += ["", note]
    return "\n".join(lines) + "\n"


def write_markdown(file: Path, tables: Sequence[Table], heading: str) -> None:
    """Replaces what stands between the two marks of a page; a file without marks, or none, becomes the tables alone."""
    figures = "\n".join([f"{_FROM}\n\n{heading}\n", *map(as_markdown, tables), _TO])
    page = file.read_text(encoding="utf-8") if file.is_file() else ""
    if _FROM in page and _TO in page:
        figures = page.split(_FROM, 1)[0] + figures + page.split(_TO, 1)[1]
    else:
        figures += "\n"
    file.write_text(figures, encoding="utf-8")


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
