"""Where bytes come from: a file, or a member of an archive. Read from the start, as often as it takes."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast


@dataclass(frozen=True, slots=True)
class Source:
    """``name`` is said to people and hints at the form; ``open`` gives the content, uncompressed."""

    name: str
    open: Callable[[], IO[bytes]]

    @classmethod
    def of_file(cls, path: Path) -> "Source":
        return cls(path.name, lambda: unpacked(lambda: path.open("rb")))

    @property
    def suffix(self) -> str:
        """``posts.csv.gz`` → ``csv``."""
        return self.name.casefold().removesuffix(".gz").rpartition(".")[2]


def unpacked(opened: Callable[[], IO[bytes]]) -> IO[bytes]:
    """Gzip is known by its first bytes, whatever the name says."""
    with opened() as file:
        gzipped = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], _Gunzipped(opened())) if gzipped else opened()


class _Gunzipped(gzip.GzipFile):
    """Closes the file below it too."""

    def __init__(self, below: IO[bytes]) -> None:
        self._below = below
        super().__init__(fileobj=below)

    def close(self) -> None:
        super().close()
        self._below.close()
