"""Which bytes a file is made of: compressed or not, and in which encoding. One streaming pass, bounded memory."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from listening.errors import UnreadableInput

_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_NOT_TEXT = (
    (b"PK\x03\x04", "a workbook or a ZIP archive: open it and save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook: open it and save the sheet as CSV"),
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


def open_bytes(path: Path) -> IO[bytes]:
    """The file's content, uncompressed; gzip is known by its first bytes, whatever the name says."""
    with path.open("rb") as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if gzipped else path.open("rb")


def open_text(path: Path, encoding: Encoding) -> io.TextIOWrapper:
    """The file as text, split at line feeds only: a carriage return inside a post stays where it is."""
    content = cast(io.BufferedReader, open_bytes(path))
    return io.TextIOWrapper(content, encoding=encoding.codec, errors=encoding.errors, newline="\n")


def find_encoding(path: Path) -> Encoding:
    """Reads the whole file once. Raises :class:`UnreadableInput` if it is empty, no text, or damaged."""
    chunks = _chunks(path)
    head = next(chunks, b"")
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0"):
        raise UnreadableInput(f"{path.name}: the file is empty: there is nothing to read in it.")
    for magic, what in _NOT_TEXT:
        if head.startswith(magic):
            raise UnreadableInput(f"{path.name}: this is {what}.")
    for bom, codec in _BOMS:
        if head.startswith(bom):
            for _ in chunks:  # to the end, so that a damaged archive is found before anything is taken from it
                pass
            return Encoding(codec)
    if b"\0" in head[:65_536]:
        raise UnreadableInput(f"{path.name}: this is no text (it has zero bytes). If it is UTF-16, save it as UTF-8.")
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
    return _not_quite_utf8(path.name, broken)


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with open_bytes(path) as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableInput(
            f"{path.name}: the archive is damaged or was cut short ({error}): copy or download it again."
        ) from error


def _not_quite_utf8(name: str, sample: bytes) -> Encoding:
    readable = sample.decode("utf-8", "replace")
    broken = readable.count("\ufffd")
    whole = sum(1 for char in readable if char > "\x7f") - broken
    if whole >= 10 * broken:
        return Encoding(
            "utf-8",
            "surrogateescape",
            f"{name} is UTF-8 with a few damaged characters: rows that have one are rejected.",
        )
    page = guess_code_page(sample)
    return Encoding(
        f"cp{page}",
        "replace",
        f"{name} is not UTF-8; it was read as Windows-{page}, which fits its letters best. "
        "If words look wrong, save it as UTF-8 and import it again.",
    )


# Letters of Central Europe in 1250 that are signs or hardly used letters in 1252: ł ą ş ż ź ľ Ł Ą Ş Ż Ź ś ţ ť Ś Ţ.
_CENTRAL = frozenset(b"\xb3\xb9\xba\xbf\x9f\xbe\xa3\xa5\xaa\xaf\x8f\x9c\xfe\x9d\x8c\xde")


def guess_code_page(sample: bytes) -> int:
    """1251 (Cyrillic), 1255 (Hebrew), 1250 (Central European) or 1252 (Western), by the shape of the words.

    Our own, because charset-normalizer 3.5 rates short Hebrew as Cyrillic and Romanian as French (both tie there).
    """
    high = [(at, byte) for at, byte in enumerate(sample) if byte >= 0x80]
    letters = [(at, byte) for at, byte in high if byte >= 0xC0]
    runs = sum(1 for at, _ in letters if sample[at - 1 : at] >= b"\xc0" or sample[at + 1 : at + 2] >= b"\xc0")
    if letters and runs > 0.6 * len(letters):  # whole words above 0x80: no Latin script
        # Hebrew ends at 0xFA and has no capitals at 0xC0; Russian has ы ь э ю я up there in every sentence.
        not_hebrew = sum(1 for _, byte in letters if byte > 0xFA or byte < 0xE0)
        return 1255 if not_hebrew < 0.02 * len(letters) else 1251
    central = (at for at, byte in high if byte in _CENTRAL)
    in_words = sum(1 for at in central if sample[at - 1 : at].isalpha() or sample[at + 1 : at + 2].isalpha())
    return 1250 if in_words * 20 >= len(high) else 1252
