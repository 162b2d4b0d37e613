"""Saving, assessing and removing posts.

Everything slow (merging, analysing words, writing JSON) happens before the write lock is taken; the version column
tells whether somebody else changed a post meanwhile, and then the batch is prepared again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import apsw

from listening.errors import StateConflict
from listening.posts import Post

from ..merging import is_late, merged, same_but_for_fetch, united
from ..protocol import Judgement, Saved
from ..searchable import language_of
from .connections import Connections
from .rows import COLUMNS, WITH_VECTORS, Rows, labels_of, read

_ATTEMPTS = 5
_SET = ", ".join(f"{column} = ?" for column in COLUMNS)
_INSERT = (
    f"INSERT INTO posts (number, id, version, {', '.join(COLUMNS)}) VALUES (?, ?, 1, {', '.join('?' * len(COLUMNS))})"
)


@dataclass(frozen=True, slots=True)
class _Stored:
    number: int
    version: int
    late: bool
    story: str
    post: Post

    @property
    def vector(self) -> bytes | None:
        return self.post.assessment.vector if self.post.assessment else None

    def followed_by(self, post: Post, *, late: bool) -> Rows:
        """The rows of ``post`` in its place. Analysing words is most of the work, and most changes leave them alone."""
        return Rows.of(post, late=late, story=self.story if _words(post) == _words(self.post) else None)


@dataclass(frozen=True, slots=True)
class _Change:
    """What to write for one post: over ``stored``, or as a new one."""

    post_id: str
    stored: _Stored | None
    rows: Rows


class _Changed(Exception):
    """Another writer was faster with one of the posts."""


class Writing:
    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def save(self, posts: Sequence[Post]) -> Saved:
        copies: dict[str, list[Post]] = {}
        for post in posts:
            copies.setdefault(post.id, []).append(post)
        for attempt in range(_ATTEMPTS):
            changes, saved = self._merged(copies)
            if self._written(changes, last=attempt == _ATTEMPTS - 1):
                return saved
        raise AssertionError("unreachable: the last attempt writes or raises")

    def assess(self, judged: Sequence[Judgement]) -> int:
        by_id = {judgement.post.id: judgement for judgement in judged}
        for attempt in range(_ATTEMPTS):
            changes = []
            for stored in self._stored(by_id).values():
                judgement = by_id[stored.post.id]
                if (stored.post.title, stored.post.text) == (judgement.post.title, judgement.post.text):
                    post = replace(stored.post, assessment=judgement.assessment)
                    changes.append(_Change(post.id, stored, stored.followed_by(post, late=stored.late)))
            if self._written(changes, last=attempt == _ATTEMPTS - 1):
                return len(changes)
        raise AssertionError("unreachable: the last attempt writes or raises")

    def remove(self, ids: Sequence[str]) -> tuple[Post, ...]:
        with self._connections.writing() as connection:
            found = _read_stored(connection, ids)
            numbers = [(stored.number,) for stored in found.values()]
            connection.executemany("DELETE FROM terms WHERE rowid = ?", numbers)
            for table in ("labels", "vectors", "documents", "posts"):
                connection.executemany(f"DELETE FROM {table} WHERE number = ?", numbers)
        return tuple(found[post_id].post for post_id in dict.fromkeys(ids) if post_id in found)

    def _stored(self, ids: Iterable[str]) -> dict[str, _Stored]:
        with self._connections.reading() as connection:
            return _read_stored(connection, ids)

    def _merged(self, copies: Mapping[str, list[Post]]) -> tuple[list[_Change], Saved]:
        present = self._stored(copies)
        changes: list[_Change] = []
        new: list[str] = []
        changed: list[str] = []
        unchanged: list[str] = []
        for post_id, some in copies.items():
            stored = present.get(post_id)
            post = some[0] if stored is None else merged(stored.post, some[0])
            for copy in some[1:]:
                post = merged(post, copy)
            if len(post.matched) > 1:
                post = replace(post, matched=united(post.matched))  # one copy orders them as several do
            late = all(map(is_late, some)) and (stored is None or stored.late)
            if stored is None:
                new.append(post_id)
            elif same_but_for_fetch(stored.post, post):
                unchanged.append(post_id)
                if post == stored.post and late == stored.late:
                    continue
            else:
                changed.append(post_id)
            rows = stored.followed_by(post, late=late) if stored else Rows.of(post, late=late)
            changes.append(_Change(post_id, stored, rows))
        return changes, Saved(tuple(new), tuple(changed), tuple(unchanged))

    def _written(self, changes: Sequence[_Change], *, last: bool) -> bool:
        """Writes all of it, or nothing if somebody was faster; then the ``last`` attempt raises."""
        if not changes:
            return True
        try:
            with self._connections.writing() as connection:
                _check_versions(connection, changes)
                _insert(connection, [change for change in changes if change.stored is None])
                _update(connection, [change for change in changes if change.stored is not None])
        except _Changed:
            if last:
                raise StateConflict("Posts changed too often while they were saved: try again.") from None
            return False
        return True


def _words(post: Post) -> tuple[object, ...]:
    """All that a post's search terms are made of."""
    return post.title, post.text, post.hashtags, post.mentions, language_of(post), post.reposted


def _read_stored(connection: apsw.Connection, ids: Iterable[str]) -> dict[str, _Stored]:
    rows = connection.execute(
        f"SELECT p.id, p.number, p.version, p.late, p.story, d.document, v.vector {WITH_VECTORS}"
        " WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row[0]: _Stored(row[1], row[2], bool(row[3]), row[4], read(row[5], row[6])) for row in rows}


def _check_versions(connection: apsw.Connection, changes: Sequence[_Change]) -> None:
    rows = connection.execute(
        "SELECT id, version FROM posts WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps([change.post_id for change in changes]),),
    )
    present = dict(rows)
    for change in changes:
        if present.get(change.post_id) != (change.stored.version if change.stored else None):
            raise _Changed


def _insert(connection: apsw.Connection, changes: Sequence[_Change]) -> None:
    first = int(connection.execute("SELECT coalesce(max(number), 0) + 1 FROM posts").get)
    numbered = list(enumerate(changes, first))
    connection.executemany(_INSERT, [(n, c.post_id, *c.rows.columns) for n, c in numbered])
    connection.executemany("INSERT INTO documents VALUES (?, ?)", [(n, c.rows.document) for n, c in numbered])
    _insert_labels(connection, numbered)
    connection.executemany(
        "INSERT INTO terms (rowid, words, tags, handles) VALUES (?, ?, ?, ?)",
        [(n, *change.rows.terms) for n, change in numbered if change.rows.terms],
    )
    _insert_vectors(connection, [(n, change.rows.vector) for n, change in numbered])


def _update(connection: apsw.Connection, changes: Sequence[_Change]) -> None:
    reworded: list[tuple[str | int, ...]] = []
    relabelled: list[tuple[int, _Change]] = []
    moved: list[tuple[int, bytes | None]] = []
    for change in changes:
        stored = change.stored
        if stored is None:
            continue
        if change.rows.terms:
            reworded.append((*change.rows.terms, stored.number))
        if labels_of(stored.post) != change.rows.labels:
            relabelled.append((stored.number, change))
        if stored.vector != change.rows.vector:
            moved.append((stored.number, change.rows.vector))
    written = [(change.stored.number, change.rows) for change in changes if change.stored]
    connection.executemany(
        f"UPDATE posts SET version = version + 1, {_SET} WHERE number = ?", [(*r.columns, n) for n, r in written]
    )
    connection.executemany("UPDATE documents SET document = ? WHERE number = ?", [(r.document, n) for n, r in written])
    connection.executemany("DELETE FROM labels WHERE number = ?", [(number,) for number, _ in relabelled])
    _insert_labels(connection, relabelled)
    connection.executemany("DELETE FROM vectors WHERE number = ?", [(number,) for number, _ in moved])
    _insert_vectors(connection, moved)
    connection.executemany("UPDATE terms SET words = ?, tags = ?, handles = ? WHERE rowid = ?", reworded)


def _insert_vectors(connection: apsw.Connection, numbered: Sequence[tuple[int, bytes | None]]) -> None:
    connection.executemany("INSERT INTO vectors VALUES (?, ?)", [row for row in numbered if row[1] is not None])


def _insert_labels(connection: apsw.Connection, numbered: Sequence[tuple[int, _Change]]) -> None:
    connection.executemany(
        "INSERT INTO labels VALUES (?, ?, ?)",
        [(number, *label) for number, change in numbered for label in sorted(change.rows.labels)],
    )
