"""Files of an earlier Earshot are brought up to date, also by a process that is killed over it."""

import multiprocessing
import os
import signal
from pathlib import Path

import apsw
import pytest

from listening.errors import NotReady
from store.embedded import EmbeddedIndex
from store.embedded.schema import VERSION, prepare
from store.protocol import Judgement, Search
from tests.store.making import assessment, post

_FORK = multiprocessing.get_context("fork")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The index as schema 1 left it, with a judged post."""
    path = tmp_path / "posts.db"
    index = EmbeddedIndex(path)
    index.save([post(1)])
    index.assess([Judgement(post(1), assessment())])
    index.close()
    with apsw.Connection(str(path)) as connection:
        connection.execute("DROP TABLE vectors; PRAGMA user_version = 1")
    connection.close()
    return path


def _check(path: Path) -> None:
    index = EmbeddedIndex(path)
    assert index.get(["x:1"])[0].assessment == assessment()
    assert index.assess([Judgement(post(1), assessment(vector=b"123"))]) == 1
    assert index.get(["x:1"])[0].assessment == assessment(vector=b"123")
    assert index.search(Search()).total == 1
    index.close()
    with apsw.Connection(str(path)) as connection:
        assert connection.pragma("user_version") == VERSION
    connection.close()


def test_an_old_file_is_brought_up_to_date(old: Path) -> None:
    _check(old)


@pytest.mark.kills
@pytest.mark.parametrize("fresh", [False, True])
def test_a_kill_in_between_leaves_what_was_there(old: Path, fresh: bool) -> None:
    if fresh:
        old.unlink()
    child = _FORK.Process(target=_killed_at_commit, args=(old,))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    child.close()
    with apsw.Connection(str(old)) as connection:
        assert connection.pragma("user_version") == (0 if fresh else 1)
    connection.close()
    if fresh:
        index = EmbeddedIndex(old)
        index.save([post(1)])
        index.assess([Judgement(post(1), assessment())])
        index.close()
    _check(old)


def _killed_at_commit(path: Path) -> None:
    connection = apsw.Connection(str(path))
    connection.pragma("journal_mode", "wal")
    connection.set_commit_hook(lambda: os.kill(os.getpid(), signal.SIGKILL))
    prepare(connection, str(path))


def test_a_newer_file_is_refused(old: Path) -> None:
    with apsw.Connection(str(old)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(NotReady, match="newer Earshot"):
        EmbeddedIndex(old)
