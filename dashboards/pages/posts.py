"""Posts: search with filters, and the way to the original of one for those who may."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from listening.errors import NotAllowed, QueryError
from listening.query import parse
from sentiment.scores import MeasuredScore
from store.protocol import FacetField, Hits

from ..addresses import FIELDS, Order, Selection, read_selection
from ..catalogue import Words, mark
from ..desk import Desk
from ..measured import Measured, measured
from ..problems import NotFound
from ..shown import Marker, web_address
from ..told import told
from ..viewers import Visit
from .cards import MAY_LOOK, cards

_PAGE = 20
_TOP = 12
_ORDERS: tuple[tuple[Order, str], ...] = (
    ("newest", mark("Newest first")),
    ("oldest", mark("Oldest first")),
    ("reach", mark("Most reach first")),
)
_SIDE = ("sentiment", "language", "platform", "hashtag", "risk", "theme", "kind", "brand")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that narrows the list now; its address is the list without it."""

    family: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class FacetRow:
    value: str
    name: str
    posts: int
    chosen: bool
    address: str
    measured: Measured | None
    """Of a language: how well it is judged."""


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    rows: tuple[FacetRow, ...]


def router(desk: Desk) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/posts")
    def posts(request: Request) -> HTMLResponse:
        visit = desk.visit(request)
        hits, problem = None, None
        selection = Selection(q=request.query_params.get("q", ""))
        try:
            selection = read_selection(request.query_params, visit.words.zone)
            search = selection.search(_PAGE)
            hits = desk.house.reader.search(visit.viewer, search)
        except (QueryError, NotAllowed) as error:
            problem = told(visit.words, error.sentence)
        return _list(desk, request, visit, selection, hits, problem)

    @pages.get("/posts/{post_id:path}/original")
    def original(request: Request, post_id: str) -> Response:
        return RedirectResponse(_address_in_vault(desk, request, post_id), status_code=303)

    return pages


def _list(
    desk: Desk, request: Request, visit: Visit, selection: Selection, hits: Hits | None, problem: str | None
) -> HTMLResponse:
    words = visit.words
    marker = Marker.of(parse(selection.q)) if hits and selection.q.strip() else Marker()
    return desk.page(
        request,
        visit,
        "posts.html",
        words.say("Posts"),
        400 if problem else 200,
        revision=desk.revision(visit.viewer),
        problem=problem,
        selection=selection,
        kept=[(name, value) for name, value in selection.pairs() if name != "q"],
        chosen=_chips(desk, words, selection),
        total=hits.total if hits else None,
        orders=[(key, name, replace(selection, order=key, after=None).address()) for key, name in _ORDERS],
        posts=cards(hits.posts if hits else (), words, visit.viewer, marker),
        next=replace(selection, after=hits.next).address() if hits and hits.next else None,
        facets=_facets(desk, visit, selection) if hits else [],
    )


def _chips(desk: Desk, words: Words, selection: Selection) -> list[Chip]:
    chips = [
        Chip(
            desk.label(words, "facet", name),
            desk.label(words, name, value),
            selection.removing(name, value).address(),
        )
        for name, value in selection.chosen
    ]
    filters = selection.filters
    if filters.since or filters.until:
        ends = (
            words.exact(filters.since) if filters.since else "…",
            words.exact(filters.until) if filters.until else "…",
        )
        chips.append(Chip(words.say("Time"), " – ".join(ends), selection.narrowed(since=None, until=None).address()))
    if filters.dated_only:
        chips.append(
            Chip(words.say("Date"), words.say("only posts with a date"), selection.narrowed(dated_only=False).address())
        )
    return chips


def _facets(desk: Desk, visit: Visit, selection: Selection) -> list[Facet]:
    fields = tuple(cast(FacetField, FIELDS[name]) for name in _SIDE)
    counted = desk.house.reader.facets(visit.viewer, replace(selection, after=None).search(1), fields, top=_TOP)
    facets = []
    scores = desk.house.measured_scores
    for name in _SIDE:
        rows = tuple(
            _facet_row(desk, visit.words, selection, name, count.value, count.posts, scores)
            for count in counted.get(FIELDS[name], ())
        )
        if rows:
            facets.append(Facet(name, rows))
    return facets


def _facet_row(
    desk: Desk,
    words: Words,
    selection: Selection,
    name: str,
    value: str,
    posts: int,
    scores: Mapping[str, MeasuredScore],
) -> FacetRow:
    chosen = value in getattr(selection.filters, FIELDS[name])
    change = selection.removing if chosen else selection.adding
    how_well = measured(words, value, scores) if name == "language" else None
    return FacetRow(value, desk.label(words, name, value), posts, chosen, change(name, value).address(), how_well)


def _address_in_vault(desk: Desk, request: Request, post_id: str) -> str:
    """Where the original stands. Every look is written to the audit log before it is answered."""
    visit = desk.visit(request)
    viewer, words = visit.viewer, visit.words
    if viewer.role not in MAY_LOOK:
        raise NotAllowed(words.say("Only PR may look up where a post stands; every look is logged."))
    found = desk.house.reader.post(viewer, post_id)
    identity = desk.house.ledger.vault.post(post_id) if found else None
    address = web_address(identity.native_url if identity else None) or web_address(found.url if found else None)
    if address is None:
        raise NotFound(words.say("Nothing is known of where this post stands."))
    desk.house.ledger.audit.append(
        by=visit.by,
        role=viewer.role.value,
        action="look at the original",
        subject=post_id,
        reason="attribution",
        case="",
        at=words.now,
    )
    return address
