"""Reads labelled posts: tab-separated `text label lang`, no quoting, UTF-8, gzipped or not, header or not.

With a header the columns may stand in any order; `source`, if there is one, is read too, further ones are passed over.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from listening.assessments import CLASSES
from listening.errors import UnreadableInput

_NAMES = {label.value: number for number, label in enumerate(CLASSES)}
_COLUMNS = ("text", "label", "lang")


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """`label` is a position in CLASSES; `source` is None where the file has no such column."""

    text: str
    label: int
    language: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}"


def read(file: Path) -> Iterator[LabelledRow | BadRow]:
    """One item a line, in order, without reading ahead. Raises UnreadableInput if the file itself cannot be read."""
    places: tuple[int, ...] = (0, 1, 2)
    source: int | None = None
    for number, raw in enumerate(_lines(file), start=1):
        if not raw.strip():
            continue
        try:
            cells = raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n").split("\t")
        except UnicodeDecodeError as error:
            yield BadRow(str(file), number, f"byte {error.start} is not UTF-8 — save the file as UTF-8.")
            continue
        if number == 1 and (header := _header(cells)) is not None:
            places, source = header
            continue
        yield _row(cells, places, source, str(file), number)


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as opened:
            yield from opened
    except FileNotFoundError as error:
        raise UnreadableInput(f"{file} does not exist — write the path of a TSV file.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableInput(
            f"{file} cannot be read ({error}) — is it complete, and gzipped if it ends in .gz?"
        ) from error


def _header(cells: list[str]) -> tuple[tuple[int, ...], int | None] | None:
    """Where text, label and lang stand, and where source, if this line is a header; further columns are welcome."""
    names = [cell.strip().lower().replace("language", "lang") for cell in cells]
    if not all(name in names for name in _COLUMNS):
        return None
    source = names.index("source") if "source" in names else None
    return tuple(names.index(name) for name in _COLUMNS), source


def _row(cells: list[str], places: tuple[int, ...], source: int | None, file: str, number: int) -> LabelledRow | BadRow:
    if len(cells) <= max(places):
        return BadRow(
            file, number, f"{len(cells)} columns where text, label and lang are expected — separate them by tabs."
        )
    text, label, language = (cells[place].strip() for place in places)
    if label.lower() not in _NAMES:
        return BadRow(file, number, f"label {label!r} is none of {', '.join(_NAMES)}.")
    if not language:
        return BadRow(file, number, "the language is empty — write a code such as 'en', or 'und'.")
    from_where = cells[source].strip() if source is not None and source < len(cells) else None
    return LabelledRow(text, _NAMES[label.lower()], language.lower(), from_where)
