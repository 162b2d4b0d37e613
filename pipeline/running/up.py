"""Start everything on this machine, show how it goes, keep it running until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx
from rich.console import Console

from listening.errors import NotReady, TryLater
from listening.settings import Settings
from pipeline.configuration import ROOT
from pipeline.running import airflow
from pipeline.running.children import Children
from pipeline.running.example import plant
from pipeline.turns import one_at_a_time

_GIVE_UP = 180.0  # seconds until a part that does not answer is called broken
_LOOK_EVERY = 1.0


class _Stop(Exception):
    """Somebody asked us to end."""


def up(settings: Settings, console: Console) -> None:
    """Runs until Ctrl-C or ``make down``. A second run starts in seconds and loses nothing.

    Raises :class:`NotReady` with a sentence when a port is taken, or when Earshot runs here already.
    """
    home = Path(settings.home)
    try:
        with one_at_a_time(home, "up", wait=0):
            _run(settings, home, console)
    except TryLater:
        raise NotReady(
            f"Earshot already runs from {home}: open {address(settings)}, or stop it with `make down`."
        ) from None


def address(settings: Settings) -> str:
    return f"http://{settings.dashboard.host}:{settings.dashboard.port}"


def _run(settings: Settings, home: Path, console: Console) -> None:
    began = time.monotonic()
    children = Children(home)
    if left := children.stop_leftovers():
        console.print(f"Ended {left} processes that an earlier run left behind.")
    _check_ports(settings)
    (home / "run" / "up.pid").write_text(str(os.getpid()))
    signal.signal(signal.SIGTERM, _on_terminate)
    environment = airflow.environment(settings, os.environ)
    try:
        children.start("dashboard", [sys.executable, "-m", "dashboards"], environment)
        if settings.example and (planted := plant(home, datetime.now(UTC))):
            console.print(
                f"No brand is configured yet, so an invented company stands in: {planted} posts of examples/. "
                "`earshot init` writes your own."
            )
        _wait(console, "Dashboard", lambda: _answers(address(settings) + "/api/health"), children, "dashboard")
        console.print(f"[bold]Dashboard[/bold]  {address(settings)}")
        _first_cycle(console, environment)
        console.print(f"Posts, sentiment and alerts are on the dashboard after {time.monotonic() - began:.0f} s.")
        children.start("airflow", ["airflow", "standalone"], environment)
        health = f"http://127.0.0.1:{settings.airflow.port}/api/v2/monitor/health"
        _wait(console, "Airflow", lambda: _answers(health), children, "airflow")
        console.print(f"[bold]Airflow[/bold]    http://127.0.0.1:{settings.airflow.port}")
        console.print(f"Listening. Ready after {time.monotonic() - began:.0f} s; Ctrl-C stops everything.")
        _watch(children, console)
    except (KeyboardInterrupt, _Stop):
        console.print("\nStopping …")
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        children.stop()
        (home / "run" / "up.pid").unlink(missing_ok=True)
    console.print(f"Stopped. Everything is kept in {home}.")


def _on_terminate(number: int, frame: FrameType | None) -> None:
    raise _Stop


def _check_ports(settings: Settings) -> None:
    wanted = (
        (settings.dashboard.host, settings.dashboard.port, "the dashboard", "EARSHOT_DASHBOARD__PORT"),
        ("127.0.0.1", settings.airflow.port, "Airflow", "EARSHOT_AIRFLOW__PORT"),
    )
    for host, port, what, variable in wanted:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise NotReady(
                    f"Port {port}, wanted for {what}, cannot be used ({error.strerror}): stop the program that has it, "
                    f"or choose another with {variable}={port + 1}."
                ) from error


def _first_cycle(console: Console, environment: dict[str, str]) -> None:
    """One cycle at once, in a process of its own: nobody should wait for a scheduler to see the first posts."""
    command = [sys.executable, "-m", "pipeline.cli", "run"]
    with console.status("Collecting and judging the first posts …"):
        ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    for line in (ran.stdout + ran.stderr).strip().splitlines():
        console.print(f"  {line}", highlight=False, markup=False)
    if ran.returncode not in (0, os.EX_TEMPFAIL):
        raise NotReady("The first cycle failed; the lines above say why. `earshot doctor` checks all parts.")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def _wait(console: Console, what: str, ready: Callable[[], bool], children: Children, name: str) -> None:
    began = time.monotonic()
    with console.status(f"{what} is starting …") as status:
        while not ready():
            waited = time.monotonic() - began
            if name in children.ended() or waited > _GIVE_UP:
                raise NotReady(f"{what} did not start; the end of {children.log_of(name)} says:\n{children.tail(name)}")
            status.update(f"{what} is starting … {waited:.0f} s")
            time.sleep(_LOOK_EVERY / 4)


def _watch(children: Children, console: Console) -> None:
    while True:
        time.sleep(_LOOK_EVERY)
        for name in children.ended():
            raise NotReady(f"The {name} ended by itself; the end of its log says:\n{children.tail(name)}")


def down(settings: Settings) -> bool:
    """Stop what ``up`` started; returns whether anything ran. Waits until all of it is gone."""
    home = Path(settings.home)
    try:
        pid = int((home / "run" / "up.pid").read_text())
        os.kill(pid, signal.SIGTERM)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return Children(home).stop_leftovers() > 0
    with one_at_a_time(home, "up", wait=60):
        return True
