"""Places in Reddit's listings, as cursors keep them: by time first, since what stood there may be deleted meanwhile."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self


def number(name: str) -> int:
    """Of ``t3_abc``: Reddit counts in base 36, newer ones are larger."""
    try:
        return int(name.split("_", 1)[-1], 36)
    except ValueError:
        return 0


@dataclass(frozen=True, slots=True)
class Mark:
    """One item of a listing: when it was published, its fullname, and how many stood before it when it was read."""

    at: datetime
    name: str
    rank: int = 0

    def __str__(self) -> str:
        return f"{int(self.at.timestamp())} {self.name} {self.rank}"

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """None for what was not written by :meth:`__str__`."""
        parts = (text or "").split(" ")
        if len(parts) != 3 or not (_is_number(parts[0]) and _is_number(parts[2])):
            return None
        return cls(datetime.fromtimestamp(int(parts[0]), UTC), parts[1], int(parts[2]))

    def is_at_or_above(self, other: "Mark") -> bool:
        """Whether this stands where ``other`` stands in a listing that begins with the newest, or before it."""
        return (self.at, number(self.name)) >= (other.at, number(other.name))


@dataclass(frozen=True, slots=True)
class Thread:
    """A submission that was found, whose comments are read as they come.

    ``comments``: how many there were when it was read last; None: it is gone. ``newest``: number of the newest comment.
    """

    created: datetime
    comments: int | None = 0
    newest: int = 0
    read_at: datetime | None = None

    def __str__(self) -> str:
        read = f"{self.read_at.timestamp():.0f}" if self.read_at else "-"
        return f"{self.created.timestamp():.0f} {'-' if self.comments is None else self.comments} {self.newest} {read}"

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """None for what was not written by :meth:`__str__`."""
        parts = (text or "").split(" ")
        if len(parts) != 4 or not all(part == "-" or _is_number(part) for part in parts) or "-" in parts[::2]:
            return None
        created, comments, newest, read = parts
        return cls(
            datetime.fromtimestamp(int(created), UTC),
            None if comments == "-" else int(comments),
            int(newest),
            None if read == "-" else datetime.fromtimestamp(int(read), UTC),
        )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 11
