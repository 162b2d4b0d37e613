"""Alerts: the list, one incident with all that explains it, and what people can do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from listening.alerting import Alert, Event, EventKind, Incident, allowed
from listening.brands import Role
from listening.errors import NotAllowed, StateConflict
from pipeline import actions
from store.protocol import Filters

from .. import charts, security
from ..addresses import Selection
from ..catalogue import Words, mark
from ..counts import ORDER
from ..desk import Desk
from ..periods import DAY, HOUR, Period
from ..problems import NotFound, status_of
from ..told import told
from ..viewers import Visit
from .cards import Card, card
from .readings import read_buckets, table

_EVIDENCE = 5
_SILENCES = (1, 4, 8, 24, 72)
_NOTICE_FOR = timedelta(minutes=10)

_Act = Callable[..., Incident]
_ACTIONS: Mapping[str, tuple[_Act, EventKind]] = {
    "acknowledge": (actions.acknowledge, EventKind.ACKNOWLEDGED),
    "unacknowledge": (actions.unacknowledge, EventKind.UNACKNOWLEDGED),
    "silence": (actions.silence, EventKind.SILENCED),
    "unsilence": (actions.unsilence, EventKind.UNSILENCED),
    "resolve": (actions.resolve, EventKind.RESOLVED),
    "reopen": (actions.reopen, EventKind.REOPENED),
    "dismiss": (actions.dismiss, EventKind.DISMISSED),
}
_NOTICES = {
    EventKind.ACKNOWLEDGED: mark("You have taken it."),
    EventKind.SILENCED: mark("It is silenced."),
    EventKind.RESOLVED: mark("It is resolved."),
    EventKind.DISMISSED: mark("It is marked as not an alert."),
}
_UNDO = {
    EventKind.ACKNOWLEDGED: "unacknowledge",
    EventKind.SILENCED: "unsilence",
    EventKind.RESOLVED: "reopen",
    EventKind.DISMISSED: "reopen",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """What was just done, and the action that takes it back."""

    text: str
    undo: str


@dataclass(frozen=True, slots=True)
class Explained:
    title: str
    counted: str
    against: str
    why_now: str
    address: str | None
    more: int
    """How many other alerts the same rule raised in this incident."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the log: what happened, and how often in a row."""

    event: Event
    times: int


def router(desk: Desk) -> APIRouter:
    pages = APIRouter(include_in_schema=False)

    @pages.get("/alerts")
    def alerts(request: Request) -> HTMLResponse:
        visit = desk.visit(request)
        incidents = desk.house.reader.incidents(visit.viewer)
        active = [incident for incident in incidents if incident.is_active]
        active.sort(key=lambda i: (i.severity.rank, i.opened_at), reverse=True)
        return desk.page(
            request,
            visit,
            "alerts.html",
            visit.words.say("Alerts"),
            revision=desk.revision(visit.viewer),
            active=active,
            unowned=sum(incident.owner is None for incident in active),
            ended=[incident for incident in incidents if not incident.is_active],
        )

    @pages.get("/alerts/{incident_id}")
    def alert(request: Request, incident_id: str) -> HTMLResponse:
        return _detail(desk, request, incident_id)

    @pages.post("/alerts/{incident_id}/{action}", response_model=None)
    def act(
        request: Request,
        incident_id: str,
        action: str,
        token: Annotated[str, Form()] = "",
        hours: Annotated[int, Form(ge=1, le=24 * 14)] = 4,
    ) -> RedirectResponse | HTMLResponse:
        visit = desk.visit(request)
        if action not in _ACTIONS:
            raise NotFound(visit.words.say("There is no such action."))
        if not security.is_ours(request, token):
            raise NotAllowed(
                visit.words.say(
                    "This request did not come from a page of this dashboard: open the alert and try again."
                )
            )
        do, kind = _ACTIONS[action]
        extra = {"until": visit.words.now + timedelta(hours=hours)} if kind is EventKind.SILENCED else {}
        if desk.house.reader.incident(visit.viewer, incident_id) is None:
            raise NotFound(visit.words.say("There is no such alert, or it is not for your role."))
        try:
            do(desk.house, visit.viewer, visit.by, incident_id, visit.words.now, **extra)
        except StateConflict as error:
            return _detail(desk, request, incident_id, told(visit.words, error.sentence), status_of(error))
        return RedirectResponse(f"/alerts/{quote(incident_id, safe='')}?done={kind}", 303)

    return pages


def _detail(
    desk: Desk, request: Request, incident_id: str, problem: str | None = None, status: int = 200
) -> HTMLResponse:
    visit = desk.visit(request)
    words, viewer = visit.words, visit.viewer
    incident = desk.house.reader.incident(viewer, incident_id)
    if incident is None:
        raise NotFound(words.say("There is no such alert, or it is not for your role."))
    latest = sorted(incident.alerts, key=lambda a: a.at, reverse=True)
    period = _around(incident, words)
    selection = Selection(filters=Filters(brands=(incident.brand,), dated_only=True))
    buckets = read_buckets(desk.house.reader, viewer, (incident.brand,), period)
    whole = selection.narrowed(sentiments=tuple(name.value for name in ORDER))
    return desk.page(
        request,
        visit,
        "alert.html",
        incident.title,
        status,
        charts=True,
        revision=desk.revision(viewer),
        problem=problem,
        incident=incident,
        done=_notice(request, words, incident),
        alerts=_explained_by_rule(incident),
        log=_log(incident.events),
        chart=charts.volume(words, period, buckets, selection, incidents=[incident]),
        order=[name.value for name in ORDER],
        rows=table(words, period, buckets, whole),
        posts=_evidence(desk, visit, latest),
        playbooks=_playbooks(desk, latest),
        allowed=_possible(visit, incident),
        silences=[(hours, words.lasting(timedelta(hours=hours))) for hours in _SILENCES],
        deliveries=desk.house.reader.deliveries(viewer, incident.id),
    )


def _around(incident: Incident, words: Words) -> Period:
    """A day and a half before it opened, and what followed, three days at most."""
    opened = incident.opened_at.replace(minute=0, second=0, microsecond=0)
    until = min(words.now.replace(minute=0, second=0, microsecond=0) + HOUR, opened + 36 * HOUR)
    return Period("custom", opened - DAY - 12 * HOUR, until, HOUR, words.zone)


def _notice(request: Request, words: Words, incident: Incident) -> Notice | None:
    """Only for what really was the last thing done, and just now: an old address tells no tales."""
    last = incident.events[-1]
    if request.query_params.get("done") != last.kind or last.kind not in _NOTICES:
        return None
    if words.now - last.at > _NOTICE_FOR:
        return None
    return Notice(words.say(_NOTICES[last.kind]), _UNDO[last.kind])


def _possible(visit: Visit, incident: Incident) -> tuple[str, ...]:
    """What the page offers; whether it may really be done is decided by ``pipeline.actions`` again."""
    if visit.viewer.role in (Role.HR, Role.OPERATOR):
        return ()
    return tuple(kind.value for kind in allowed(incident.state))


def _explained_by_rule(incident: Incident) -> list[Explained]:
    """One alert a rule: the most severe rule first, and of each rule its strongest finding."""
    by_rule: dict[str, list[Alert]] = {}
    for alert in incident.alerts:
        by_rule.setdefault(alert.rule, []).append(alert)
    strongest = [
        (
            max(alerts, key=lambda a: (a.severity.rank, a.values.get("count", 0), a.values.get("score", 0), a.at)),
            len(alerts),
        )
        for alerts in by_rule.values()
    ]
    strongest.sort(key=lambda found: -found[0].severity.rank)
    return [_explained(alert, many - 1) for alert, many in strongest]


def _log(events: Sequence[Event]) -> list[Logged]:
    """The log, where what Earshot itself noted in one run about one finding stands in one line."""
    lines: list[Logged] = []
    for event in events:
        if lines and _repeats(lines[-1].event, event):
            lines[-1] = Logged(lines[-1].event, lines[-1].times + 1)
        else:
            lines.append(Logged(event, 1))
    return lines


def _repeats(before: Event, event: Event) -> bool:
    if before.alert is None or event.alert is None or before.kind is EventKind.OPENED:
        return False
    return (before.at, before.alert.title) == (event.at, event.alert.title)


def _explained(alert: Alert, more: int) -> Explained:
    query = alert.query
    if query.startswith("/posts"):
        address: str | None = query if query.startswith(("/posts?", "/posts/")) else None
    elif query.startswith("?"):
        address = f"/posts{query}"
    else:
        address = Selection(q=query).narrowed(brands=(alert.brand,)).address() if query else None
    return Explained(alert.title, alert.counted, alert.against, alert.why_now, address, more)


def _evidence(desk: Desk, visit: Visit, alerts: list[Alert]) -> list[Card]:
    """Up to five posts, those of the latest alert first; of an alert about a condition without a way to the author."""
    found: dict[str, Card] = {}
    for alert in alerts:
        for post_id in alert.post_ids:
            if len(found) == _EVIDENCE:
                return list(found.values())
            post = desk.house.reader.post(visit.viewer, post_id) if post_id not in found else None
            if post:
                anonymous = alert.subject == "condition" and bool(post.assessment and post.assessment.risks)
                found[post_id] = card(post, visit.words, visit.viewer, anonymous=anonymous)
    return list(found.values())


def _playbooks(desk: Desk, alerts: list[Alert]) -> list[str]:
    rules = {rule.name: rule.playbook for rule in desk.settings.rule}
    return list(dict.fromkeys(filter(None, (rules.get(alert.rule) for alert in alerts))))
