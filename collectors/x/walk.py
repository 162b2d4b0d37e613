"""One query of X, walked newest first: from what is new down to what was complete.

A walk has one stretch, or two where an earlier run was cut short. A stretch is bought newest first, and ends where X
has no further page.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from listening.collecting import Gap, GapReason, Position, Spent
from listening.errors import TryLater

from ..protocol import Request
from .answers import Answer
from .budget import Purse
from .ids import id_at, is_possible, read_id, time_of
from .server import BrokenOff, Server

RECENT = timedelta(days=7)
"""What X's recent search covers."""
_EDGE = timedelta(minutes=10)
"""So near the end of the window X is asked without a bound: one that has just left it would be refused."""
_UNKNOWN = timedelta(days=1)
"""After a longer silence nobody can say how many posts wait."""
_OFTEN = timedelta(hours=1)
"""While nothing can be bought, the gap is written down by the hour and not by the run."""
_MAX_PAGES = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one request, or none, brought. ``position`` None: the walk stays. ``looked``: it saw all up to ``now``."""

    answer: Answer = field(default_factory=Answer)
    gaps: tuple[Gap, ...] = ()
    spent: Spent = field(default_factory=Spent)
    position: Position | None = None
    looked: bool = False


class Walk:
    """Of one query, in one run. ``looked``: until when an earlier run looked, whatever it found."""

    def __init__(
        self, server: Server, query: str, source: str, purse: Purse, request: Request, looked: datetime | None
    ) -> None:
        self._server, self._query, self._source = server, query, source
        self._purse, self._request, self._looked = purse, request, looked
        self._edge = None if server.archive else request.now - RECENT
        self._counts = request.limit is None
        self._pages = 0
        self._counted: int | None = None
        self._has_counted = False
        self._bought = 0

    def steps(self, before: Position) -> Iterator[Step]:
        """First what an earlier run left unfinished, then what is new since."""
        if before.walk_from and before.walk_at:
            for step in self._stretch(before, int(before.walk_from), int(before.walk_at)):
                before = step.position or before
                yield step
            if before.walk_at:
                return
            self._has_counted, self._counted, self._bought = False, None, 0
        yield from self._stretch(before, None, None)

    def _stretch(self, before: Position, newest: int | None, oldest: int | None) -> Iterator[Step]:
        """Pages below ``oldest``, down to what is complete. On its last step ``walk_at`` is None."""
        now, looked = self._request.now, oldest is None
        floor = int(before.complete) if before.complete else id_at(self._request.since)
        since = time_of(floor) or self._request.since
        gaps = self._lost(since, oldest)
        bounds = self._bounds(before, since, oldest)
        unknown = self._looked is None or now - self._looked > _UNKNOWN
        token: str | None = None
        seen: set[str] = set()
        while not self._left_the_window(oldest if token is None else None):
            if self._count_first(unknown):
                yield from self._count(bounds)
            most = self._purse.posts(self._most(), self._counts and not self._has_counted)
            if not most:
                yield from self._out_of_money(since, newest, oldest, bounds, gaps, looked)
                return
            if self._pages >= _MAX_PAGES:
                return
            answer, spent = yield from self._ask(most, token, bounds)
            ids = [i for i in map(_id, answer.items) if i is not None and is_possible(i, now)]
            fresh = [i for i in ids if oldest is None or i < oldest]
            newest, oldest = max([*ids, newest or 0]) or None, min(fresh, default=oldest)
            token = answer.next_token
            if token is None or (oldest is not None and oldest <= floor):
                done = Position(complete=str(max(floor, newest or 0)))
                yield Step(answer=answer, gaps=gaps, spent=spent, position=done, looked=looked)
                return
            if token in seen or (ids and not fresh):
                yield Step(answer=answer, gaps=gaps, spent=spent)
                raise TryLater("X gives the same page again, however often it is asked: stopped there.")
            seen.add(token)
            at = Position(str(floor), str(newest), str(oldest)) if newest and oldest else None
            yield Step(answer=answer, gaps=gaps, spent=spent, position=at)
            gaps = ()
        yield Step(gaps=gaps, position=Position(complete=str(max(floor, newest or 0))), looked=looked)

    def _left_the_window(self, oldest: int | None) -> bool:
        """Whether X would refuse to go on below ``oldest``, because it no longer searches that time."""
        at = time_of(oldest) if oldest is not None else None
        return self._edge is not None and at is not None and at <= self._edge + _EDGE

    def _most(self) -> int:
        limit = self._request.limit
        return self._server.largest_page if limit is None else max(10, min(self._server.largest_page, limit))

    def _ask(self, most: int, token: str | None, bounds: dict[str, Any]) -> Generator[Step, None, tuple[Answer, Spent]]:
        """As a generator, because what an answer cost is told also where it broke off."""
        self._pages += 1
        try:
            answer = self._server.search(self._query, most, self._request.now, next_token=token, **bounds)
        except BrokenOff:
            # X may have sold all that was asked for; a budget that is never exceeded has to think so.
            yield Step(spent=Spent(requests=1, dollars=self._purse.pay_posts(most)))
            raise
        count = len(answer.items)
        self._bought += count
        return answer, Spent(requests=1, posts=count, dollars=self._purse.pay_posts(count))

    def _bounds(self, before: Position, since: datetime, oldest: int | None) -> dict[str, Any]:
        bounds: dict[str, Any] = {}
        if self._edge is None or since > self._edge + _EDGE:
            if before.complete:
                bounds["since_id"] = before.complete
            else:
                bounds["start_time"] = since
        if oldest is not None:
            bounds["until_id"] = oldest
        elif self._request.until and self._request.until < self._request.now - timedelta(minutes=1):
            bounds["end_time"] = self._request.until
        return bounds

    def _count_first(self, unknown: bool) -> bool:
        """Above its break-even a count is worth its price: where many may wait, or already turned out to."""
        if not self._counts or self._has_counted or not self._purse.can_count():
            return False
        return (unknown and self._pages == 0) or self._bought >= self._purse.prices.break_even

    def _count(self, bounds: dict[str, Any]) -> Iterator[Step]:
        """``_counted``: posts of this stretch, those that were bought already included."""
        self._has_counted = True
        try:
            self._counted = self._server.count(self._query, self._request.now, **bounds)
        except BrokenOff:
            yield Step(spent=Spent(requests=1, dollars=self._purse.pay_count()))
            raise
        yield Step(spent=Spent(requests=1, dollars=self._purse.pay_count()))

    def _out_of_money(
        self,
        since: datetime,
        newest: int | None,
        oldest: int | None,
        bounds: dict[str, Any],
        gaps: tuple[Gap, ...],
        looked: bool,
    ) -> Iterator[Step]:
        """The rest of the stretch is given up: X's recent search forgets it, and what is new matters more."""
        now = self._request.now
        ends = (time_of(oldest) if oldest is not None else None) or self._request.until or now
        since = max(since, self._edge or since)
        starts = max(since, self._looked or since)
        if newest is not None and starts >= ends:
            starts = since  # X indexed posts after we looked
        if newest is None and ends - starts < _OFTEN:
            return  # nothing is lost yet, and one gap an hour says as much as one a run
        if self._counts and not self._has_counted and self._purse.can_count():
            yield from self._count(bounds)
        if ends > starts:
            estimated = None if self._counted is None else max(0, self._counted - self._bought)
            gaps = (*gaps, self._gap(starts, ends, GapReason.BUDGET, estimated))
        # After the walk of an earlier run, the time since then is still to be looked at.
        yield Step(gaps=gaps, position=Position(complete=str(newest or id_at(ends))), looked=looked)

    def _lost(self, since: datetime, oldest: int | None) -> tuple[Gap, ...]:
        """What left X's window before it was bought."""
        if self._edge is None:
            return ()
        ends = (time_of(oldest) if oldest is not None else None) if self._left_the_window(oldest) else None
        ends, since = ends or self._edge, max(since, self._looked or since)
        return (self._gap(since, ends, GapReason.HISTORY_WINDOW),) if since < ends else ()

    def _gap(self, since: datetime, until: datetime, reason: GapReason, estimated: int | None = None) -> Gap:
        return Gap(source=self._source, since=since, until=until, reason=reason, estimated=estimated)


def _id(item: Any) -> int | None:
    return read_id(item.get("id")) if isinstance(item, dict) else None
