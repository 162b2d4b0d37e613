"""SIGKILL anywhere in a cycle, and run it again: no post lost, none doubled, no alert twice (R1 and A2, short)."""

import json
import multiprocessing
import multiprocessing.process
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

import apsw
import pytest

from listening.alerting import Delivery, DeliveryState
from pipeline.configuration import read_settings
from pipeline.cycle import run_cycle
from pipeline.wiring import House
from store.protocol import Search

from ..alerts.webserver import Hook, serving
from .conftest import NOW, Drop, crisis

pytestmark = pytest.mark.kills

KILLS = 50
BETWEEN = timedelta(minutes=20)
SEED = 20_261_122
_HOOK = """
[[channel]]
kind = "webhook"
name = "hook"
url = "http://127.0.0.1:{port}/earshot"
secret = "a long word for tests"
allow_private = true

[[route]]
channels = ["hook"]
"""
# Children are forked from a process that has everything imported: a kill should hit the work, not the start.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["pipeline.cycle", "pipeline.configuration", "transformers", "onnxruntime"])


def _cycles(environ: dict[str, str], moments: list[datetime], ready: Event, go: Event) -> None:
    with House(read_settings(environ)) as house:
        _ = house.judge
        ready.set()
        go.wait()
        for at in moments:
            run_cycle(house, at)


def _start(environ: dict[str, str], moments: list[datetime]) -> multiprocessing.process.BaseProcess:
    ready, go = _FORKS.Event(), _FORKS.Event()
    child = _FORKS.Process(target=_cycles, args=(environ, moments, ready, go))
    child.start()
    assert ready.wait(60), "the cycle did not start"
    go.set()
    return child


@pytest.fixture
def hook(environ: dict[str, str]) -> Iterator[Hook]:
    """A real HTTP server that every incident is told to."""
    with serving() as receiver:
        config = Path(environ["EARSHOT_CONFIG"], "hook.toml")
        config.write_text(_HOOK.format(port=receiver.port))
        yield receiver


def test_killed_fifty_times_nothing_is_lost_and_nobody_is_told_twice(
    environ: dict[str, str], drop: Drop, hook: Hook
) -> None:
    """Every round drops another file and kills the cycle at a random moment of the time that a whole one takes."""
    chance = random.Random(SEED)
    rounds = killed = 0
    whole, at = 0.5, NOW  # whole: seconds of a cycle that nobody kills
    expected: set[str] = set()
    while killed < KILLS:
        rounds += 1
        name = f"r{rounds:03}"
        at += BETWEEN
        later = (at - NOW).total_seconds() / 60
        rows = [
            {**row, "id": f"{name}-{row['id']}", "author": f"{name}_{row['author']}"} for row in crisis(6, 15 - later)
        ]
        expected |= {f"x:{row['id']}" for row in rows}
        drop(f"{name}.jsonl", rows)
        child = _start(environ, [at])
        began = time.monotonic()
        child.join(chance.uniform(0, whole))
        if child.is_alive():
            child.kill()
            child.join()
            killed += child.exitcode == -signal.SIGKILL
        else:
            assert child.exitcode == 0
            whole = min(3.0, 0.7 * whole + 0.3 * (time.monotonic() - began))
        child.close()
        assert rounds < 3 * KILLS, "cycles end before they can be killed: the test kills too late"

    last = at + timedelta(minutes=1)
    child = _start(environ, [last, last + timedelta(minutes=1)])
    child.join(120)
    assert child.exitcode == 0
    child.close()

    with House(read_settings(environ)) as house:
        stored = [post.id for post in house.index.stream(Search())]
        assert sorted(stored) == sorted(expected), f"seed {SEED}, {rounds} rounds"
        assert not house.ledger.windows.dirty(10)
        counted = house.ledger.windows.rows(("veldhaven",), NOW - timedelta(days=1), last + timedelta(days=1))
        assert sum(row.posts for row in counted) == len(expected)
        incidents = house.ledger.incidents.recent("veldhaven", since=NOW - timedelta(days=1))
        told = [alert.fingerprint for incident in incidents for alert in incident.alerts]
        assert told
        assert len(told) == len(set(told))
        deliveries = [d for incident in incidents for d in house.ledger.deliveries.of(incident.id)]
        assert len({(d.incident_id, d.channel) for d in deliveries}) == len(deliveries)
    _assert_told_once(hook, [d for d in deliveries if d.channel == "hook"], killed)
    _assert_sound(Path(environ["EARSHOT_HOME"]))


def test_killed_between_the_arrival_and_our_knowing_of_it_the_message_says_so(
    environ: dict[str, str], drop: Drop, hook: Hook
) -> None:
    drop("posts.jsonl", crisis())
    hook.thinks = 2.0
    child = _start(environ, [NOW])
    deadline = time.monotonic() + 60
    while not hook.arrivals and time.monotonic() < deadline:
        time.sleep(0.01)
    child.kill()
    child.join()
    child.close()
    assert len(hook.arrivals) == 1

    hook.thinks = 0
    child = _start(environ, [NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)])
    child.join(120)
    child.close()

    bodies = [json.loads(arrival.body) for arrival in hook.arrivals]
    first = bodies[0]["key"]
    assert [body["maybe_repeat"] for body in bodies if body["key"] == first] == [False, True]
    assert [body["maybe_repeat"] for body in bodies if body["key"] != first] == [False] * (len(bodies) - 2)


def _assert_told_once(hook: Hook, deliveries: list[Delivery], killed: int) -> None:
    """Every message arrived; the same one again only where it says that it may be a repeat."""
    marks: dict[str, list[bool]] = {}
    for arrival in hook.arrivals:
        body = json.loads(arrival.body)
        assert body["key"] == arrival.header("Idempotency-Key")
        marks.setdefault(body["key"], []).append(body["maybe_repeat"])
    assert marks
    assert {delivery.key for delivery in deliveries} <= set(marks)
    assert all(delivery.state is DeliveryState.DELIVERED for delivery in deliveries)
    assert all(repeats.count(False) <= 1 for repeats in marks.values())
    assert len(hook.arrivals) - len(marks) <= killed


def _assert_sound(home: Path) -> None:
    index = apsw.Connection(str(home / "posts.db"))
    assert index.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    index.close()
    ledger = sqlite3.connect(home / "ledger.db")
    assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert ledger.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    ledger.close()
