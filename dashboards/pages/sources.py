"""Sources: whether we hear, what was missed, and, for those who run Earshot, what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from listening.brands import Role, Viewer
from listening.collecting import Gap
from listening.jsonform import Json
from listening.sources import State
from pipeline.sources import Status, status_to_json, statuses

from ..catalogue import Words
from ..desk import Desk
from ..problems import NotFound
from ..viewers import Visit

READERS = (Role.BRAND, Role.PR, Role.OPERATOR, Role.ADMIN)
_SEES_MONEY = (Role.OPERATOR, Role.ADMIN)
_HOUR = timedelta(hours=1)
_HEARS = (State.LISTENING, State.SILENT)
_TROUBLED = (State.DEAF, State.FAILING)


@dataclass(frozen=True, slots=True)
class Bar:
    """Posts of an hour, as part of the strip: its place and height in percent."""

    at: float
    height: float


@dataclass(frozen=True, slots=True)
class Strip:
    """The last seven days. ``unseen`` are gaps as (start, width) in percent; ``told`` says the same in words."""

    bars: tuple[Bar, ...]
    width: float
    unseen: tuple[tuple[float, float], ...]
    told: str


@dataclass(frozen=True, slots=True)
class Row:
    status: Status
    strip: Strip
    newest_gap: Gap | None


def router(desk: Desk) -> APIRouter:
    pages = APIRouter()

    @pages.get("/sources", include_in_schema=False)
    def sources(request: Request) -> HTMLResponse:
        visit = desk.visit(request)
        found = _found(desk, visit)
        return desk.page(
            request,
            visit,
            "sources.html",
            visit.words.say("Sources"),
            revision=desk.revision(visit.viewer),
            rows=[_row(visit.words, status) for status in found],
            troubled=sum(status.state in _TROUBLED for status in found),
            hearing=sum(status.state in _HEARS for status in found),
            sees_money=visit.viewer.role in _SEES_MONEY,
            hidden=desk.house.reader.hidden(),
        )

    @pages.get("/api/sources", summary="How every source is: its state, what was missed, what it costs")
    def as_json(request: Request) -> Json:
        visit = desk.visit(request)
        money = visit.viewer.role in _SEES_MONEY
        return {"sources": [status_to_json(status, money) for status in _found(desk, visit)]}

    return pages


def may_read(viewer: Viewer) -> bool:
    """HR sees crowds and no machinery."""
    return viewer.role in READERS


def _found(desk: Desk, visit: Visit) -> tuple[Status, ...]:
    if not may_read(visit.viewer):
        raise NotFound(visit.words.say("This page is not for your role."))
    known = {brand.key for brand in desk.brands(visit.viewer)}
    return statuses(desk.house, visit.words.now, [brand for brand in desk.house.brands if brand.key in known])


def _row(words: Words, status: Status) -> Row:
    newest = max(status.gaps, key=lambda gap: gap.until, default=None)
    return Row(status, _strip(words, status.strip, status.strip_since, status.gaps), newest)


def _strip(words: Words, hours: Sequence[int], since: datetime, gaps: Sequence[Gap]) -> Strip:
    whole = len(hours) * _HOUR
    highest = max([*hours, 1])
    width = 100 / len(hours)
    unseen = []
    for gap in gaps:
        start, end = max(gap.since, since), min(gap.until, since + whole)
        if start < end:
            unseen.append(
                (round(100 * ((start - since) / whole), 2), round(max(100 * ((end - start) / whole), 0.4), 2))
            )
    told = words.say_n("%(n)s post in the last 7 days", "%(n)s posts in the last 7 days", sum(hours))
    if unseen:
        stretches = words.say_n("%(n)s stretch not seen", "%(n)s stretches not seen", len(unseen))
        told = words.listing([told, stretches])
    bars = (
        Bar(round(number * width, 2), round(100 * count / highest, 1)) for number, count in enumerate(hours) if count
    )
    return Strip(tuple(bars), round(width * 0.9, 3), tuple(unseen), told)
