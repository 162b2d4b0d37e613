"""The one file inside a ZIP file, line by line, and never more of it than was agreed."""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

MOST_BYTES = 400_000_000
"""Unpacked; a quarter of an hour of the world's news has 10 to 40 MB (November 2026)."""
_LONGEST_LINE = 5_000_000
_MOST_LINES = 200_000
"""A file has some thousands."""


class Damaged(Exception):
    """It is no ZIP file, is cut short, or would unpack to more than agreed. Says which."""


def lines(packed: bytes, most: int = MOST_BYTES) -> Iterator[bytes]:
    """Lines without their ends. Raises :class:`Damaged`, perhaps after the first lines."""
    try:
        with zipfile.ZipFile(BytesIO(packed)) as archive:
            names = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(names) != 1:
                raise Damaged(f"it holds {len(names)} files instead of one")
            with archive.open(names[0]) as file:
                total = count = 0
                while line := file.readline(_LONGEST_LINE + 1):
                    total += len(line)
                    count += 1
                    if len(line) > _LONGEST_LINE or total > most or count > _MOST_LINES:
                        raise Damaged("it unpacks to more than any real one")
                    yield line.rstrip(b"\r\n")
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise Damaged("it is no ZIP file, or was cut short") from error
