"""The seam that every platform implements, and the suite ``tests/contracts/collectors.py`` holds it to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from listening.collecting import Allowance, Cursor, Page
from listening.query import Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to collect: a query, from where, and how far back on the first time. ``now`` is the run's time (UTC)."""

    query: Query
    cursor: Cursor | None
    since: datetime
    until: datetime | None
    now: datetime
    limit: int | None = None
    """At most this many posts, for a look around; the cursor then stays where it was."""
    allowance: Allowance | None = None
    """What may still be spent, for platforms that are paid by what they give; None: nobody keeps an account, and the
    platform's own setting is the bound."""


class Collector(Protocol):
    """Reads one platform. Every client it uses is handed to it."""

    platform: str

    def collect(self, request: Request) -> Iterator[Page]:
        """Pages in an order in which each cursor is a safe place to resume.

        Raises :class:`~listening.errors.RateLimited` with the time to come back,
        :class:`~listening.errors.AccessDenied` if waiting does not help, :class:`~listening.errors.TryLater` for an
        outage. Pages yielded before it raised count.
        """
        ...
