"""Keys, versions of SQLite and of our tables, and disks that will not: a sentence each."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

import store.embedded.connections as connections
import store.ledger.database as database
from listening.errors import NotReady, StoreUnavailable
from store.embedded import EmbeddedIndex
from store.embedded.schema import check_engine
from store.keys import Keys
from store.ledger import Ledger
from tests.store.making import NOW, post

from .conftest import Store


def test_keys_are_made_once_and_belong_to_the_owner_alone(tmp_path: Path) -> None:
    first = Keys.at(tmp_path)
    again = Keys.at(tmp_path)
    assert first.author == again.author
    assert again.vault.decrypt(first.vault.encrypt(b"name")) == b"name"
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "secrets").iterdir()] == ["key"]
    assert first.author.hex() not in repr(first) and str(first.author) not in repr(first)


def test_two_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(Keys.at(tmp_path).author)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def _readable(key: Path) -> None:
    key.chmod(0o644)


def _short(key: Path) -> None:
    key.write_bytes(b"short")


def _lost(key: Path) -> None:
    key.unlink()
    (key.parent.parent / "ledger.db").touch()


@pytest.mark.parametrize(("harm", "sentence"), [(_readable, "chmod 600"), (_short, "5 bytes"), (_lost, "backup")])
def test_a_key_that_cannot_be_trusted_is_refused(tmp_path: Path, harm: Callable[[Path], None], sentence: str) -> None:
    Keys.at(tmp_path)
    harm(tmp_path / "secrets" / "key")
    with pytest.raises(NotReady, match=sentence):
        Keys.at(tmp_path)


def test_a_vault_sealed_with_another_key_is_named(tmp_path: Path) -> None:
    one, two = Keys.at(tmp_path / "one"), Keys.at(tmp_path / "two")
    sealed = one.vault.encrypt(b"name")
    with pytest.raises(NotReady, match="secrets/key"):
        two.vault.decrypt(sealed)


@pytest.mark.parametrize("version", ["3.40.1", "3.51.2", "3.7.0"])
def test_an_unsafe_engine_is_refused(version: str) -> None:
    with pytest.raises(NotReady, match=version):
        check_engine(version)


def test_the_engine_that_we_ship_is_safe(index: EmbeddedIndex) -> None:
    check_engine(apsw.sqlite_lib_version())
    connection = index._connections.here()
    settings = {name: connection.pragma(name) for name in ("journal_mode", "synchronous", "secure_delete")}
    assert settings == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_the_ledger_is_never_in_wal_mode(store: Store) -> None:
    with store.ledger.writing() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {p}").scalar() for p in ("journal_mode", "synchronous")]
    assert settings == ["delete", 2]
    store.ledger.close()
    raw = sqlite3.connect(store.home / "ledger.db")
    raw.execute("PRAGMA journal_mode=WAL")
    raw.close()
    with pytest.raises(NotReady, match="WAL"):
        Ledger.open(f"sqlite:///{store.home / 'ledger.db'}", store.keys)


def test_tables_of_a_newer_earshot_are_refused(store: Store) -> None:
    store.close()
    with apsw.Connection(str(store.home / "posts.db")) as posts:
        posts.pragma("user_version", 99)
    posts.close()
    raw = sqlite3.connect(store.home / "ledger.db")
    raw.execute("UPDATE schema_version SET version = 99")
    raw.commit()
    raw.close()
    with pytest.raises(NotReady, match="newer Earshot"):
        EmbeddedIndex(store.home / "posts.db")
    with pytest.raises(NotReady, match="newer Earshot"):
        Ledger.open(f"sqlite:///{store.home / 'ledger.db'}", store.keys)


def test_a_full_disk_is_a_sentence_and_loses_nothing(store: Store) -> None:
    store.index.save([post(1)])
    connection = store.index._connections.here()
    connection.pragma("max_page_count", connection.pragma("page_count") + 2)
    many = [post(n, "words " * 50) for n in range(2, 600)]
    with pytest.raises(StoreUnavailable, match="disk is full"):
        store.index.save(many)
    assert store.index.count() == 1
    connection.pragma("max_page_count", 1_000_000)
    assert len(store.index.save(many).new) == 598


def test_a_full_disk_under_the_ledger(store: Store) -> None:
    with store.ledger.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="disk is full"):
        store.ledger.tombstones.add([f"x:{n}" for n in range(2_000)], "r", NOW)
    assert store.ledger.tombstones.known(["x:1"]) == set()


def test_files_that_are_no_databases(tmp_path: Path) -> None:
    keys = Keys.at(tmp_path)
    for name in ("posts.db", "ledger.db"):
        (tmp_path / name).write_bytes(b"not a database, but long enough to look like one" * 50)
    with pytest.raises(StoreUnavailable, match="not a database"):
        EmbeddedIndex(tmp_path / "posts.db")
    with pytest.raises(StoreUnavailable, match="not a database"):
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}", keys)


def test_a_damaged_index(store: Store) -> None:
    store.index.save([post(n, "words " * 30) for n in range(200)])
    store.index.compact()
    store.index.close()
    path = store.home / "posts.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(StoreUnavailable, match="damaged"):
        EmbeddedIndex(path).get(["x:1"])


def test_a_lock_that_is_held_too_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_MS", 20)
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.02)
    index = EmbeddedIndex(store.home / "posts.db")
    ledger = Ledger.open(f"sqlite:///{store.home / 'ledger.db'}", store.keys)
    holder = store.index._connections.here()
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreUnavailable, match="another process"):
            index.save([post(1)])
        assert index.count() == 0  # a reader is not held up
        with store.ledger.writing(), pytest.raises(StoreUnavailable, match="another process"):
            ledger.tombstones.add(["x:1"], "r", NOW)
    finally:
        holder.execute("ROLLBACK")
        index.close()
        ledger.close()


def test_threads_share_a_store(store: Store) -> None:
    problems: list[BaseException] = []

    def write(part: int) -> None:
        try:
            for n in range(5):
                store.index.save([post(f"{part}-{n}-{k}") for k in range(4)])
                store.ledger.windows.mark([("acme", NOW)])
                store.index.count()
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert store.index.count() == 80
    assert [dirty.generation for dirty in store.ledger.windows.dirty()] == [20]
