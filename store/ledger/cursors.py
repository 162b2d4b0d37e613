"""Where each collection may resume."""

import json
from dataclasses import asdict

from sqlalchemy import Column, String, Table, Text, select

from listening.collecting import Cursor, Position

from .database import METADATA, Database, upsert

CURSORS = Table(
    "cursors",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("platform", String, primary_key=True),
    Column("query_revision", String, nullable=False),
    Column("positions", Text, nullable=False),
)


class Cursors:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, brand: str, platform: str) -> Cursor | None:
        with self._database.reading() as connection:
            row = connection.execute(
                select(CURSORS).where(CURSORS.c.brand == brand, CURSORS.c.platform == platform)
            ).first()
        if row is None:
            return None
        positions = {name: Position(**place) for name, place in json.loads(row.positions).items()}
        return Cursor(row.query_revision, positions)

    def set(self, brand: str, platform: str, cursor: Cursor) -> None:
        """For the write door: in one transaction with what the page brought."""
        positions = {name: asdict(position) for name, position in cursor.positions.items()}
        row = {
            "brand": brand,
            "platform": platform,
            "query_revision": cursor.query_revision,
            "positions": json.dumps(positions, sort_keys=True),
        }
        with self._database.writing() as connection:
            upsert(connection, CURSORS, [row])
