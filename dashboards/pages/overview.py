"""The overview: the first sentence, volume over time, and who says it where, how and in which language."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from listening.assessments import SentimentLabel
from listening.brands import Role, Viewer
from listening.errors import QueryError
from sentiment.scores import MeasuredScore
from store.protocol import Filters, Search

from .. import charts
from ..addresses import PENDING, Selection
from ..catalogue import Words, mark
from ..counts import ORDER
from ..desk import Desk
from ..labels import label
from ..measured import Measured, measured
from ..periods import NAMES, Period, read_period
from ..sentence import Findings, Silence, tell
from ..told import told
from ..viewers import Visit
from .cards import cards
from .readings import read_band, read_buckets, read_total, table

_BREAKDOWNS: tuple[tuple[Literal["hashtag", "platform", "language"], str], ...] = (
    ("hashtag", mark("By hashtag")),
    ("platform", mark("By platform")),
    ("language", mark("By language")),
)
_MOST_ROWS = 8
_LATEST = 5


@dataclass(frozen=True, slots=True)
class BarPart:
    """A piece of a stacked bar, in percent of the longest bar."""

    name: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class BarRow:
    name: str
    total: int
    address: str
    negative_address: str
    told: str
    parts: tuple[BarPart, ...]
    measured: Measured | None
    """Of a language: how well it is judged."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    name: str
    title: str
    rows: tuple[BarRow, ...]


def router(desk: Desk) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    def overview(request: Request) -> HTMLResponse:
        visit = desk.visit(request)
        anything = desk.house.reader.search(visit.viewer, Search(limit=1)).total
        if not anything:
            return _first(desk, request, visit)
        problem, status = None, 200
        try:
            period = read_period(request.query_params, visit.words.now, visit.words.zone)
        except QueryError as error:
            problem, status = told(visit.words, error.sentence), 400
            period = read_period(type(request.query_params)(""), visit.words.now, visit.words.zone)
        return _full(desk, request, visit, period, problem, status)

    return pages


def _first(desk: Desk, request: Request, visit: Visit) -> HTMLResponse:
    """No post yet: what is going on, and what to do."""
    return desk.page(
        request,
        visit,
        "first.html",
        visit.words.say("Overview"),
        brands=desk.brands(visit.viewer),
        sources=desk.house.reader.sources(visit.viewer),
        revision=desk.revision(visit.viewer),
        waits=True,
    )


def _full(desk: Desk, request: Request, visit: Visit, period: Period, problem: str | None, status: int) -> HTMLResponse:
    words, viewer, reader = visit.words, visit.viewer, desk.house.reader
    known = desk.brands(viewer)
    chosen = tuple(b.key for b in known if b.key in request.query_params.getlist("brand"))
    shown = [b for b in known if b.key in chosen] or list(known)
    selection = Selection(filters=Filters(brands=chosen, since=period.since, until=period.until, dated_only=True))
    buckets = read_buckets(reader, viewer, chosen, period)
    band = read_band(reader, viewer, chosen, period)
    gaps = reader.gaps(viewer, chosen, period.since, period.until)
    incidents = [i for i in reader.incidents(viewer) if not chosen or i.brand in chosen]
    posts = read_total(reader, viewer, chosen, period, buckets)
    judged = selection.narrowed(sentiments=tuple(name.value for name in ORDER))
    breakdowns = [_breakdown(desk, words, viewer, by, title, period, selection) for by, title in _BREAKDOWNS]
    found = _findings(desk, viewer, period, selection, [b.name for b in shown], posts)
    local = [at.astimezone(period.zone) for at in (period.since, period.until - timedelta(seconds=1))]
    return desk.page(
        request,
        visit,
        "overview.html",
        words.say("Overview"),
        status,
        charts=True,
        revision=desk.revision(viewer),
        problem=problem,
        incidents=[i for i in incidents if i.is_active][:3],
        sentence=tell(words, found),
        period=period,
        days=[at.date().isoformat() for at in local],
        tabs=[(key, name, _tab(key, chosen, period)) for key, name in NAMES.items()],
        brands=known,
        chosen_brands=chosen,
        several=len(shown) > 1,
        crowd_only=viewer.role is Role.HR,
        legend=[
            (name.value, posts[name], selection.narrowed(sentiments=(name.value,)).address())
            for name in ORDER
            if posts[name]
        ],
        chart=charts.volume(words, period, buckets, selection, band, gaps, incidents),
        band=band,
        gaps=gaps,
        order=[name.value for name in ORDER],
        rows=table(words, period, buckets, judged),
        breakdowns=breakdowns,
        posts=cards(reader.search(viewer, selection.search(_LATEST)).posts, words, viewer),
        all_posts=selection.address(),
    )


def _tab(key: str, chosen: tuple[str, ...], period: Period) -> str:
    filters = Filters(brands=chosen)
    if key == "custom":
        filters = Filters(brands=chosen, since=period.since, until=period.until)
    address = Selection(filters=filters).address("/")
    return f"{address}{'&' if '?' in address else '?'}period={key}"


def _findings(
    desk: Desk, viewer: Viewer, period: Period, selection: Selection, names: list[str], posts: Counter[str]
) -> Findings:
    reader = desk.house.reader
    brands = selection.filters.brands
    usual = reader.usual(viewer, brands, period.since, period.until)
    facets = reader.facets(viewer, selection.search(1), ("sentiments", "languages", "themes", "risks"), top=5)
    waiting = sum(c.posts for c in facets.get("sentiments", ()) if c.value == PENDING)
    return Findings(
        period=period.key,
        since=period.since,
        until=period.until,
        selection=selection.narrowed(sentiments=tuple(name.value for name in ORDER)) if waiting else selection,
        brand_names=names,
        posts=posts,
        usual_posts=usual.posts if usual.weeks_seen >= 2 else None,
        usual_share=usual.negative_share if usual.weeks_seen >= 2 else None,
        languages=[(c.value, c.posts) for c in facets.get("languages", ())],
        themes=[(c.value, c.posts) for c in facets.get("themes", ())],
        risks=[(c.value, c.posts) for c in facets.get("risks", ())],
        silences=_silences(desk, viewer, brands),
        waiting=waiting,
        crowd_only=viewer.role is Role.HR,
    )


def _silences(desk: Desk, viewer: Viewer, brands: tuple[str, ...]) -> list[Silence]:
    """One for each platform that fails, with its earliest moment."""
    worst: dict[str, Silence] = {}
    for source in desk.house.reader.sources(viewer):
        if source.failing_since and (not brands or source.brand in brands):
            known = worst.get(source.platform)
            if known is None or source.failing_since < known.since:
                worst[source.platform] = Silence(
                    platform=source.platform, since=source.failing_since.astimezone(UTC), why=source.last_error
                )
    return list(worst.values())


def _breakdown(
    desk: Desk,
    words: Words,
    viewer: Viewer,
    by: Literal["hashtag", "platform", "language"],
    title: str,
    period: Period,
    selection: Selection,
) -> Breakdown:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for part in desk.house.reader.breakdown(viewer, by, selection.filters.brands, period.since, period.until):
        counts[part.value][part.sentiment] += part.posts
    ranked = sorted(counts.items(), key=lambda item: (-item[1].total(), item[0]))[:_MOST_ROWS]
    longest = max((posts.total() for _, posts in ranked), default=1)
    scores = desk.house.measured_scores if by == "language" else {}
    rows = tuple(_bar_row(words, by, value, posts, longest, selection, scores) for value, posts in ranked)
    return Breakdown(by, title, rows)


def _bar_row(
    words: Words,
    by: str,
    value: str,
    posts: Counter[str],
    longest: int,
    selection: Selection,
    scores: Mapping[str, MeasuredScore],
) -> BarRow:
    here = selection.adding(by, value)
    parts, at = [], 0.0
    for name in ORDER:
        width = round(100 * posts[name] / longest, 2)
        if width:
            parts.append(BarPart(name.value, round(at, 2), width))
            at += width
    told = words.listing(f"{label(words, 'sentiment', n)} {words.number(posts[n])}" for n in ORDER if posts[n])
    return BarRow(
        name=label(words, by, value),
        total=posts.total(),
        address=here.address(),
        negative_address=here.narrowed(sentiments=(SentimentLabel.NEGATIVE.value,)).address(),
        told=told,
        parts=tuple(parts),
        measured=measured(words, value, scores) if by == "language" else None,
    )
