"""Who looked behind a pseudonym, erased or changed what, and why: a chain in which no line can be altered unseen."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Column, Integer, String, Table, Text, select

from listening.errors import NotReady
from listening.jsonform import moment

from .database import METADATA, Database, Moment

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    *(Column(name, Text, nullable=False) for name in ("by", "role", "action", "subject", "reason", "case")),
    Column("hash", String, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``subject`` is a post's id or a pseudonym, never a name. ``hash`` covers this entry and the one before."""

    number: int
    at: datetime
    by: str
    role: str
    action: str
    subject: str
    reason: str
    case: str
    hash: str


class Audit:
    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, by: str, role: str, action: str, subject: str, reason: str, case: str, at: datetime) -> None:
        with self._database.writing() as connection:
            last = connection.execute(select(AUDIT).order_by(AUDIT.c.number.desc()).limit(1)).first()
            entry = Entry(
                number=last.number + 1 if last else 1,
                at=at,
                by=by,
                role=role,
                action=action,
                subject=subject,
                reason=reason,
                case=case,
                hash="",
            )
            sealed = replace(entry, hash=_hash(last.hash if last else "", entry))
            connection.execute(AUDIT.insert(), [asdict(sealed)])

    def all(self) -> list[Entry]:
        """Oldest first."""
        with self._database.reading() as connection:
            return [Entry(**row) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.number)).mappings()]

    def verify(self) -> int:
        """How many entries there are; raises :class:`NotReady` at the first that was altered or is missing."""
        before = ""
        entries = self.all()
        for number, entry in enumerate(entries, 1):
            if entry.number != number or entry.hash != _hash(before, entry):
                raise NotReady(f"The audit log is broken at entry {number}: it was altered or lies in another order.")
            before = entry.hash
        return len(entries)


def _hash(before: str, entry: Entry) -> str:
    told = {**asdict(entry), "at": moment(entry.at), "hash": before}
    return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
