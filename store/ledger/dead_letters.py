"""Posts that could not be read, with their raw bodies (encrypted: they name people), until somebody replays them."""

import base64
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Column, LargeBinary, String, Table, delete, func, select

from listening.collecting import Unreadable
from listening.errors import UnreadableInput

from ..keys import Keys
from .database import METADATA, Database, Moment, upsert

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("id", String, primary_key=True),
    Column("brand", String, nullable=False),
    Column("platform", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """``source`` says where it stood, ``reason`` why it could not be read."""

    id: str
    brand: str
    platform: str
    source: str
    reason: str
    at: datetime


class DeadLetters:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def add(self, brand: str, platform: str, unreadable: Unreadable, at: datetime) -> None:
        """The same body from the same place is one letter, however often it comes."""
        body = {
            "source": unreadable.source,
            "reason": unreadable.reason,
            "raw": base64.b64encode(unreadable.raw).decode(),
        }
        named = b"\0".join((brand.encode(), platform.encode(), unreadable.source.encode(), unreadable.raw))
        row = {
            "id": hmac.new(self._keys.tombstone, named, sha256).hexdigest()[:16],
            "brand": brand,
            "platform": platform,
            "at": at,
            "sealed": self._keys.vault.encrypt(json.dumps(body).encode()),
        }
        with self._database.writing() as connection:
            upsert(connection, DEAD_LETTERS, [row], {})

    def list(self) -> "list[DeadLetter]":
        """Oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(DEAD_LETTERS).order_by(DEAD_LETTERS.c.at, DEAD_LETTERS.c.id)).all()
        letters = []
        for row in rows:
            body = self._opened(row.sealed)
            letters.append(
                DeadLetter(
                    id=row.id,
                    brand=row.brand,
                    platform=row.platform,
                    source=body["source"],
                    reason=body["reason"],
                    at=row.at,
                )
            )
        return letters

    def raw(self, letter_id: str) -> bytes:
        with self._database.reading() as connection:
            sealed = connection.execute(select(DEAD_LETTERS.c.sealed).where(DEAD_LETTERS.c.id == letter_id)).scalar()
        if sealed is None:
            raise UnreadableInput(f"There is no dead letter '{letter_id}': 'earshot dead-letters list' shows them.")
        return base64.b64decode(self._opened(sealed)["raw"])

    def done(self, letter_id: str) -> None:
        """Replayed, or not wanted any more: deleted."""
        self._delete([letter_id])

    def count(self) -> int:
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(DEAD_LETTERS)).scalar() or 0)

    def erase_naming(self, names: Iterable[str]) -> int:
        """Delete the letters in whose body, place or reason one of ``names`` stands; returns how many."""
        wanted = [name.casefold() for name in names if name]
        found = []
        for letter in self.list():
            text = "\n".join((self.raw(letter.id).decode("utf-8", "replace"), letter.source, letter.reason)).casefold()
            if any(name in text for name in wanted):
                found.append(letter.id)
        self._delete(found)
        return len(found)

    def _delete(self, ids: Iterable[str]) -> None:
        with self._database.writing() as connection:
            for letter_id in ids:
                connection.execute(delete(DEAD_LETTERS).where(DEAD_LETTERS.c.id == letter_id))

    def _opened(self, sealed: bytes) -> dict[str, str]:
        body: dict[str, str] = json.loads(self._keys.vault.decrypt(sealed))
        return body
