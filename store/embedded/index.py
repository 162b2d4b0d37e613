"""The embedded posts index: the default, and the twin of Elasticsearch behind the same contract."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from listening.errors import StoreUnavailable
from listening.posts import Post

from ..protocol import FacetCount, FacetField, Hits, Judgement, Saved, Search, Tally
from . import counting
from .connections import Connections, in_sentences
from .rows import BRAND, WITH_VECTORS, micros, number_of_author, read
from .searching import Searching
from .writing import Writing

# One step of a walk over the distinct pairs of revisions: each is found by one look into the index.
_REVISIONS = """
    SELECT model_revision, risk_revision FROM posts WHERE (model_revision, risk_revision) > (?, ?)
    ORDER BY model_revision, risk_revision LIMIT 1
"""


class EmbeddedIndex:
    """A :class:`~store.protocol.PostsIndex` in one file. Threads and processes may share the file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connections = Connections(path)
        self._connections.here()
        self._writing = Writing(self._connections)
        self._searching = Searching(self._connections)

    def save(self, posts: Sequence[Post]) -> Saved:
        return self._writing.save(posts)

    def assess(self, judged: Sequence[Judgement]) -> int:
        return self._writing.assess(judged)

    def remove(self, ids: Sequence[str]) -> tuple[Post, ...]:
        return self._writing.remove(ids)

    def get(self, ids: Sequence[str]) -> tuple[Post, ...]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT p.id, d.document, v.vector {WITH_VECTORS} WHERE p.id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            )
            found = {post_id: (document, vector) for post_id, document, vector in rows}
        return tuple(read(*found[post_id]) for post_id in ids if post_id in found)

    def search(self, search: Search) -> Hits:
        return self._searching.search(search)

    def facets(
        self, search: Search, fields: Sequence[FacetField], top: int = 20
    ) -> Mapping[str, tuple[FacetCount, ...]]:
        return self._searching.facets(search, fields, top)

    def stream(self, search: Search) -> Iterator[Post]:
        return self._searching.stream(search)

    def unjudged(self, model_revision: str, risk_revision: str, limit: int) -> tuple[Post, ...]:
        found: list[tuple[int, str, str, bytes | None]] = []
        with self._connections.reading() as connection:
            pair = connection.execute(
                "SELECT model_revision, risk_revision FROM posts ORDER BY model_revision, risk_revision LIMIT 1"
            ).fetchone()
            while pair is not None:
                if pair != (model_revision, risk_revision):
                    found += connection.execute(
                        f"SELECT p.created_at, p.id, d.document, v.vector {WITH_VECTORS}"
                        " WHERE p.model_revision = ? AND p.risk_revision = ?"
                        " ORDER BY p.created_at DESC, p.id DESC LIMIT ?",
                        (*pair, limit),
                    )
                pair = connection.execute(_REVISIONS, pair).fetchone()
        newest = sorted(found, key=lambda row: row[:2], reverse=True)
        return tuple(read(document, vector) for _, _, document, vector in newest[:limit])

    def tally(self, brand: str, start: datetime) -> Tally:
        return counting.tally(self._connections, brand, start)

    def ids_of_author(self, author: str) -> tuple[str, ...]:
        documents = self._documents("p.author = ? ORDER BY p.id", (number_of_author(author),))
        return tuple(post.id for post in documents if post.author == author)

    def reposts_of(self, ids: Sequence[str]) -> tuple[str, ...]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM posts WHERE reposted IN (SELECT value FROM json_each(?)) ORDER BY id",
                (json.dumps(list(ids)),),
            )
            return tuple(row[0] for row in rows)

    def expired(self, brand: str, platform: str | None, before: datetime, limit: int) -> tuple[Post, ...]:
        where = (
            "p.created_at < ? AND (? IS NULL OR p.platform = ?) AND EXISTS"
            " (SELECT 1 FROM labels b WHERE b.number = p.number AND b.field = ? AND b.value = ?)"
            " ORDER BY p.created_at, p.id LIMIT ?"
        )
        return tuple(self._documents(where, (micros(before), platform, platform, BRAND, brand, limit)))

    def count(self) -> int:
        with self._connections.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM posts").get)

    def compact(self) -> None:
        connection = self._connections.here()
        with in_sentences(self._connections.path):
            connection.execute("VACUUM")
            checkpoint = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if checkpoint is None or checkpoint[0]:
            raise StoreUnavailable(
                f"The posts index {self._connections.path}: a long read keeps old pages in the write-ahead log. "
                "Nothing is lost; run this again when it has ended."
            )

    def close(self) -> None:
        self._connections.close()

    def _documents(self, where: str, values: Iterable[str | int | None]) -> list[Post]:
        with self._connections.reading() as connection:
            rows = connection.execute(
                f"SELECT d.document FROM posts p JOIN documents d ON d.number = p.number WHERE {where}", tuple(values)
            )
            return [read(row[0]) for row in rows]
