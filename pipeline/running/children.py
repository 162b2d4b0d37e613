"""Child processes that end with us. If we are killed, what was started is written down and ended next time."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_PATIENCE = 20.0  # seconds between asking a child to end and ending it; Airflow needs some


@dataclass
class Children:
    """Starts processes, each in a session of its own with its output in a log file, and stops them all."""

    home: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def _register(self) -> Path:
        return self.home / "run" / "children.json"

    def log_of(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start ``command`` as child ``name``. Its log begins anew."""
        log = self.log_of(name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self.running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
        self._write_down()

    def ended(self) -> list[str]:
        """Names of the children that ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def tail(self, name: str, lines: int = 5) -> str:
        """The last lines of a child's log."""
        return "\n".join(self.log_of(name).read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """Ask every child to end, wait, then insist. Only what was started here is touched."""
        families = [family for process in self.running.values() for family in _family(process.pid)]
        _end(families)
        for process in self.running.values():
            process.wait()
        self.running.clear()
        self._register.unlink(missing_ok=True)

    def stop_leftovers(self) -> int:
        """End what an earlier run left behind when it was killed; returns how many processes that were."""
        try:
            noted = json.loads(self._register.read_text())
        except (FileNotFoundError, ValueError):
            return 0
        left = [member for pid, began in noted.values() for member in _family(pid, began)]
        _end(left)
        self._register.unlink(missing_ok=True)
        return len(left)

    def _write_down(self) -> None:
        self._register.parent.mkdir(parents=True, exist_ok=True)
        noted = {}
        for name, process in self.running.items():
            try:
                noted[name] = (process.pid, psutil.Process(process.pid).create_time())
            except psutil.NoSuchProcess:
                continue  # ended at once: :meth:`ended` reports it
        self._register.write_text(json.dumps(noted))


def _family(pid: int, began: float | None = None) -> list[psutil.Process]:
    """A process and all below it; empty if it is gone, or if the number belongs to somebody else by now."""
    try:
        head = psutil.Process(pid)
        if began is not None and abs(head.create_time() - began) > 1:
            return []
        return [head, *head.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _end(processes: Sequence[psutil.Process]) -> None:
    for process in processes:
        _signal(process, signal.SIGTERM)
    _, alive = psutil.wait_procs(processes, timeout=_PATIENCE)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=_PATIENCE)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        os.kill(process.pid, number) if process.is_running() else None
    except ProcessLookupError:
        return  # ended meanwhile, which is what we want
