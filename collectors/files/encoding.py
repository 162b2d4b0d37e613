"""In which encoding a file is: one streaming pass, bounded memory; a second one if it is not UTF-8 throughout."""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

from listening.errors import UnreadableInput

from .codepages import guess_code_page
from .mixed import MIXED, MixedLines, Survey
from .source import Source

_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = (
    (b"PK\x03\x04", "an archive inside another one: take it out and import it by itself"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls): open it and save it as .xlsx or CSV"),
    (b"%PDF", "a PDF: export the posts as CSV or JSON Lines"),
    (b"PAR1", "a Parquet file: write the posts as CSV or JSON Lines"),
    (b"SQLite format 3", "a database: export the posts as CSV or JSON Lines"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """``codec`` and ``errors`` are as Python calls them; ``note`` tells people what was guessed, or is empty."""

    codec: str
    errors: str = "strict"
    note: str = ""
    latin: int = 1252
    """Of lines in several encodings: the Windows page of those in Latin letters that are not UTF-8."""


def open_text(source: Source, encoding: Encoding) -> IO[str]:
    """The source as text, split at line feeds only: a carriage return inside a post stays where it is."""
    content = cast(io.BufferedReader, source.open())
    if encoding.codec == MIXED:
        return cast(IO[str], MixedLines(content, encoding.latin))
    return io.TextIOWrapper(content, encoding=encoding.codec, errors=encoding.errors, newline="\n")


def find_encoding(source: Source) -> Encoding:
    """Reads the whole source. Raises :class:`UnreadableInput` if it is empty, no text, or damaged."""
    chunks = _chunks(source)
    head = next(chunks, b"")
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise UnreadableInput(f"{source.name}: the file is empty: there is nothing to read in it.")
    for magic, what in _NOT_TEXT:
        if head.startswith(magic):
            raise UnreadableInput(f"{source.name}: this is {what}.")
    for bom, codec in _BOMS:
        if head.startswith(bom):
            for _ in chunks:  # to the end, so that a damaged archive is found before anything is taken from it
                pass
            return Encoding(codec)
    if b"\0" in head[:65_536]:
        raise UnreadableInput(f"{source.name}: this is no text (it has zero bytes). If it is UTF-16, save it as UTF-8.")
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = head
    broken: bytes | None = None
    while chunk:
        if broken is None:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                broken = chunk
        chunk = next(chunks, b"")
    if broken is None:
        return Encoding("utf-8")
    return _not_quite_utf8(source, broken)


def _chunks(source: Source) -> Iterator[bytes]:
    try:
        with source.open() as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise UnreadableInput(
            f"{source.name}: the archive is damaged or was cut short ({error}): copy or download it again."
        ) from error


def _not_quite_utf8(source: Source, sample: bytes) -> Encoding:
    survey = Survey()
    with source.open() as file:
        while line := file.readline(_CHUNK):
            survey.add(line)
    name = source.name
    if survey.only_damage:
        return Encoding(
            "utf-8",
            "surrogateescape",
            f"{name} is UTF-8 with a few damaged characters: rows that have one are rejected.",
        )
    if survey.is_mixed:
        pages = ", ".join(survey.names)
        return Encoding(
            MIXED,
            "surrogateescape",
            f"{name} has lines in several encodings ({pages}); each was read as what fits its letters best. "
            "Look at a few posts of each before you trust them.",
            survey.latin,
        )
    page = guess_code_page(sample)
    return Encoding(
        f"cp{page}",
        "replace",
        f"{name} is not UTF-8; it was read as Windows-{page}, which fits its letters best. "
        "If words look wrong, save it as UTF-8 and import it again.",
    )
