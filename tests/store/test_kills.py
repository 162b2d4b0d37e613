"""Kill -9 at any moment of a collection, start again: nothing lost, nothing doubled, the counts right."""

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from listening.collecting import Page, Removal, RemovalReason
from listening.windows import window_of
from store.protocol import Judgement, Search
from tests.store.making import NOW, assessment, native, page

from .conftest import ACME, Store

PAGES = 150
POSTS = 6
KILLS = 22
_FORK = multiprocessing.get_context("fork")  # imports take longer than the work; nothing is open yet when we fork


def _ids(number: int) -> list[int]:
    """Some posts stand on two pages, as on platforms whose lists move while they are read."""
    return [number * POSTS + n for n in range(POSTS)] + ([number * POSTS - 1] if number % 2 else [])


def _page(number: int) -> Page:
    posts = [native(n, f"Post {n} #acme", created_at=NOW - timedelta(minutes=n % 300)) for n in _ids(number)]
    gone = number % 10 == 9
    removed = (Removal(f"x:{(number - 3) * POSTS}", RemovalReason.DELETED),) if gone else ()
    return page(*posts, removed=removed, at=str(number))


def _gone() -> set[str]:
    return {f"x:{(number - 3) * POSTS}" for number in range(PAGES) if number % 10 == 9}


def _done(store: Store) -> int:
    cursor = store.ledger.cursors.get("acme", "x")
    return int(cursor.positions["x"].complete or 0) if cursor else -1


def _collect(home: Path) -> None:
    """One process: resumes where the cursor stands; judges and recounts now and then, as the pipeline does."""
    store = Store(home)
    for number in range(_done(store) + 1, PAGES):
        store.door.admit(_page(number), ACME, "x", NOW)
        if number % 4 == 3:
            waiting = store.index.unjudged("m1", "k1", 100)
            store.door.judge([Judgement(post, assessment()) for post in waiting], NOW)
            store.recount()
    store.close()


def _check_after_kill(home: Path) -> int:
    store = Store(home)
    try:
        done = _done(store)
        wanted = {f"x:{n}" for number in range(done + 1) for n in _ids(number)} - _gone()
        present = {post.id for post in store.index.get(sorted(wanted))}
        assert wanted == present, f"lost behind the cursor at page {done}: {sorted(wanted - present)[:5]}"
    finally:
        store.close()
    with apsw.Connection(str(home / "posts.db")) as posts:
        assert posts.pragma("integrity_check") == "ok"
        posts.execute("INSERT INTO terms (terms) VALUES ('integrity-check')")
    posts.close()
    ledger = sqlite3.connect(home / "ledger.db")
    assert ledger.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    ledger.close()
    return done


@pytest.mark.kills
def test_kills_at_random_moments(tmp_path: Path) -> None:
    seed = int(os.environ.get("EARSHOT_TEST_SEED", "0")) or random.randrange(1, 10**6)
    print(f"EARSHOT_TEST_SEED={seed} repeats these kills")
    chance = random.Random(seed)
    killed = 0
    for _ in range(KILLS):
        child = _FORK.Process(target=_collect, args=(tmp_path,))
        child.start()
        time.sleep(chance.uniform(0.01, 0.35))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        killed += child.exitcode == -signal.SIGKILL
        _check_after_kill(tmp_path)
        child.close()
    assert killed >= KILLS // 2

    _collect(tmp_path)

    store = Store(tmp_path)
    try:
        everything = {f"x:{n}" for number in range(PAGES) for n in _ids(number)} - _gone()
        ids = [post.id for post in store.index.stream(Search())]
        assert sorted(ids) == sorted(everything)
        assert all(store.ledger.vault.post(post_id) for post_id in random.Random(1).sample(sorted(everything), 50))
        waiting = store.index.unjudged("m1", "k1", 10_000)
        store.door.judge([Judgement(post, assessment()) for post in waiting], NOW + timedelta(hours=2))
        store.door.admit(page(), ACME, "x", NOW + timedelta(hours=2))
        store.recount()
        starts = {window_of(NOW - timedelta(minutes=n)) for n in range(300)}
        for start in starts:
            counted = store.ledger.windows.rows(("acme",), start, start + timedelta(minutes=15))
            assert tuple(counted) == store.index.tally("acme", start).rows
        assert sum(row.posts for row in store.ledger.windows.rows((), min(starts), max(starts))) > 0
    finally:
        store.close()


@pytest.mark.kills
def test_an_erasure_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    chance = random.Random(4)
    store = Store(tmp_path)
    posts = [native(n, f"Peculiarword{n} #acme", handle="canary_kestrel") for n in range(60)]
    store.door.admit(page(*posts), ACME, "x", NOW)
    store.close()
    for _ in range(4):
        child = _FORK.Process(target=_erase, args=(tmp_path,))
        child.start()
        time.sleep(chance.uniform(0.005, 0.1))
        os.kill(child.pid or 0, signal.SIGKILL)
        child.join()
        child.close()
    _erase(tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"eculiarword" not in path.read_bytes(), path
    store = Store(tmp_path)
    try:
        assert store.door.admit(page(*posts), ACME, "x", NOW).refused == 60
        assert store.index.count() == 0
    finally:
        store.close()


def _erase(home: Path) -> None:
    store = Store(home)
    store.door.erase_author("canary_kestrel", None, "desk", NOW)
    store.close()
