"""``make bench``: every stage on real posts, then the store and the model with their peers, printed as tables.

Each stage is a process of its own, so that its time and its peak memory are its own.
"""

import gzip
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.configuration import ROOT

POSTS = ROOT.parent / "shared" / "data" / "sentiment" / "dev.tsv.gz"


@dataclass(frozen=True, slots=True)
class Stage:
    """One measured process. ``rows`` is what it dealt with; ``said`` the last line it printed."""

    name: str
    rows: int
    seconds: float
    peak_mb: float
    said: str


def main() -> None:
    """Print all tables. ``make bench BENCH=stages`` (or ``store``, ``model``) prints one."""
    wanted = sys.argv[1:] or ["stages", "store", "model"]
    console = Console(width=110)
    if "stages" in wanted:
        _print_stages(console)
    for name in ("store", "model"):
        if name in wanted:
            module = {"store": "store.benchmark", "model": "sentiment.benchmark"}[name]
            subprocess.run([sys.executable, "-m", module], cwd=ROOT, check=True)


def _print_stages(console: Console) -> None:
    if not POSTS.is_file():
        console.print(f"{POSTS} is not here: the stages need a file of real posts and are left out.")
        return
    with gzip.open(POSTS, "rt", encoding="utf-8") as file:
        rows = sum(1 for _ in file) - 1
    table = Table("stage", "rows", "seconds", "rows/s", "peak MB", "said", box=None, pad_edge=False)
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as home:
        for stage in _stages(Path(home), rows):
            rate = f"{stage.rows / stage.seconds:,.0f}" if stage.rows else "–"
            table.add_row(
                stage.name, f"{stage.rows:,}", f"{stage.seconds:.1f}", rate, f"{stage.peak_mb:.0f}", stage.said
            )
    console.print(f"{rows:,} real posts in many languages ({POSTS.name}), one process a stage, embedded store")
    console.print(table)


def _stages(home: Path, rows: int) -> Iterator[Stage]:
    # The model's own time and memory show in the third stage: the first two load none.
    yield _measure("import", home, rows, "import", str(POSTS))
    yield _measure("import again", home, rows, "import", str(POSTS))
    yield _measure("run: judge all", home, rows, "run")
    yield _measure("run: nothing new", home, 0, "run")
    yield _measure("search '*' --json", home, rows, "search", "*", "--json")
    yield _measure("search, a word", home, 0, "search", "love")


def _measure(name: str, home: Path, rows: int, *arguments: str) -> Stage:
    environment = {
        **os.environ,
        "EARSHOT_HOME": str(home),
        "EARSHOT_PLATFORMS__FILES__ENABLED": "false",
        "COLUMNS": "200",
    }
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        child = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments], env=environment, cwd=ROOT, stdout=output
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(f"'earshot {' '.join(arguments)}' failed with {child.returncode}.")
        output.seek(0)
        said = _last_line(output.read().decode().splitlines())
    return Stage(name, rows, seconds, usage.ru_maxrss / 1024, said)


def _last_line(lines: Sequence[str]) -> str:
    if lines and lines[-1].startswith("{"):
        return f"{len(lines):,} lines of JSON"
    told = [line.strip() for line in lines if re.search(r"\d", line)]
    return next((line for line in told if "new posts for" in line or "judged" in line), told[-1] if told else "")[:60]


if __name__ == "__main__":
    main()
