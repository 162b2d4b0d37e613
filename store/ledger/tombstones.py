"""What must not come back, remembered without remembering what it was: salted hashes only."""

import hmac
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Column, String, Table, select

from .database import METADATA, Database, Moment, chunks, upsert

TOMBSTONES = Table(
    "tombstones",
    METADATA,
    Column("hash", String, primary_key=True),
    Column("reason", String, nullable=False),
    Column("at", Moment, nullable=False),
)


class Tombstones:
    def __init__(self, database: Database, salt: bytes) -> None:
        self._database = database
        self._salt = salt

    def add(self, post_ids: Iterable[str], reason: str, at: datetime) -> None:
        """Safe to call twice; the first reason stays."""
        self._add("post", post_ids, reason, at)

    def known(self, post_ids: Iterable[str]) -> set[str]:
        """Those that must not come back."""
        return self._known("post", post_ids)

    def add_author(self, author_key: str, reason: str, at: datetime) -> None:
        """Nothing of this author is stored from now on."""
        self._add("author", [author_key], reason, at)

    def known_authors(self, author_keys: Iterable[str]) -> set[str]:
        return self._known("author", author_keys)

    def _add(self, kind: str, names: Iterable[str], reason: str, at: datetime) -> None:
        rows = [{"hash": self._hash(kind, name), "reason": reason, "at": at} for name in names]
        with self._database.writing() as connection:
            upsert(connection, TOMBSTONES, rows, {})

    def _known(self, kind: str, names: Iterable[str]) -> set[str]:
        found: set[str] = set()
        with self._database.reading() as connection:
            if connection.execute(select(TOMBSTONES.c.hash).limit(1)).first() is None:
                return found
            by_hash = {self._hash(kind, name): name for name in names}
            for some in chunks(by_hash):
                rows = connection.execute(select(TOMBSTONES.c.hash).where(TOMBSTONES.c.hash.in_(some)))
                found.update(by_hash[row.hash] for row in rows)
        return found

    def _hash(self, kind: str, name: str) -> str:
        return hmac.new(self._salt, f"{kind}\0{name}".encode(), sha256).hexdigest()
