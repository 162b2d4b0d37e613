"""Counts of a post (likes …) over time, appended when they changed: so that velocity is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, String, Table, delete, select

from listening.posts import Counts, Post

from .database import METADATA, Database, Moment, chunks, upsert

_NAMES = tuple(Counts.__slots__)
SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("post_id", String, primary_key=True),
    Column("at", Moment, primary_key=True),
    *(Column(name, BigInteger) for name in _NAMES),
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    at: datetime
    counts: Counts


class Snapshots:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, posts: Sequence[Post]) -> None:
        """Counts as of each post's fetch. Left out where the platform gives none, and where they did not change."""
        counted = [post for post in posts if post.counts != Counts()]
        with self._database.writing() as connection:
            known = self._known([post.id for post in counted])
            rows = []
            for post in sorted(counted, key=lambda post: post.fetched_at):
                before = [s for s in known.get(post.id, []) if s.at <= post.fetched_at]
                if not before or before[-1].counts != post.counts:
                    rows.append(
                        {
                            "post_id": post.id,
                            "at": post.fetched_at,
                            **{name: getattr(post.counts, name) for name in _NAMES},
                        }
                    )
                    known.setdefault(post.id, []).append(Snapshot(post.fetched_at, post.counts))
                    known[post.id].sort(key=lambda snapshot: snapshot.at)
            upsert(connection, SNAPSHOTS, rows, {})

    def of(self, post_id: str) -> list[Snapshot]:
        """Oldest first."""
        return self._known([post_id]).get(post_id, [])

    def erase_posts(self, post_ids: Iterable[str]) -> None:
        with self._database.writing() as connection:
            for some in chunks(post_ids):
                connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.post_id.in_(some)))

    def _known(self, post_ids: Iterable[str]) -> dict[str, list[Snapshot]]:
        found: dict[str, list[Snapshot]] = {}
        with self._database.reading() as connection:
            for some in chunks(post_ids):
                wanted = select(SNAPSHOTS).where(SNAPSHOTS.c.post_id.in_(some)).order_by(SNAPSHOTS.c.at)
                for row in connection.execute(wanted).mappings():
                    counts = Counts(**{name: row[name] for name in _NAMES})
                    found.setdefault(row["post_id"], []).append(Snapshot(row["at"], counts))
        return found
