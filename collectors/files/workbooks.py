"""Excel workbooks (.xlsx): row by row, formulas as the text that they are, nothing computed and nothing fetched."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Generator, Iterator
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from openpyxl import load_workbook

from listening.errors import UnreadableInput

from .encoding import Encoding
from .rows import Broken, Form, Layout, Row
from .tables import Found, HasPosts, Table

_MAX_COLUMNS = 500
_MAX_SHARED = 128 << 20  # the texts of a workbook are held in memory; larger ones come as CSV
_HEADING_WITHIN = 20  # rows: many exports begin with a title and the time of the export
_TOO_PRECISE = 10**15  # Excel keeps fifteen digits of a number
_FAULTS = (zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, TypeError, IndexError,
           AttributeError, EOFError, OverflowError, NotImplementedError, RuntimeError, OSError, zlib.error)  # fmt: skip
_ILLEGAL = re.compile(r"_x([0-9A-Fa-f]{4})_")


def workbook_tables(path: Path, has_posts: HasPosts) -> Found:
    """One table for each visible sheet that has a column for texts."""
    with zipfile.ZipFile(path) as packed:
        texts = [info.file_size for info in packed.infolist() if info.filename.endswith("sharedStrings.xml")]
        if "xl/workbook.xml" not in packed.namelist():
            raise UnreadableInput(f"{path.name}: this is no .xlsx workbook: save it as .xlsx or CSV.")
        if sum(texts) > _MAX_SHARED:
            raise UnreadableInput(f"{path.name}: the workbook is too large to be read at once: save the sheet as CSV.")
    tables: list[Table] = []
    notes: list[str] = []
    headings: list[tuple[str, ...]] = []
    for title, visible in _sheets(path):
        if not visible:
            notes.append(f"{path.name}: sheet '{title}' is hidden and was left out.")
            continue
        number, heading = _heading(path, title, has_posts)
        headings.append(heading)
        if not has_posts(heading):
            notes.append(f"{path.name}: sheet '{title}' has no column for texts and was left out.")
            continue
        layout = Layout(Form.EXCEL, Encoding("utf-8"), columns=heading)
        tables.append(Table(title, layout, partial(_rows, path, title, heading, number)))
    if not tables:
        shown = ", ".join(f"'{column[:40]}'" for column in next(filter(None, headings), ())[:12]) or "empty"
        raise UnreadableInput(
            f"{path.name}: no sheet has a column for the text of the posts; the heading is {shown}. "
            "Name one 'text', or say which it is (text=COLUMN)."
        )
    return Found(tuple(tables), tuple(notes))


def _sheets(path: Path) -> list[tuple[str, bool]]:
    with _opened(path) as book:
        return [(sheet.title, sheet.sheet_state == "visible") for sheet in book.book.worksheets]


def _heading(path: Path, title: str, has_posts: HasPosts) -> tuple[int, tuple[str, ...]]:
    """The first row with a column for texts, else the first that is not empty; and its number."""
    first: tuple[int, tuple[str, ...]] = (0, ())
    for number, cells in _cells(path, title):
        names = tuple(str(cell or "").strip() for cell in cells)
        while names and not names[-1]:
            names = names[:-1]
        if sum(map(bool, names)) > 1 and has_posts(names):
            return number, names
        first = first if first[1] else (number, names)
        if number >= _HEADING_WITHIN:
            break
    return first


def _rows(path: Path, title: str, heading: tuple[str, ...], after: int) -> Generator[Row | Broken, None, None]:
    for number, cells in _cells(path, title):
        if number <= after or not any(cell not in (None, "") for cell in cells):
            continue
        values = {name: cell for name, cell in zip(heading, cells, strict=False) if name}
        raw = "\t".join("" if cell is None else str(cell) for cell in cells).rstrip("\t")
        if any(cell not in (None, "") for cell in cells[len(heading) :]):
            yield Broken(number, raw, f"it has more cells than the heading, which has {len(heading)}")
        else:
            yield Row(number, values, raw)


def _cells(path: Path, title: str) -> Generator[tuple[int, list[Any]], None, None]:
    with _opened(path) as book:
        sheet = book.book[title]
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
        rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_col=_MAX_COLUMNS, values_only=True)
        number = 0
        while True:
            try:
                cells = next(rows, None)
            except _FAULTS as error:
                raise UnreadableInput(
                    f"{path.name}: sheet '{title}' is damaged after row {number}: open it and save it again."
                ) from error
            if cells is None:
                return
            number += 1
            yield number, [_value(cell) for cell in cells]


def _value(cell: Any) -> Any:
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int | float):
        if abs(cell) >= _TOO_PRECISE:
            return f"{cell:.5E}"
        return int(cell) if float(cell).is_integer() else cell
    return _ILLEGAL.sub(lambda match: chr(int(match[1], 16)), str(cell)) if "_x" in str(cell) else str(cell)


class _opened:
    """A workbook, closed at the end. Its author's lists and styles are nobody's business here, nor are its warnings."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            except _FAULTS as error:
                raise UnreadableInput(
                    f"{path.name}: the workbook is damaged or protected by a password: open it and save it again."
                ) from error

    def __enter__(self) -> "_opened":
        return self

    def __exit__(self, *_: object) -> None:
        self.book.close()
