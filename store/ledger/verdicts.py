"""Reviewers' verdicts as logs, one a post. What may follow what is decided by :mod:`listening.verdicts`, not here.

No text of a post is kept, only a salted hash of it, and that goes with the post.
"""

import hmac
import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, delete, func, select

from listening.assessments import SentimentLabel
from listening.brands import Role
from listening.posts import Post
from listening.verdicts import Verdict, Word, follow, word

from .database import CHUNK, METADATA, Database, Moment, chunks, upsert

VERDICTS = Table(
    "verdicts",
    METADATA,
    Column("post_id", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("by", String, nullable=False),
    Column("role", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("text", String, nullable=False),
    Column("sentiment", String),
    Column("dismissed", Text, nullable=False),
    Column("missed", Text, nullable=False),
    Column("undoes", Integer),
    Column("reason", Text, nullable=False),
    Column("said", String),
    Column("model_revision", String, nullable=False),
    Column("risk_revision", String, nullable=False),
    Index("verdicts_by_time", "at"),
)
WAITING = Table(
    "verdicts_waiting",
    METADATA,
    Column("post_id", String, primary_key=True),
    # The newest entry of the log that the index may not know yet.
    Column("number", Integer, nullable=False),
)


class Verdicts:
    def __init__(self, database: Database, salt: bytes) -> None:
        self._database = database
        self._salt = salt

    def hash_of(self, post: Post) -> str:
        """Stands for the text that is judged: equal for equal title and text, and tells nothing of them."""
        told = f"{post.title or ''}\0{post.text}"
        return hmac.new(self._salt, f"verdict\0{told}".encode(), sha256).hexdigest()

    def append(self, post_id: str, verdict: Verdict) -> tuple[Verdict, ...]:
        """The log after ``verdict``, and the index waits for it; :class:`StateConflict` if it may not follow."""
        with self._database.writing() as connection:
            after = follow(self.log(post_id), verdict)
            connection.execute(VERDICTS.insert(), [_row(post_id, verdict)])
            upsert(connection, WAITING, [{"post_id": post_id, "number": verdict.number}])
        return after

    def log(self, post_id: str) -> tuple[Verdict, ...]:
        """Oldest first."""
        return self.logs([post_id]).get(post_id, ())

    def logs(self, post_ids: Iterable[str]) -> dict[str, tuple[Verdict, ...]]:
        """Of those that were ever corrected."""
        found: dict[str, list[Verdict]] = {}
        with self._database.reading() as connection:
            for some in chunks(post_ids):
                wanted = select(VERDICTS).where(VERDICTS.c.post_id.in_(some)).order_by(VERDICTS.c.number)
                for row in connection.execute(wanted):
                    found.setdefault(row.post_id, []).append(_verdict(row))
        return {post_id: tuple(entries) for post_id, entries in found.items()}

    def words(self, posts: Iterable[Post]) -> dict[str, Word]:
        """What reviewers say of the texts that ``posts`` have now; those without a word are left out."""
        by_id = {post.id: post for post in posts}
        words = {post_id: word(log, self.hash_of(by_id[post_id])) for post_id, log in self.logs(by_id).items()}
        return {post_id: said for post_id, said in words.items() if said}

    def newest(self, post_ids: Iterable[str]) -> dict[str, int]:
        """How far each log has come."""
        found: dict[str, int] = {}
        with self._database.reading() as connection:
            for some in chunks(post_ids):
                wanted = (
                    select(VERDICTS.c.post_id, func.max(VERDICTS.c.number))
                    .where(VERDICTS.c.post_id.in_(some))
                    .group_by(VERDICTS.c.post_id)
                )
                found.update({row[0]: row[1] for row in connection.execute(wanted)})
        return found

    def recent(self, limit: int) -> list[tuple[str, Verdict]]:
        """(post, entry), newest first."""
        newest = VERDICTS.c.at.desc(), VERDICTS.c.post_id, VERDICTS.c.number.desc()
        with self._database.reading() as connection:
            rows = connection.execute(select(VERDICTS).order_by(*newest).limit(limit)).all()
        return [(row.post_id, _verdict(row)) for row in rows]

    def post_ids(self) -> Iterator[list[str]]:
        """Every post that was ever corrected, in portions."""
        last = ""
        while True:
            with self._database.reading() as connection:
                wanted = select(VERDICTS.c.post_id).distinct().where(VERDICTS.c.post_id > last)
                ids = list(connection.execute(wanted.order_by(VERDICTS.c.post_id).limit(CHUNK)).scalars())
            if ids:
                yield ids
            if len(ids) < CHUNK:
                return
            last = ids[-1]

    def waiting(self) -> list[str]:
        """Posts whose newest verdict may not have reached the index."""
        with self._database.reading() as connection:
            return list(connection.execute(select(WAITING.c.post_id).order_by(WAITING.c.post_id)).scalars())

    def settled(self, newest: Iterable[tuple[str, int]]) -> None:
        """The index knows these logs up to these numbers; a post that was corrected again meanwhile goes on waiting."""
        with self._database.writing() as connection:
            for post_id, number in newest:
                _settle(connection, post_id, number)

    def erase_posts(self, post_ids: Sequence[str]) -> None:
        with self._database.writing() as connection:
            for some in chunks(post_ids):
                for table in (VERDICTS, WAITING):
                    connection.execute(delete(table).where(table.c.post_id.in_(some)))


def _settle(connection: Connection, post_id: str, number: int) -> None:
    connection.execute(delete(WAITING).where(WAITING.c.post_id == post_id, WAITING.c.number <= number))


def _row(post_id: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "post_id": post_id,
        "number": verdict.number,
        "by": verdict.by,
        "role": verdict.role.value,
        "at": verdict.at,
        "text": verdict.text,
        "sentiment": verdict.sentiment.value if verdict.sentiment else None,
        "dismissed": json.dumps(verdict.dismissed),
        "missed": json.dumps(verdict.missed),
        "undoes": verdict.undoes,
        "reason": verdict.reason,
        "said": verdict.said.value if verdict.said else None,
        "model_revision": verdict.model_revision,
        "risk_revision": verdict.risk_revision,
    }


def _verdict(row: Any) -> Verdict:
    return Verdict(
        number=row.number,
        by=row.by,
        role=Role(row.role),
        at=row.at,
        text=row.text,
        sentiment=SentimentLabel(row.sentiment) if row.sentiment else None,
        dismissed=tuple(json.loads(row.dismissed)),
        missed=tuple(json.loads(row.missed)),
        undoes=row.undoes,
        reason=row.reason,
        said=SentimentLabel(row.said) if row.said else None,
        model_revision=row.model_revision,
        risk_revision=row.risk_revision,
    )
