"""All posts of the network, read in slices: each run goes on where the last one stopped, until it has caught up."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from listening.collecting import Page, Position, Removal
from listening.errors import AccessDenied, TryLater
from listening.posts import NativePost
from listening.query import Query

from ..failures import together
from ..protocol import Request
from .appview import AppView
from .plan import Plan, plan_for
from .reading import Slice, reached, read
from .stream import opened
from .wires import Wire, microseconds

_SETTLING = timedelta(seconds=1)
"""Within a walk: the order of the stream differs by milliseconds from that of its times."""
_OVERLAP = timedelta(seconds=60)
"""After a finished walk: where a host goes over from replay to live events, it has lost and shuffled some."""
_OTHER_HOST = timedelta(minutes=10)
"""Hosts see the same events at times of their own."""
_EARLIEST = 10**15
"""Smaller cursors are numbers of v2's own, and not times."""


class BlueskyCollector:
    """``hosts`` are addresses (``wss://…``) of one network: the one that was used last comes first, then the others."""

    platform = "bluesky"

    def __init__(self, hosts: Sequence[str], wire: Wire, appview: AppView | None, size: Slice | None = None) -> None:
        self.hosts = tuple(hosts)
        self._wire, self._appview, self._size = wire, appview, size or Slice()

    def plan(self, query: Query) -> Plan:
        """What is read, and what no post can answer."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by host, in microseconds: ``complete`` of a walk that had caught up, ``walk_at`` of one that
        goes on from there."""
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        last = max(positions, key=lambda host: reached(positions[host]), default=None)
        failures: list[TryLater | AccessDenied] = []
        for host in sorted(self.hosts, key=lambda host: host != last):
            at = _start(positions, last, host, request)
            try:
                stream = opened(self._wire.address(host, at), request.now, self._size.silence)
            except (TryLater, AccessDenied) as error:
                failures.append(error)
                continue
            with closing(stream):
                pages = read(stream, self._wire, self._appview, self._size, host, at, positions, request)
                yield from pages if request.limit is None else _first(pages, request.limit)
            return
        raise together(failures, False, request.now)

    def still_there(self, id_here: str, native_id: str, now: datetime) -> NativePost | Removal | None:
        """What became of a post that was collected: its present form, or its removal; None where nobody can say.
        Raises as :meth:`collect` does."""
        return self.still_there_many({id_here: native_id}, now).get(id_here)

    def still_there_many(self, native_ids: Mapping[str, str], now: datetime) -> dict[str, NativePost | Removal]:
        """The same for many, 25 a request; both sides by id here."""
        return self._appview.posts(native_ids, now) if self._appview else {}


def _start(positions: Mapping[str, Position], last: str | None, host: str, request: Request) -> int:
    """Where to begin, in microseconds: a little before the place where the last walk stopped."""
    if last is None:
        return max(_EARLIEST, microseconds(request.since))
    rewind = _OTHER_HOST if host != last else _SETTLING if positions[last].walk_at else _OVERLAP
    stopped = min(reached(positions[last]), microseconds(request.now))  # a cursor from the future skips what is new
    return max(_EARLIEST, stopped - rewind // timedelta(microseconds=1))


def _first(pages: Iterator[Page], limit: int) -> Iterator[Page]:
    """A look around: so many posts, and no cursor."""
    for page in pages:
        yield replace(page, posts=page.posts[:limit], cursor=None)
        limit -= len(page.posts[:limit])
        if limit <= 0:
            return
