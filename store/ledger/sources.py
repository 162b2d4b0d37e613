"""How each source is doing: so that "nobody posted" can be told from "we went deaf"."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    RowMapping,
    String,
    Table,
    Text,
    case,
    delete,
    inspect,
    literal,
    select,
)

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
    Column("last_post", Moment),
    Column("resting", Boolean),
)
RECHECKS = Table(
    "rechecks",
    METADATA,
    Column("platform", String, primary_key=True),
    Column("last_success", Moment),
    Column("failing_since", Moment),
    Column("last_error", Text, nullable=False),
)
UNCONFIRMED = Table(
    "posts_unconfirmed",
    METADATA,
    Column("post_id", String, primary_key=True),
    Column("platform", String, nullable=False),
)
_SINCE_3 = ("last_post BIGINT", "resting BOOLEAN")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """One (brand, platform). ``come_back_at``: we wait until then. ``failing_since`` None: it works. ``resting``: the
    platform asked us to wait, and nothing else is wrong. ``last_post``: when the newest post was published."""

    brand: str
    platform: str
    last_try: datetime | None = None
    last_success: datetime | None = None
    come_back_at: datetime | None = None
    failing_since: datetime | None = None
    last_error: str = ""
    posts_total: int = 0
    last_post: datetime | None = None
    resting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckState:
    """Whether a platform could be asked what became of its posts. ``failing_since`` None: it could, or never was."""

    platform: str
    last_success: datetime | None = None
    failing_since: datetime | None = None
    last_error: str = ""


class Sources:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[SourceState]:
        with self._database.reading() as connection:
            rows = connection.execute(select(SOURCES).order_by(SOURCES.c.brand, SOURCES.c.platform)).mappings()
            return [_state(row) for row in rows]

    def get(self, brand: str, platform: str) -> SourceState | None:
        with self._database.reading() as connection:
            wanted = select(SOURCES).where(SOURCES.c.brand == brand, SOURCES.c.platform == platform)
            row = connection.execute(wanted).mappings().first()
            return _state(row) if row else None

    def note(self, state: SourceState) -> None:
        """Full replace."""
        with self._database.writing() as connection:
            upsert(connection, SOURCES, [asdict(state)])

    def note_post(self, brand: str, platform: str, published: Iterable[datetime]) -> None:
        """For the write door: when posts were published. Only a newer one changes anything."""
        newest = max(published, default=None)
        if newest is None:
            return
        row = {
            **asdict(SourceState(brand=brand, platform=platform)),
            "last_post": newest,
        }
        known = SOURCES.c.last_post
        with self._database.writing() as connection:
            later = case((known > newest, known), else_=literal(newest, Moment()))
            upsert(connection, SOURCES, [row], {"last_post": later})

    def rechecks(self) -> list[RecheckState]:
        with self._database.reading() as connection:
            return [RecheckState(**row) for row in connection.execute(select(RECHECKS)).mappings()]

    def note_recheck(self, state: RecheckState) -> None:
        """Full replace."""
        with self._database.writing() as connection:
            upsert(connection, RECHECKS, [asdict(state)])

    def unconfirmed(self) -> dict[str, str]:
        """Posts that nobody could ask for too long, with their platform: they are hidden."""
        with self._database.reading() as connection:
            rows = connection.execute(select(UNCONFIRMED).order_by(UNCONFIRMED.c.post_id))
            return {row.post_id: row.platform for row in rows}

    def set_unconfirmed(self, platform: str, post_ids: Iterable[str]) -> None:
        """Full replace for one platform."""
        rows = [{"post_id": post_id, "platform": platform} for post_id in post_ids]
        with self._database.writing() as connection:
            connection.execute(delete(UNCONFIRMED).where(UNCONFIRMED.c.platform == platform))
            upsert(connection, UNCONFIRMED, rows)


def bring_up_to_date(connection: Connection) -> None:
    """From schema 2: two more columns, where they lack."""
    known = {column["name"] for column in inspect(connection).get_columns("sources")}
    for column in _SINCE_3:
        if column.split()[0] not in known:
            connection.exec_driver_sql(f"ALTER TABLE sources ADD COLUMN {column}")


def _state(row: RowMapping) -> SourceState:
    return SourceState(**{**row, "resting": bool(row["resting"])})
