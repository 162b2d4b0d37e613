"""One post with all that is known of it, and what the forms below any post do: correct it, take that back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from listening.assessments import SentimentLabel
from listening.errors import NotAllowed, StateConflict
from listening.posts import Post
from listening.verdicts import Verdict, standing
from pipeline import actions

from .. import security
from ..addresses import post_path
from ..catalogue import Words
from ..desk import Desk
from ..hidden import visible
from ..labels import label
from ..problems import NotFound, status_of
from ..shown import Marker, display
from ..told import told
from ..viewers import Visit
from .cards import anchor_of, card

_LABELS: dict[str, SentimentLabel | None] = {"": None, **{name.value: name for name in SentimentLabel}}


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log of what reviewers said. ``stands``: nobody took it back."""

    entry: Verdict
    what: str
    reason: Markup
    stands: bool
    of_this_text: bool


def router(desk: Desk) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/posts/{post_id:path}")
    def post(request: Request, post_id: str) -> HTMLResponse:
        visit = desk.visit(request)
        return _page(desk, request, visit, _there(desk, visit, post_id))

    @pages.post("/posts/{post_id:path}/correct", response_model=None)
    def correct(
        request: Request,
        post_id: str,
        token: Annotated[str, Form()] = "",
        sentiment: Annotated[str, Form()] = "",
        dismissed: Annotated[list[str] | None, Form()] = None,
        missed: Annotated[list[str] | None, Form()] = None,
        reason: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> RedirectResponse | HTMLResponse:
        def do(visit: Visit) -> None:
            if sentiment not in _LABELS:
                raise NotFound(visit.words.say("There is no such action."))
            actions.correct(
                desk.house,
                visit.viewer,
                visit.by,
                post_id,
                visit.words.now,
                sentiment=_LABELS[sentiment],
                dismissed=[name for name in dismissed or () if name],
                missed=[name for name in missed or () if name],
                reason=reason,
            )

        return _act(desk, request, post_id, token, back, do)

    @pages.post("/posts/{post_id:path}/uncorrect", response_model=None)
    def uncorrect(
        request: Request,
        post_id: str,
        token: Annotated[str, Form()] = "",
        number: Annotated[int | None, Form()] = None,
        back: Annotated[str, Form()] = "",
    ) -> RedirectResponse | HTMLResponse:
        def do(visit: Visit) -> None:
            actions.uncorrect(desk.house, visit.viewer, visit.by, post_id, visit.words.now, number)

        return _act(desk, request, post_id, token, back, do)

    return pages


def _act(
    desk: Desk, request: Request, post_id: str, token: str, back: str, do: Callable[[Visit], None]
) -> RedirectResponse | HTMLResponse:
    """Do it and go back to where the form stood; what may not be done is explained on the post's own page."""
    visit = desk.visit(request)
    if not security.is_ours(request, token):
        raise NotAllowed(
            visit.words.say("This request did not come from a page of this dashboard: open the post and try again.")
        )
    found = _there(desk, visit, post_id)
    try:
        do(visit)
    except StateConflict as error:
        return _page(desk, request, visit, found, told(visit.words, error.sentence), status_of(error))
    place = back if _is_here(back) else post_path(post_id)
    return RedirectResponse(f"{place}#{anchor_of(post_id)}", 303)


def _is_here(address: str) -> bool:
    """Whether it leads to a page of ours, however a browser may read it."""
    if not address.startswith("/") or "\\" in address or any(ord(c) < 33 for c in address):
        return False
    parts = urlsplit(address)
    return not parts.netloc and not parts.fragment and not address.startswith("//")


def _there(desk: Desk, visit: Visit, post_id: str) -> Post:
    found = desk.house.reader.post(visit.viewer, post_id)
    if found is None:
        raise NotFound(visit.words.say("There is no such post, or it is gone, or it is not for your role."))
    return found


def _page(
    desk: Desk, request: Request, visit: Visit, found: Post, problem: str | None = None, status: int = 200
) -> HTMLResponse:
    return desk.page(
        request,
        visit,
        "post.html",
        visit.words.say("One post"),
        status,
        problem=problem,
        entry=card(found, visit.words, visit.viewer),
        log=_log(desk, visit, found),
        back=post_path(found.id),
        json_address=f"/api/posts?id={quote(found.id, safe='')}",
        shown_id=visible(found.id),
    )


def _log(desk: Desk, visit: Visit, found: Post) -> list[Logged]:
    entries = desk.house.reader.verdicts(visit.viewer, found.id)
    in_force = standing(entries)
    text = desk.house.ledger.verdicts.hash_of(found)
    return [
        Logged(
            entry=entry,
            what=_what(visit.words, entry, entries),
            reason=display(entry.reason, Marker(), None),
            stands=entry.undoes is not None or entry in in_force,
            of_this_text=entry.text == text,
        )
        for entry in entries
    ]


def _what(words: Words, entry: Verdict, log: tuple[Verdict, ...]) -> str:
    if entry.undoes is not None:
        return words.say("takes back what was said at %(when)s", when=words.clock(log[entry.undoes - 1].at))
    parts = []
    if entry.sentiment:
        after, before = label(words, "sentiment", entry.sentiment), label(words, "sentiment", entry.said or "pending")
        same = entry.sentiment is entry.said
        parts.append(
            words.say("%(label)s, as the model said", label=after)
            if same
            else words.say("%(after)s, where the model said %(before)s", after=after, before=before)
        )
    parts += [words.say("wrongly found: %(risk)s", risk=label(words, "risk", name)) for name in entry.dismissed]
    parts += [words.say("missed: %(risk)s", risk=label(words, "risk", name)) for name in entry.missed]
    return "; ".join(parts)
