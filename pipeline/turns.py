"""One at a time: a lock that a killed process cannot leave behind."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from listening.errors import TryLater

_POLL = 0.1  # seconds


@contextmanager
def one_at_a_time(home: Path, name: str, wait: float) -> Iterator[None]:
    """Hold the turn called ``name`` on this machine; raises :class:`TryLater` if it is not free in ``wait`` seconds.

    The kernel gives it back when the process ends, however it ends.
    """
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait
    with (folder / f"{name}.lock").open("a") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise TryLater(f"Another {name} run is still going on; this one is not needed.") from None
                time.sleep(_POLL)
        yield
