"""Connections to the index file: one for each thread, and errors as sentences."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from listening.errors import StoreUnavailable

from .schema import check_engine, prepare

BUSY_MS = 30_000
_CACHE_KIB = 16_384
_CHECKPOINT_PAGES = 8_000  # 32 MiB: a checkpoint every few batches, not after each

_SENTENCES: tuple[tuple[type[apsw.Error], str], ...] = (
    (apsw.FullError, "the disk is full: make room, nothing that was confirmed is lost"),
    (
        apsw.ReadOnlyError,
        "it cannot be written: check the rights of the file and whether the disk is mounted read-only",
    ),
    (apsw.BusyError, "another process holds it for too long: see which one with 'earshot doctor', then try again"),
    (apsw.LockedError, "another process holds it for too long: see which one with 'earshot doctor', then try again"),
    (
        apsw.CorruptError,
        "the file is damaged (malformed): stop Earshot, move the file away and collect or restore again",
    ),
    (apsw.NotADBError, "it is not a database: move the file away; Earshot makes a new one"),
    (apsw.CantOpenError, "it cannot be opened: check that the folder exists and may be written"),
    (apsw.IOError, "the disk reports an error: check the disk and the free space on it"),
)


@contextmanager
def in_sentences(path: Path) -> Iterator[None]:
    """SQLite's complaints as :class:`StoreUnavailable`, with what to do."""
    try:
        yield
    except tuple(kind for kind, _ in _SENTENCES) as error:
        sentence = next(text for kind, text in _SENTENCES if isinstance(error, kind))
        raise StoreUnavailable(f"The posts index {path}: {sentence}.") from error


class Connections:
    """Opens the file on first use in each thread; ``close`` closes them all."""

    def __init__(self, path: Path) -> None:
        check_engine(apsw.sqlite_lib_version())
        self.path = path
        self._own = threading.local()
        self._all: list[apsw.Connection] = []
        self._lock = threading.Lock()

    def here(self) -> apsw.Connection:
        """This thread's connection."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._opened()
            self._own.connection = connection
        return connection

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """One consistent view for several statements; never holds up a writer."""
        with in_sentences(self.path):
            connection = self.here()
            connection.execute("BEGIN")
            try:
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[apsw.Connection]:
        """All or nothing, durable on return. Keep it short: there is one writer at a time."""
        with in_sentences(self.path):
            connection = self.here()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            for connection in self._all:
                connection.close()
            self._all.clear()
        self._own = threading.local()

    def _opened(self) -> apsw.Connection:
        with in_sentences(self.path):
            connection = apsw.Connection(str(self.path))
            try:
                connection.set_busy_timeout(BUSY_MS)
                connection.pragma("journal_mode", "wal")
                connection.pragma("synchronous", "full")
                connection.pragma("secure_delete", True)
                connection.pragma("cache_size", -_CACHE_KIB)
                connection.pragma("wal_autocheckpoint", _CHECKPOINT_PAGES)
                connection.pragma("temp_store", "memory")
                prepare(connection, str(self.path))
            except BaseException:
                connection.close()
                raise
        with self._lock:
            self._all.append(connection)
        return connection
