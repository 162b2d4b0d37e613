"""The drop folder: every file that is put into the inbox is read once, and read on when it grows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from listening.collecting import Cursor, Page, Position, Unreadable
from listening.errors import ConfigError, TryLater, UnreadableInput

from ..matching import matches
from ..protocol import Request
from .reading import PAGE_ROWS, Reading, read_file

_UNFINISHED = (".part", ".tmp", ".crdownload", ".swp", "~")
_SETTLES = timedelta(seconds=3)
"""A file that changed less than this ago may still be being written."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far a file was read: its state then, and the rows done. ``whole``: nothing is left of that state to read.
    ``damaged``: because the rest of it cannot be read.

    Kept in a :class:`Position` as one line, ``rows:whole:size:mtime:digest`` (``whole`` is 2 for damaged).
    """

    rows: int
    whole: bool
    size: int
    mtime: int
    digest: str
    damaged: bool = False

    def written(self) -> Position:
        return Position(complete=f"{self.rows}:{self.whole + self.damaged}:{self.size}:{self.mtime}:{self.digest}")

    @classmethod
    def read(cls, position: Position | None) -> "_Mark | None":
        """None where the position is missing or another version's: the file is then read again, which is harmless."""
        match (position.complete or "" if position else "").split(":"):
            case [rows, whole, size, mtime, digest] if all(part.isdigit() for part in (rows, whole, size, mtime)):
                return cls(int(rows), whole in ("1", "2"), int(size), int(mtime), digest, damaged=whole == "2")
        return None


class FilesCollector:
    """Collects from a folder, in the order of names, without its subfolders. Files stay where they are.

    Positions are by file name. A file whose beginning is unchanged is read on where it was left; one that changed is
    read again from its start. ``since`` is not looked at: who drops a file wants all of it.
    """

    platform = "files"

    def __init__(
        self, inbox: Path, *, must_exist: bool = False, settles: timedelta = _SETTLES, page_rows: int = PAGE_ROWS
    ) -> None:
        self._inbox, self._must_exist, self._settles, self._page_rows = inbox, must_exist, settles, page_rows

    def collect(self, request: Request) -> Iterator[Page]:
        """One page at a time; a file that is none of posts is one unreadable entry, and the others go on."""
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        files = self._files()
        present = {path.name for path in files}
        positions = {name: at for name, at in (kept.positions if kept else {}).items() if name in present}
        left = request.limit
        failed: list[str] = []
        for path in files:
            try:
                if not self._is_settled(path, request.now):
                    continue
                for page, position in self._pages(path, _Mark.read(positions.get(path.name)), request):
                    if left is not None:
                        yield replace(page, posts=page.posts[:left])
                        left -= len(page.posts[:left])
                        if left <= 0:
                            return
                        continue
                    positions[path.name] = position
                    yield replace(page, cursor=Cursor(request.query.revision, dict(positions)))
            except OSError as error:
                failed.append(f"{path.name} ({error.strerror})")
        if failed:
            raise TryLater(
                f"{self._inbox}: cannot read {', '.join(failed)}: make the file readable for Earshot, or take it away."
            )

    def _files(self) -> list[Path]:
        try:
            names = sorted(path for path in self._inbox.iterdir() if not _is_unfinished(path.name))
        except FileNotFoundError as error:
            if self._must_exist:
                raise ConfigError(
                    f"platforms.files.inbox: there is no folder {self._inbox}: create it, or name another one."
                ) from error
            return []
        except OSError as error:
            raise TryLater(f"The inbox {self._inbox} cannot be read ({error.strerror}).") from error
        return [path for path in names if not path.is_dir()]

    def _is_settled(self, path: Path, now: datetime) -> bool:
        # The run's time may be a minute behind the clock that stamps files.
        age = now.timestamp() - path.stat().st_mtime
        return not -60 < age < self._settles.total_seconds()

    def _pages(self, path: Path, mark: _Mark | None, request: Request) -> Iterator[tuple[Page, Position]]:
        state = path.stat()
        if mark and mark.whole and (mark.size, mark.mtime) == (state.st_size, state.st_mtime_ns):
            return
        same_start = mark and mark.size <= state.st_size and _digest(path, mark.size) == mark.digest
        now = _Mark(mark.rows if mark and same_start else 0, False, state.st_size, state.st_mtime_ns, "")
        now = replace(now, digest=_digest(path, now.size))
        if mark and mark.whole and same_start and mark.size == now.size:
            yield Page(), replace(mark, mtime=now.mtime).written()  # touched, not changed
            return
        try:
            reading = read_file(path, at=request.now, imported=False, skip_rows=now.rows, page_rows=self._page_rows)
        except UnreadableInput as error:
            if isinstance(error.__cause__, OSError):
                raise error.__cause__ from error
            yield (
                Page(unreadable=(self._none_of_posts(path, str(error)),)),
                replace(now, whole=True, damaged=True).written(),
            )
            return
        yield from self._read(reading, path, now, request)

    def _read(self, reading: Reading, path: Path, now: _Mark, request: Request) -> Iterator[tuple[Page, Position]]:
        try:
            for page in reading:
                wanted = tuple(post for post in page.posts if matches(request.query, post))
                yield replace(page, posts=wanted), replace(now, rows=reading.rows_done).written()
        except UnreadableInput as error:
            done = replace(now, rows=reading.rows_done, whole=True, damaged=True)
            yield Page(unreadable=(self._none_of_posts(path, str(error)),)), done.written()
            return
        finally:
            reading.close()
        yield Page(), replace(now, rows=reading.rows_done, whole=True).written()

    @staticmethod
    def _none_of_posts(path: Path, reason: str) -> Unreadable:
        with path.open("rb") as file:
            return Unreadable(source=path.name, raw=file.read(4_096), reason=reason)


def read_by_all(inbox: Path, cursors: Sequence[Cursor]) -> list[Path]:
    """Files in ``inbox`` that every one of ``cursors`` has read to the end, and that did not change since."""
    if not inbox.is_dir() or not cursors:
        return []
    return [path for path in sorted(inbox.iterdir()) if all(_is_read(path, cursor) for cursor in cursors)]


def _is_read(path: Path, cursor: Cursor) -> bool:
    mark = _Mark.read(cursor.positions.get(path.name))
    if mark is None or not mark.whole or mark.damaged or not path.is_file():
        return False
    state = path.stat()
    return (mark.size, mark.mtime) == (state.st_size, state.st_mtime_ns)


def _is_unfinished(name: str) -> bool:
    return name.startswith((".", "~")) or name.casefold().endswith(_UNFINISHED)


def _digest(path: Path, size: int) -> str:
    """Of the first ``size`` bytes."""
    digest = sha256()
    with path.open("rb") as file:
        while size > 0 and (chunk := file.read(min(size, 1 << 20))):
            digest.update(chunk)
            size -= len(chunk)
    return digest.hexdigest()[:16]
