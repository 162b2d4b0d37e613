"""How each source is doing: so that "nobody posted" can be told from "we went deaf"."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, String, Table, Text, select

from .database import METADATA, Database, Moment, upsert

SOURCES = Table(
    "sources",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("platform", String, primary_key=True),
    Column("last_try", Moment),
    Column("last_success", Moment),
    Column("come_back_at", Moment),
    Column("failing_since", Moment),
    Column("last_error", Text, nullable=False),
    Column("posts_total", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One (brand, platform). ``come_back_at``: the platform asked us to wait. ``failing_since`` None: it works."""

    brand: str
    platform: str
    last_try: datetime | None = None
    last_success: datetime | None = None
    come_back_at: datetime | None = None
    failing_since: datetime | None = None
    last_error: str = ""
    posts_total: int = 0


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SourceState]:
        with self._database.reading() as connection:
            rows = connection.execute(select(SOURCES).order_by(SOURCES.c.brand, SOURCES.c.platform)).mappings()
            return [SourceState(**row) for row in rows]

    def get(self, brand: str, platform: str) -> SourceState | None:
        with self._database.reading() as connection:
            wanted = select(SOURCES).where(SOURCES.c.brand == brand, SOURCES.c.platform == platform)
            row = connection.execute(wanted).mappings().first()
            return SourceState(**row) if row else None

    def note(self, state: SourceState) -> None:
        """Full replace."""
        with self._database.writing() as connection:
            upsert(connection, SOURCES, [asdict(state)])
