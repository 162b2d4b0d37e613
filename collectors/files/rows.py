"""From text to rows: CSV, TSV (tabs only, no quoting) and JSON, one at a time, with the line each began at."""

import csv
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

from listening.errors import UnreadableInput

from ..canonical import read_json
from .encoding import Encoding, find_encoding, open_text
from .jsonlist import JsonItems, is_list
from .source import Source

MAX_LINE = 1_000_000  # characters: no platform has longer posts, and memory stays bounded
_ENDLESS = 16 * MAX_LINE
_RAW = 65_536
_IS_ARCHIVE = re.compile(r"window\.YTD\.\w+\.part\d+\s*=")  # how X writes the files of its archives
_WEB_PAGE = ("<!doctype", "<html", "<head", "<body", "<?xml", "<!--")


class Form(StrEnum):
    CSV = "CSV"
    TSV = "TSV"
    JSON_LINES = "JSON Lines"
    JSON = "JSON"
    EXCEL = "Excel"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is written. ``columns`` is its heading (none in JSON); ``notes`` say what was guessed."""

    form: Form
    encoding: Encoding
    delimiter: str = ""
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the file has it, by column; ``line`` counts from 1."""

    line: int
    values: dict[str, Any]
    raw: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be taken apart, and why."""

    line: int
    raw: str
    reason: str


def find_layout(source: Source) -> Layout:
    """Looks at the name, the first lines, and once through the file for its encoding.

    Raises :class:`UnreadableInput` if these cannot be posts.
    """
    encoding = find_encoding(source)
    with open_text(source, encoding) as file:
        try:
            first = next((line for line in _Lines(source.name, file) if line.strip()), "").lstrip("\ufeff")
        except UnicodeDecodeError as error:
            raise UnreadableInput(f"{source.name}: this is not the {error.encoding} that it says it is.") from error
    opening = first.lstrip()
    if opening.casefold().startswith(_WEB_PAGE):
        raise UnreadableInput(
            f"{source.name}, line 1: this is a web page, not posts. Perhaps the download asked for a login: "
            "fetch the file again."
        )
    if (opening.startswith(("{", "[")) and source.suffix not in ("csv", "tsv", "tab")) or _IS_ARCHIVE.match(opening):
        with open_text(source, encoding) as file:
            form = Form.JSON if is_list(file) else Form.JSON_LINES
        if form is Form.JSON_LINES and (opening.startswith("[") or opening.rstrip() == "{"):
            raise UnreadableInput(
                f"{source.name}, line 1: this JSON is neither a list of posts nor one post a line: "
                "write one post a line (jq -c '.[]')."
            )
        return Layout(form, encoding, notes=_notes(encoding))
    return _columns(source, encoding, first)


def _notes(encoding: Encoding, *more: str) -> tuple[str, ...]:
    return tuple(note for note in (encoding.note, *more) if note)


def _columns(source: Source, encoding: Encoding, heading: str) -> Layout:
    suffix, heading = source.suffix, heading.rstrip("\r\n")
    tabs = heading.count("\t")
    if suffix in ("tsv", "tab") or tabs > max(heading.count(","), heading.count(";")):
        note = f"{source.name} is named .csv, but tabs part its columns: it was read as TSV." if suffix == "csv" else ""
        columns = tuple(name.strip() for name in heading.split("\t"))
        return Layout(Form.TSV, encoding, "\t", columns, _notes(encoding, note))
    if "," not in heading and ";" not in heading and suffix != "csv":  # a text a line
        return Layout(Form.TSV, encoding, "\t", (heading.strip(),), _notes(encoding))
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    with open_text(source, encoding) as file:  # again, because a quoted heading may run over several lines
        try:
            table = csv.reader(_Lines(source.name, file), delimiter=delimiter)
            names = next((row for row in table if any(map(str.strip, row))), [])
        except csv.Error as error:
            raise UnreadableInput(f"{source.name}, line 1: the quotes of the heading do not fit ({error}).") from error
    note = f"Semicolons part the columns of {source.name}." if delimiter == ";" else ""
    columns = tuple(name.strip().lstrip("\ufeff") for name in names)
    return Layout(Form.CSV, encoding, delimiter, columns, _notes(encoding, note))


def read_rows(source: Source, layout: Layout) -> Generator[Row | Broken, None, None]:
    """Every row in order, read as it is asked for. A broken row does not stop its neighbours."""
    read = _READERS[layout.form]
    damaged = layout.encoding.errors == "surrogateescape"
    with open_text(source, layout.encoding) as file:
        try:
            for row in read(source.name, file, layout):
                if damaged and isinstance(row, Row) and any("\udc80" <= char <= "\udcff" for char in row.raw):
                    yield Broken(row.line, row.raw, "a character is damaged: the bytes are not UTF-8")
                else:
                    yield row
        except UnicodeDecodeError as error:
            raise UnreadableInput(f"{source.name}: the text breaks off, it is not whole {error.encoding}.") from error


class _Lines:
    """Numbered lines of bounded length; what is longer comes back cut, and ``cut`` says so."""

    def __init__(self, name: str, file: IO[str]) -> None:
        self._name, self._file = name, file
        self.number = 0
        self.cut = False
        self.since_row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        readline = self._file.readline
        while line := readline(MAX_LINE):
            self.number += 1
            self.cut = len(line) == MAX_LINE and not line.endswith("\n")
            if self.cut:
                self._skip_rest()
            yield line

    def recorded(self) -> Iterator[str]:
        """The same, keeping what was read since ``since_row`` was cleared."""
        for line in self:
            self.since_row.append(line)
            yield line

    def _skip_rest(self) -> None:
        skipped = MAX_LINE
        while (rest := self._file.readline(MAX_LINE)) and not rest.endswith("\n"):
            skipped += len(rest)
            if skipped > _ENDLESS:
                raise UnreadableInput(
                    f"{self._name}, line {self.number}: the line does not end; these are not rows of posts."
                )


_TOO_LONG = f"the line is longer than {MAX_LINE:,} characters"


def _read_tsv(name: str, file: IO[str], layout: Layout) -> Iterator[Row | Broken]:
    columns, count = layout.columns, len(layout.columns)
    lines = _Lines(name, file)
    heading = True
    for line in lines:
        line = line.rstrip("\r\n")
        if not line.strip():
            continue
        if heading:
            heading = False
            continue
        fields = line.split("\t")
        if lines.cut:
            yield Broken(lines.number, line[:_RAW], _TOO_LONG)
        elif len(fields) > count:
            yield Broken(lines.number, line, f"it has {len(fields)} fields, the heading has {count}")
        else:
            yield Row(lines.number, dict(zip(columns, fields, strict=False)), line)


def _read_csv(name: str, file: IO[str], layout: Layout) -> Iterator[Row | Broken]:
    columns, count = layout.columns, len(layout.columns)
    lines = _Lines(name, file)
    reader = csv.reader(lines.recorded(), delimiter=layout.delimiter)
    heading = True
    while True:
        lines.since_row.clear()
        began = lines.number + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Broken(began, "".join(lines.since_row)[:_RAW], f"its quotes do not fit ({error})")
            continue
        if not any(map(str.strip, fields)):
            continue
        if heading:
            heading = False
        elif lines.cut:
            yield Broken(began, "".join(lines.since_row)[:_RAW], _TOO_LONG)
        elif len(fields) > count:
            reason = (
                f"it has {len(fields)} fields, the heading has {count}: a text with '{layout.delimiter}' needs quotes"
            )
            yield Broken(began, "".join(lines.since_row), reason)
        else:
            yield Row(began, dict(zip(columns, fields, strict=False)), "".join(lines.since_row).rstrip("\r\n"))


def _read_json_lines(name: str, file: IO[str], layout: Layout) -> Iterator[Row | Broken]:
    lines = _Lines(name, file)
    for line in lines:
        line = line.strip().lstrip("\ufeff")
        if not line:
            continue
        if lines.cut:
            yield Broken(lines.number, line[:_RAW], _TOO_LONG)
            continue
        try:
            found = read_json(line)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "it is nested too deeply or has a number too long")
            yield Broken(lines.number, line, f"it is not JSON ({reason})")
            continue
        if isinstance(found, dict):
            yield Row(lines.number, found, line)
        else:
            yield Broken(lines.number, line, "it is JSON, but not an object in braces")


def _read_json(name: str, file: IO[str], layout: Layout) -> Iterator[Row | Broken]:
    for line, raw, found in JsonItems(file, MAX_LINE):
        if isinstance(found, dict):
            yield Row(line, found, raw)
        else:
            reason = found if isinstance(found, str) else "it is JSON, but not an object in braces"
            yield Broken(line, raw[:_RAW], reason)


_READERS = {Form.CSV: _read_csv, Form.TSV: _read_tsv, Form.JSON_LINES: _read_json_lines, Form.JSON: _read_json}
