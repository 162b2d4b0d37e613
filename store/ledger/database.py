"""The ledger's database: transactions, error sentences, and the few things in which SQLite and PostgreSQL differ."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Dialect, Engine, MetaData, QueuePool, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import TypeDecorator

from listening.errors import NotReady, StateConflict, StoreUnavailable

METADATA = MetaData()
BUSY_SECONDS = 30
CHUNK = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SENTENCES = (
    ("disk is full", "the disk is full: make room, nothing that was confirmed is lost"),
    ("readonly", "it cannot be written: check the rights of the file and whether the disk is mounted read-only"),
    ("locked", "another process holds it for too long: try again"),
    ("malformed", "the file is damaged: stop Earshot and restore it from your backup"),
    ("not a database", "it is not a database: move the file away or restore it from your backup"),
    ("unable to open", "it cannot be opened: check that the folder exists and may be written"),
    ("disk I/O error", "the disk reports an error: check the disk and the free space on it"),
)

Row = Mapping[str, Any]


class Moment(TypeDecorator[datetime]):
    """An aware UTC time, kept as microseconds since 1970: exact and in order in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Database:
    """Hands out transactions. A ``writing`` inside a ``writing`` of the same thread joins it: all commit, or none."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = _engine(url)
        self._own = threading.local()

    @property
    def place(self) -> str:
        """The address for messages, without password."""
        return self._engine.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view. Keep it short: with SQLite a reader holds up a writer's commit."""
        if current := self._current():
            yield current
            return
        with self._in_sentences(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing, durable on return. No network, no slow work inside: there is one writer at a time."""
        if current := self._current():
            yield current
            return
        with (
            self._in_sentences(),
            self._engine.connect().execution_options(writing=True) as connection,
            connection.begin(),
        ):
            self._own.connection = connection
            try:
                yield connection
            finally:
                self._own.connection = None

    def compact(self) -> None:
        """Rewrites an SQLite file, so that nothing of what was deleted is left in it."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._in_sentences():
            raw = self._engine.raw_connection()
            try:
                raw.cursor().execute("VACUUM")
            except sqlite3.Error as error:
                raise StoreUnavailable(f"The ledger {self.place}: {_sentence(error)}.") from error
            finally:
                raw.close()

    def close(self) -> None:
        self._engine.dispose()

    def _current(self) -> Connection | None:
        return getattr(self._own, "connection", None)

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as error:
            raise StateConflict("Somebody else wrote the same entry of the ledger: read it again.") from error
        except DBAPIError as error:
            raise StoreUnavailable(f"The ledger {self.place}: {_sentence(error.orig)}.") from error


def upsert(connection: Connection, table: Table, rows: Sequence[Row], update: Mapping[str, Any] | None = None) -> None:
    """Insert ``rows``. One with the same primary key is overwritten, or gets ``update`` (empty: stays as it is)."""
    if not rows:
        return
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    keys = [column.name for column in table.primary_key.columns]
    if update is None:
        update = {name: insert.excluded[name] for name in rows[0] if name not in keys}
    wish = insert.on_conflict_do_update(index_elements=keys, set_=update) if update else insert.on_conflict_do_nothing()
    connection.execute(wish, [dict(row) for row in rows])


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Distinct values in portions that fit into one statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), CHUNK):
        yield distinct[start : start + CHUNK]


def _sentence(error: object) -> str:
    text = str(error)
    return next((sentence for sign, sentence in _SENTENCES if sign in text), "it does not answer: see whether it runs")


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True)
    # Each thread that reads at the same time needs a connection of its own; opening one costs next to nothing.
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=8, max_overflow=-1, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    """Python's SQLite is older than the mend of the WAL-reset bug: a rollback journal it must be."""
    connection.isolation_level = None
    cursor = connection.cursor()
    try:
        (mode,) = cursor.execute("PRAGMA journal_mode").fetchone()
        if mode == "wal":
            raise NotReady(
                "The ledger is in WAL mode, in which this Python's SQLite can lose committed entries: close all "
                "programs that use it and run \"sqlite3 ledger.db 'PRAGMA journal_mode=DELETE'\"."
            )
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
    finally:
        cursor.close()


def _begin(connection: Connection) -> None:
    # A transaction that will write says so at once: a later change from reading to writing could not wait for its turn.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
