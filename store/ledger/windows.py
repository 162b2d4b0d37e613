"""Windows: which ones must be counted again, and the counts themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Select,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from listening.assessments import SentimentLabel
from listening.errors import StateConflict
from listening.windows import DirtyWindow, HashtagRow, WindowRow

from ..protocol import Tally
from .database import METADATA, Database, Moment, chunks, upsert

MARKS = Table(
    "window_marks",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    # Dirty while ``generation`` is greater. The row stays when it is clean, so that a generation never comes back.
    Column("generation", Integer, nullable=False),
    Column("counted", Integer, nullable=False),
    Index("window_marks_dirty", "start"),
)
SEALS = Table(
    "window_seals",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("before", Moment, nullable=False),
)
LEAVING = Table(
    "windows_of_leaving_posts",
    METADATA,
    Column("post_id", String, primary_key=True),
    Column("brand", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("at", Moment, nullable=False),
)
ROWS = Table(
    "windows",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("platform", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("sentiment", String, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in ("posts", "stories", "authors", "reach", "late")),
    Index("windows_by_start", "start"),
)
HASHTAGS = Table(
    "hashtag_windows",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("start", Moment, primary_key=True),
    Column("hashtag", String, primary_key=True),
    Column("sentiment", String, primary_key=True),
    Column("posts", BigInteger, nullable=False),
    Column("authors", BigInteger, nullable=False),
    Index("hashtag_windows_by_start", "start"),
)

Pair = tuple[str, datetime]
By = Literal["start", "brand", "platform", "language", "hashtag"]


@dataclass(frozen=True, slots=True)
class Sum:
    """Counts added up in the database. ``value`` is a window's start (datetime) or a name; reach of hashtags is 0."""

    value: str | datetime
    sentiment: SentimentLabel
    posts: int
    reach: int


class Windows:
    def __init__(self, database: Database) -> None:
        self._database = database

    def mark(self, pairs: Iterable[Pair]) -> None:
        """These windows must be counted (again). Sealed ones stay as they are."""
        with self._database.writing() as connection:
            seals = _seals(connection)
            rows = [
                {"brand": brand, "start": start, "generation": 1, "counted": 0}
                for brand, start in sorted(set(pairs))
                if brand not in seals or start >= seals[brand]
            ]
            upsert(connection, MARKS, rows, {"generation": MARKS.c.generation + 1})

    def dirty(self, limit: int | None = None, brand: str | None = None) -> list[DirtyWindow]:
        """Newest first; of every brand if none is named."""
        wanted = select(MARKS).where(MARKS.c.generation > MARKS.c.counted).order_by(MARKS.c.start.desc(), MARKS.c.brand)
        if brand is not None:
            wanted = wanted.where(MARKS.c.brand == brand)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.limit(limit)).all()
        return [DirtyWindow(row.brand, row.start, row.generation) for row in rows]

    def replace(self, dirty: DirtyWindow, tally: Tally) -> bool:
        """Write the whole window and clear its mark, unless it was marked again meanwhile.

        False if a newer count is there already, or the window was sealed: then nothing is written.
        """
        here = (MARKS.c.brand == dirty.brand) & (MARKS.c.start == dirty.start)
        with self._database.writing() as connection:
            seal = _seals(connection).get(dirty.brand)
            counted = connection.execute(select(MARKS.c.counted).where(here)).scalar()
            if (seal and dirty.start < seal) or counted is None or counted > dirty.generation:
                return False
            for table, rows in ((ROWS, tally.rows), (HASHTAGS, tally.hashtags)):
                connection.execute(delete(table).where(table.c.brand == dirty.brand, table.c.start == dirty.start))
                if rows:
                    connection.execute(table.insert(), [asdict(row) for row in rows])
            connection.execute(update(MARKS).where(here).values(counted=dirty.generation))
        return True

    def rows(self, brands: Sequence[str], since: datetime, until: datetime) -> list[WindowRow]:
        """``since`` ≤ start < ``until``, oldest first; of all brands if ``brands`` is empty."""
        with self._database.reading() as connection:
            found = connection.execute(_within(ROWS, brands, since, until)).mappings()
            return [WindowRow(**{**row, "sentiment": SentimentLabel(row["sentiment"])}) for row in found]

    def hashtag_rows(self, brands: Sequence[str], since: datetime, until: datetime) -> list[HashtagRow]:
        with self._database.reading() as connection:
            found = connection.execute(_within(HASHTAGS, brands, since, until)).mappings()
            return [HashtagRow(**{**row, "sentiment": SentimentLabel(row["sentiment"])}) for row in found]

    def first(self, brand: str) -> datetime | None:
        """Start of the oldest counted window with posts."""
        with self._database.reading() as connection:
            return connection.execute(select(func.min(ROWS.c.start)).where(ROWS.c.brand == brand)).scalar()

    def sums(self, brands: Sequence[str], since: datetime, until: datetime, by: By) -> list[Sum]:
        """Posts and reach by ``by`` and sentiment, added up where they lie; ordered by value."""
        table = HASHTAGS if by == "hashtag" else ROWS
        value = table.c[by]
        reach = func.sum(table.c.reach) if by != "hashtag" else func.sum(table.c.posts) * 0
        wanted = (
            select(value, table.c.sentiment, func.sum(table.c.posts), reach)
            .where(table.c.start >= since, table.c.start < until)
            .group_by(value, table.c.sentiment)
            .order_by(value, table.c.sentiment)
        )
        if brands:
            wanted = wanted.where(table.c.brand.in_(brands))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        return [Sum(row[0], SentimentLabel(row[1]), int(row[2]), int(row[3])) for row in rows]

    def by_platform(self, brand: str, since: datetime, until: datetime) -> dict[str, dict[datetime, int]]:
        """Posts by platform and window, added up where they lie."""
        wanted = (
            select(ROWS.c.platform, ROWS.c.start, func.sum(ROWS.c.posts))
            .where(ROWS.c.brand == brand, ROWS.c.start >= since, ROWS.c.start < until)
            .group_by(ROWS.c.platform, ROWS.c.start)
        )
        found: dict[str, dict[datetime, int]] = {}
        with self._database.reading() as connection:
            for platform, start, posts in connection.execute(wanted):
                found.setdefault(platform, {})[start] = int(posts)
        return found

    def seal_before(self, brand: str, before: datetime) -> None:
        """From now on windows of ``brand`` that start before ``before`` stay as they are, whatever goes or comes.

        Raises :class:`StateConflict` while one of them is dirty: it must be counted before its posts go.
        """
        with self._database.writing() as connection:
            open_ones = select(func.count()).where(
                MARKS.c.brand == brand, MARKS.c.start < before, MARKS.c.generation > MARKS.c.counted
            )
            if count := connection.execute(open_ones).scalar():
                raise StateConflict(f"{count} windows of brand '{brand}' are not counted yet: run 'earshot run' first.")
            seal = _seals(connection).get(brand)
            if seal is None or before > seal:
                upsert(connection, SEALS, [{"brand": brand, "before": before}])

    def note_leaving(self, places: Iterable[tuple[str, Pair]], at: datetime) -> None:
        """Posts are about to go from (or move out of) these windows; remembered until :meth:`settled`."""
        rows = [{"post_id": post_id, "brand": pair[0], "start": pair[1], "at": at} for post_id, pair in places]
        with self._database.writing() as connection:
            upsert(connection, LEAVING, rows, {})

    def leaving(self, post_ids: Iterable[str]) -> set[Pair]:
        """Windows that posts were about to leave when a process was killed between two steps."""
        with self._database.reading() as connection:
            return {
                (row.brand, row.start)
                for some in chunks(post_ids)
                for row in connection.execute(select(LEAVING).where(LEAVING.c.post_id.in_(some)))
            }

    def settle_left_behind(self, before: datetime) -> None:
        """What a process noted before ``before`` and never settled, because it was killed, is counted again."""
        with self._database.writing() as connection:
            rows = connection.execute(select(LEAVING).where(LEAVING.c.at < before)).all()
            if rows:
                self.mark((row.brand, row.start) for row in rows)
                connection.execute(delete(LEAVING).where(LEAVING.c.at < before))

    def settled(self, post_ids: Iterable[str]) -> None:
        with self._database.writing() as connection:
            for some in chunks(post_ids):
                connection.execute(delete(LEAVING).where(LEAVING.c.post_id.in_(some)))


def _seals(connection: Connection) -> dict[str, datetime]:
    return {row.brand: row.before for row in connection.execute(select(SEALS))}


def _within(table: Table, brands: Sequence[str], since: datetime, until: datetime) -> Select[tuple[object, ...]]:
    wanted = select(table).where(table.c.start >= since, table.c.start < until)
    if brands:
        wanted = wanted.where(table.c.brand.in_(brands))
    return wanted.order_by(table.c.start, *(column for column in table.primary_key.columns if column.name != "start"))
