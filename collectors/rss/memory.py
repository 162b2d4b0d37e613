"""What is remembered of a feed between two readings. It lives in the cursor, so it is short."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

_MOST_SEEN = 200
_MOST_NEWEST = 50
_ID = 8  # characters of a hash; two entries of one feed share one in a hundred thousand years


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """``seen``: marks of the entries of the last reading, newest first. ``read_at``: when the feed was read well.
    ``wait``: it is not asked before then, and ``why`` says so to people."""

    etag: str = ""
    modified: str = ""
    digest: str = ""
    read_at: datetime | None = None
    wait: datetime | None = None
    why: str = ""
    denied: bool = False
    seen: tuple[str, ...] = ()

    def keeps_nothing_of(self, marks: Sequence[str]) -> bool:
        """Whether none of the newest entries of the last reading is still listed: what came between has dropped out.

        Older ones do not count: many feeds keep a pinned entry for ever.
        """
        newest = {mark[:_ID] for mark in self.seen[: min(_MOST_NEWEST, (len(self.seen) + 1) // 2)]}
        return bool(newest) and newest.isdisjoint(mark[:_ID] for mark in marks)

    def write(self) -> str:
        kept = {**asdict(self), "seen": self.seen[:_MOST_SEEN]}
        return json.dumps({name: value for name, value in kept.items() if value}, default=datetime.isoformat)


def mark(identity: str, version: str) -> str:
    """Of an entry in one version; both are hashes."""
    return identity[:_ID] + version[:_ID]


def remembered(text: str | None) -> Memory:
    """A memory as it was written; an empty one for anything else."""
    try:
        kept = json.loads(text or "")
        return Memory(
            etag=str(kept.get("etag", "")),
            modified=str(kept.get("modified", "")),
            digest=str(kept.get("digest", "")),
            read_at=_moment(kept.get("read_at")),
            wait=_moment(kept.get("wait")),
            why=str(kept.get("why", "")),
            denied=bool(kept.get("denied")),
            seen=tuple(map(str, kept.get("seen", ()))),
        )
    except (ValueError, TypeError, AttributeError):
        return Memory()


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
