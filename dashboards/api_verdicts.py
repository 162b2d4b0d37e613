"""Corrections over the JSON API: the same actions as the pages, under the same Viewer and the same protection."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from listening.assessments import SentimentLabel
from listening.errors import NotAllowed
from listening.jsonform import Json, moment, post_to_json
from listening.posts import Post
from listening.verdicts import LONGEST_REASON, Verdict
from pipeline import actions

from . import security
from .api import ERRORS
from .desk import Desk
from .problems import NotFound
from .viewers import Visit

_MORE: dict[int | str, dict[str, Any]] = dict.fromkeys((403, 409), ERRORS[404])

PostId = Annotated[str, Path(description="A post's id")]
Token = Annotated[str, Header(alias="X-Earshot-Token", description="The value of the cookie earshot_csrf")]


class Correction(BaseModel):
    """What a reviewer says of a post; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    sentiment: SentimentLabel | None = None
    dismissed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    reason: Annotated[str, Field(max_length=LONGEST_REASON)] = ""


class Undo(BaseModel):
    """Which correction to take back; none is the newest."""

    model_config = ConfigDict(extra="forbid")

    number: int | None = None


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/api/posts", responses={**ERRORS, **_MORE})

    @api.get("/{post_id:path}/verdicts", summary="What reviewers said of a post, oldest first")
    def verdicts(request: Request, post_id: PostId) -> Json:
        visit = desk.visit(request)
        return _answer(desk, visit, _there(desk, visit, post_id))

    @api.post("/{post_id:path}/verdicts", summary="Correct a post: it outranks model and categories")
    def correct(request: Request, post_id: PostId, correction: Correction, token: Token = "") -> Json:
        visit = _ours(desk, request, token)
        _there(desk, visit, post_id)
        after = actions.correct(
            desk.house,
            visit.viewer,
            visit.by,
            post_id,
            visit.words.now,
            sentiment=correction.sentiment,
            dismissed=correction.dismissed,
            missed=correction.missed,
            reason=correction.reason,
        )
        return _answer(desk, visit, after)

    @api.post("/{post_id:path}/verdicts/undo", summary="Take a correction back")
    def undo(request: Request, post_id: PostId, which: Undo, token: Token = "") -> Json:
        visit = _ours(desk, request, token)
        _there(desk, visit, post_id)
        after = actions.uncorrect(desk.house, visit.viewer, visit.by, post_id, visit.words.now, which.number)
        return _answer(desk, visit, after)

    return api


def _ours(desk: Desk, request: Request, token: str) -> Visit:
    if not security.is_ours(request, token):
        raise NotAllowed(
            "This request brings no proof that it comes from you: send the cookie earshot_csrf, which any page sets, "
            "and its value in the header X-Earshot-Token."
        )
    return desk.visit(request)


def _there(desk: Desk, visit: Visit, post_id: str) -> Post:
    post = desk.house.reader.post(visit.viewer, post_id)
    if post is None:
        raise NotFound("There is no such post, or it is gone, or it is not for your role.")
    return post


def _answer(desk: Desk, visit: Visit, post: Post) -> Json:
    log = desk.house.reader.verdicts(visit.viewer, post.id)
    return {"post": post_to_json(post), "verdicts": [_verdict(entry) for entry in log]}


def _verdict(entry: Verdict) -> Json:
    return {
        "number": entry.number,
        "at": moment(entry.at),
        "by": entry.by,
        "role": entry.role.value,
        "sentiment": entry.sentiment.value if entry.sentiment else None,
        "dismissed": list(entry.dismissed),
        "missed": list(entry.missed),
        "undoes": entry.undoes,
        "reason": entry.reason,
        "said": entry.said.value if entry.said else None,
        "model_revision": entry.model_revision,
        "risk_revision": entry.risk_revision,
    }
