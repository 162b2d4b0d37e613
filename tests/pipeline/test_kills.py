"""SIGKILL anywhere in a cycle, and run it again: no post lost, none doubled, no alert twice (short forms of R1 and A2)."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from pipeline.configuration import ROOT, read_settings
from pipeline.wiring import House
from store.protocol import Search

from .conftest import NOW, Drop, crisis

pytestmark = pytest.mark.kills

KILLS = 50
SEED = 20_261_122
_CYCLE = """
import os, sys
from datetime import datetime
from pipeline.configuration import read_settings
from pipeline.cycle import run_cycle
from pipeline.wiring import House
with House(read_settings(os.environ)) as house:
    _ = house.judge  # loaded before the clock starts: kills should hit the work, not the start
    print("ready", flush=True)
    sys.stdin.readline()
    for text in sys.argv[1:]:
        run_cycle(house, datetime.fromisoformat(text))
print("done", flush=True)
"""


def _start(environ: dict[str, str], runs: list[str]) -> "subprocess.Popen[bytes]":
    child = subprocess.Popen(
        [sys.executable, "-c", _CYCLE, *runs],
        env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def _go(child: "subprocess.Popen[bytes]") -> None:
    assert child.stdin is not None
    child.stdin.write(b"go\n")
    child.stdin.flush()


def test_killed_fifty_times_nothing_is_lost_and_nobody_is_told_twice(environ: dict[str, str], drop: Drop) -> None:
    """Every round drops another file and kills the cycle at a random moment of the time that a whole one takes."""
    chance = random.Random(SEED)
    rounds, at, whole = 0, NOW, 0.5
    killed = 0
    expected: set[str] = set()
    while killed < KILLS:
        rounds += 1
        name = f"r{rounds:03}"
        rows = [{**row, "id": f"{name}-{row['id']}", "author": f"{name}_{row['author']}"} for row in crisis(6)]
        expected |= {f"x:{row['id']}" for row in rows}
        drop(f"{name}.jsonl", rows)
        at += timedelta(minutes=1)
        child = _start(environ, [at.isoformat()])
        began = time.monotonic()
        _go(child)
        try:
            child.wait(timeout=chance.uniform(0, whole))
            whole = 0.7 * whole + 0.3 * (time.monotonic() - began)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            killed += child.wait() == -signal.SIGKILL
        assert child.stdin is not None and child.stdout is not None
        child.stdin.close()
        child.stdout.close()
        assert rounds < 3 * KILLS, "cycles end before they can be killed: the test kills too late"

    last = at + timedelta(minutes=1)
    child = _start(environ, [last.isoformat(), (last + timedelta(minutes=1)).isoformat()])
    out, _ = child.communicate(b"go\n", timeout=120)
    assert out.endswith(b"done\n")

    home = Path(environ["EARSHOT_HOME"])
    with House(read_settings(environ)) as house:
        stored = [post.id for post in house.index.stream(Search())]
        assert sorted(stored) == sorted(expected), f"seed {SEED}, {rounds} rounds"
        assert not house.ledger.windows.dirty(10)
        rows = house.ledger.windows.rows(("veldhaven",), NOW - timedelta(days=1), last + timedelta(days=1))
        assert sum(row.posts for row in rows) == len(expected)
        incidents = house.ledger.incidents.recent("veldhaven", since=NOW - timedelta(days=1))
        told = [alert.fingerprint for incident in incidents for alert in incident.alerts]
        assert len(told) == len(set(told))
        deliveries = [d for incident in incidents for d in house.ledger.deliveries.of(incident.id)]
        assert len({(d.incident_id, d.channel) for d in deliveries}) == len(deliveries)
    _assert_sound(home)


def _assert_sound(home: Path) -> None:
    index = apsw.Connection(str(home / "posts.db"))
    assert index.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    index.close()
    ledger = sqlite3.connect(home / "ledger.db")
    assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert ledger.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    ledger.close()
