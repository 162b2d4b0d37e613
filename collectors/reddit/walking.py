"""A listing is walked newest-first, because Reddit gives no other order, from page to page by the last thing of each.

Reddit's ``before`` gives nothing when the thing named was deleted, and so does ``after``: the way down is therefore
found again from the top, and where a walk may end is known by time and not by a thing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from listening.collecting import Gap, GapReason, Page, Position, Spent
from listening.errors import TryLater

from .door import Door, Listing
from .marks import Mark
from .posts import created, fullname
from .reading import Reader

_MAX_PAGES = 200
_FULL = 225
"""A listing that ends after so many was cut: Reddit says 1,000, and search often ends near 250 (November 2026)."""
_FULL_IF_KNOWN_ONES_ARE_MISSING = 90
"""Where something older was read before and is not met again, a shorter one was cut too: nobody deletes 90."""
_SPARES = 2
_ENOUGH = 3
"""Search sorts a little loosely: one old thing among new ones is not yet the end of the way."""


@dataclass(frozen=True, slots=True)
class Stream:
    """``key`` names its position, ``what`` for people what is asked. ``timed``: it may be told how far back to look."""

    key: str
    path: str
    what: str
    params: Mapping[str, str]
    timed: bool = False


class Walk:
    """One stream in one run. Yields each page with the position that holds once it is stored."""

    def __init__(
        self, door: Door, stream: Stream, reader: Reader, since: datetime, overlap: timedelta, page_size: int
    ) -> None:
        self._door, self._stream, self._reader = door, stream, reader
        self._since, self._overlap, self._page_size = since, overlap, page_size

    def pages(self, before: Position) -> Iterator[tuple[Page, Position]]:
        """An unfinished walk is ended first; then everything that came since."""
        complete, newest, at = (Mark.read(text) for text in (before.complete, before.walk_from, before.walk_at))
        if newest and at:
            yield from self._down(complete, newest, at)
            # What lies below was read just now, or by the process before: the next run goes over it again.
            yield from self._down(newest, None, None, newest)
            return
        yield from self._down(complete, None, None)

    def _down(
        self, complete: Mark | None, newest: Mark | None, at: Mark | None, floor: Mark | None = None
    ) -> Iterator[tuple[Page, Position]]:
        """From ``at``, or the top, to the time of ``complete`` and a little further; not below ``floor``."""
        overlap = timedelta(0) if floor else self._overlap
        target = max(complete.at - overlap, self._since) if complete else self._since
        after, lowest = at.name if at else None, at
        had: Mark | None = None  # everything above it was read already, before this walk began anew at the top
        rank, kept = at.rank if at else 0, 0
        began: Mark | None = None
        seen: set[str] = set()
        spares: list[str] = []
        asked = self._door.requests
        for _ in range(_MAX_PAGES):
            listing = self._page(after, target)
            if not listing.things and after is not None and spares:
                # The end looks so, and so does the place of a thing that was deleted meanwhile.
                after = spares.pop()
                continue
            marks = self._marks(listing.things, rank)
            if listing.things and marks and all(mark.name in seen for mark in marks) and listing.after:
                raise TryLater(f"{self._stream.what} on Reddit gives the same page again and again: stopped there.")
            rank += len(listing.things)
            fresh = [raw for raw in listing.things if self._is_wanted(raw, seen, had, target, floor)]
            seen |= {mark.name for mark in marks}
            if marks:
                began = began or marks[0]
                newest = newest or max(marks, key=lambda mark: mark.at)
                last = next((mark for mark in reversed(marks) if mark.at >= target), marks[-1])
                lowest = last if lowest is None or lowest.is_at_or_above(last) else lowest
                spares = [mark.name for mark in marks[-1 - _SPARES : -1]]
            page = self._reader.read(fresh, self._stream.key)
            page = replace(page, spent=Spent(requests=self._door.requests - asked, posts=len(listing.things)))
            asked = self._door.requests
            kept += len(page.posts)
            unfinished = Position(complete=str(complete) if complete else None)
            if newest and lowest:
                unfinished = replace(unfinished, walk_from=str(newest), walk_at=str(lowest))
            reached = bool(marks) and all(mark.at < target for mark in marks[-_ENOUGH:])
            ended = listing.after is None or not listing.things
            if ended and not reached and at is not None and had is None:
                # Was this the end, the place of a deleted thing, or did newer ones push the rest out of the listing?
                yield page, unfinished
                after, had, rank, seen, spares = None, lowest, 0, set(), []
                continue
            if ended or reached:
                met = reached or any(mark.at <= (complete.at if complete else self._since) for mark in marks)
                gaps = self._gaps(complete, lowest, None if met else began, rank, kept)
                end = newest or complete
                yield replace(page, gaps=gaps), Position(complete=str(end) if end else None)
                return
            yield page, unfinished
            after = listing.after
        raise TryLater(f"{self._stream.what} on Reddit never ends: stopped after {_MAX_PAGES} pages.")

    def _page(self, after: str | None, target: datetime) -> Listing:
        params = {**self._stream.params, "limit": str(self._page_size)}
        if after:
            params["after"] = after
        if self._stream.timed:
            params["t"] = _how_far_back(self._reader.now - target)
        return self._door.listing(self._stream.path, params, self._stream.what, self._reader.now)

    def _marks(self, things: list[Any], rank: int) -> list[Mark]:
        """Of all that has a name and a time that can be true. A time ahead of ours would hide what comes next."""
        found = ((fullname(raw), created(raw, self._reader.now), place) for place, raw in enumerate(things, rank + 1))
        now = self._reader.now
        return [Mark(min(at, now), name, place) for name, at, place in found if name is not None and at is not None]

    def _is_wanted(self, raw: Any, seen: set[str], had: Mark | None, target: datetime, floor: Mark | None) -> bool:
        name, at = fullname(raw), created(raw, self._reader.now)
        if name is None or at is None:
            return True
        mark = Mark(at, name)
        known = (had and mark.is_at_or_above(had)) or (floor and floor.is_at_or_above(mark))
        return name not in seen and at >= target and not known

    def _gaps(
        self, complete: Mark | None, lowest: Mark | None, began: Mark | None, rank: int, kept: int
    ) -> tuple[Gap, ...]:
        gaps = []
        since = max(complete.at, self._since) if complete else self._since
        if complete and complete.at < self._since:
            gaps.append(self._gap(complete.at, self._since, GapReason.HISTORY_WINDOW, None))
        full = _FULL_IF_KNOWN_ONES_ARE_MISSING if complete else _FULL
        if lowest and began and lowest.at > since and rank >= full:
            seconds = (began.at - lowest.at).total_seconds()
            missed = (lowest.at - since).total_seconds()
            estimated = round(kept / seconds * missed) if seconds > 0 else None
            gaps.append(self._gap(since, lowest.at, GapReason.PAGE_CAP, estimated))
        return tuple(gaps)

    def _gap(self, since: datetime, until: datetime, reason: GapReason, estimated: int | None) -> Gap:
        source = f"reddit {self._stream.key}"
        return Gap(source=source, since=since, until=until, reason=reason, estimated=estimated)


def _how_far_back(length: timedelta) -> str:
    """Reddit's words for the time that a search covers, with an hour to spare."""
    spans = (("day", 1), ("week", 7), ("month", 30), ("year", 365))
    return next((word for word, days in spans if length + timedelta(hours=1) <= timedelta(days=days)), "all")
