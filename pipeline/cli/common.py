"""What the verbs share: the open house, the present moment, a console, and who is asking."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console

from listening.brands import Role, Viewer
from listening.errors import UnreadableInput

if TYPE_CHECKING:
    from pipeline.wiring import House

console = Console(highlight=False)
progress = Console(stderr=True, highlight=False)
OPERATOR = Viewer(role=Role.ADMIN, purpose="command line of the machine's owner")
"""Whoever has a shell on the machine can read the files; a role would protect nothing from them."""


@contextmanager
def open_house() -> "Iterator[House]":
    """The house by the settings of this environment."""
    from pipeline.configuration import read_settings
    from pipeline.wiring import House

    with House(read_settings(os.environ)) as house:
        yield house


def present() -> datetime:
    return datetime.now(UTC)


def moment(text: str | None, name: str) -> datetime | None:
    """Reads a time as people type it: ISO 8601; without a zone it is UTC."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnreadableInput(
            f"--{name} {text!r} is no time: write it like 2026-11-22 or 2026-11-22T09:30:00Z."
        ) from error
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
