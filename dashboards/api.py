"""The JSON API: the same reads as the pages, under the same Viewer. Described at ``/api`` and ``/api/openapi.json``."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from listening.alerting import Alert, Event, Incident
from listening.collecting import Gap
from listening.errors import QueryError, TryLater
from listening.jsonform import Json, moment, post_to_json
from store.protocol import Search

from .addresses import read_selection
from .counts import into_buckets
from .desk import Desk
from .periods import DAY, HOUR, Period, Step, read_period
from .problems import NotFound

ERRORS: dict[int | str, dict[str, Any]] = {
    code: {
        "description": "What is wrong, as a sentence",
        "content": {
            "application/json": {
                "schema": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
            }
        },
    }
    for code in (400, 404, 422, 503)
}
_STEPS: dict[str, Step] = {"hour": HOUR, "6h": 6 * HOUR, "day": "day"}

Many = Annotated[list[str] | None, Query()]


def router(desk: Desk) -> APIRouter:
    api = APIRouter(prefix="/api", responses=ERRORS)
    reader = desk.house.reader

    @api.get("/health", summary="Whether anything is missing: tells 'nobody posted' from 'we do not hear'")
    def health(request: Request) -> JSONResponse:
        visit = desk.visit(request)
        try:
            sources = [_source(source) for source in reader.sources(visit.viewer)]
            posts = reader.search(visit.viewer, Search(limit=1)).total
            revision = desk.revision(visit.viewer)
        except TryLater as error:
            return JSONResponse({"status": "unavailable", "error": str(error)}, status_code=503)
        deaf = any(source["failing_since"] for source in sources)
        return JSONResponse(
            {"status": "deaf" if deaf else "ok", "posts": posts, "sources": sources, "revision": revision}
        )

    @api.get("/posts", summary="Posts that answer a query, page by page")
    def posts(
        request: Request,
        q: Annotated[str, Query(description='The query: #acme OR "late again"; empty is every post')] = "",
        brand: Annotated[Many, Query(description="Keys of brands; any of them")] = None,
        platform: Annotated[Many, Query(description="Platforms")] = None,
        language: Annotated[Many, Query(description="Detected languages, ISO 639-1")] = None,
        sentiment: Annotated[
            Many, Query(description="negative, neutral, positive, unsure, no_text, pending (not judged yet)")
        ] = None,
        hashtag: Annotated[Many, Query(description="Hashtags, with or without #")] = None,
        risk: Annotated[Many, Query(description="Risk categories")] = None,
        theme: Annotated[Many, Query(description="Themes")] = None,
        kind: Annotated[Many, Query(description="post, repost, quote, reply, comment, article")] = None,
        id: Annotated[Many, Query(description="Exact ids")] = None,
        since: Annotated[str | None, Query(description="First day or moment (ISO 8601)")] = None,
        until: Annotated[str | None, Query(description="Last day, or the moment before which")] = None,
        order: Annotated[Literal["newest", "oldest", "reach"], Query()] = "newest",
        limit: Annotated[int, Query(ge=1, le=200, description="Posts on a page")] = 20,
        after: Annotated[str | None, Query(description="'next' of the page before")] = None,
    ) -> Json:
        # The parameters above are for the description and the first check; pages and API read them in one place.
        visit = desk.visit(request)
        selection = read_selection(request.query_params, visit.words.zone)
        hits = reader.search(visit.viewer, replace(selection.search(limit), order=order))
        return {"posts": [post_to_json(post) for post in hits.posts], "total": hits.total, "next": hits.next}

    @api.get("/series", summary="Posts over time by sentiment, from the windows that the charts read")
    def series(
        request: Request,
        brand: Annotated[Many, Query(description="Keys of brands; none is all of them")] = None,
        period: Annotated[str | None, Query(description="24h, 7d, 28d; else give since")] = None,
        since: Annotated[str | None, Query(description="First day or moment (ISO 8601)")] = None,
        until: Annotated[str | None, Query(description="Last day, or the moment before which")] = None,
        step: Annotated[Literal["hour", "6h", "day"] | None, Query(description="Length of a step")] = None,
    ) -> Json:
        visit = desk.visit(request)
        asked = read_period(request.query_params, visit.words.now, visit.words.zone)
        if step:
            asked = _stepped(asked, _STEPS[step])
        brands = tuple(brand or ())
        points = reader.series(visit.viewer, brands, asked.since, asked.until, asked.step, asked.zone.key)
        buckets = into_buckets(asked, ((p.start, p.sentiment, p.posts) for p in points))
        return {
            "since": moment(asked.since),
            "until": moment(asked.until),
            "zone": asked.zone.key,
            "series": [{"start": moment(b.start), "posts": dict(b.posts), "total": b.total} for b in buckets],
            "gaps": [_gap(gap) for gap in reader.gaps(visit.viewer, brands, asked.since, asked.until)],
        }

    @api.get("/alerts", summary="Incidents, newest first")
    def alerts(
        request: Request,
        active: Annotated[bool, Query(description="Only those that are open or taken")] = False,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Json:
        visit = desk.visit(request)
        found = reader.incidents(visit.viewer, active_only=active, limit=limit)
        return {"alerts": [_incident(incident) for incident in found]}

    @api.get("/alerts/{incident_id}", summary="One incident with its log and its deliveries")
    def alert(request: Request, incident_id: str) -> Json:
        visit = desk.visit(request)
        incident = reader.incident(visit.viewer, incident_id)
        if incident is None:
            raise NotFound("There is no such alert, or it is not for your role.")
        return {
            **_incident(incident),
            "alerts": [_alert(a) for a in incident.alerts],
            "events": [_event(e) for e in incident.events],
            "deliveries": [
                {
                    "channel": d.channel,
                    "state": d.state.value,
                    "reason": d.reason,
                    "attempts": d.attempts,
                    "delivered_at": moment(d.delivered_at),
                    "last_error": d.last_error,
                    "maybe_repeat": d.maybe_repeat,
                }
                for d in reader.deliveries(visit.viewer, incident.id)
            ],
        }

    return api


def description(desk: Desk) -> APIRouter:
    """``/api``: the operations as a page of our own, for the usual viewers load scripts from elsewhere."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/api")
    def listing(request: Request) -> HTMLResponse:
        visit = desk.visit(request)
        return desk.page(request, visit, "api.html", "JSON API", operations=list(_operations(request.app.openapi())))

    return pages


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parameters = [
                {"name": p["name"], "type": _type(p["schema"]), "meaning": p.get("description", "")}
                for p in operation.get("parameters", ())
            ]
            found.append(
                {
                    "anchor": operation["operationId"],
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "parameters": parameters,
                    "example": path if "{" not in path else None,
                }
            )
    return found


def _type(schema: dict[str, Any]) -> str:
    kinds = [_type(part) for part in schema.get("anyOf", ()) if part.get("type") != "null"]
    if kinds:
        return " or ".join(kinds)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}, repeatable"
    return str(schema.get("type", "string"))


def _stepped(period: Period, step: Step) -> Period:
    if step != "day" and (period.until - period.since) / step > 2000:
        raise QueryError("That would be more than 2,000 steps: choose longer ones or a shorter period.")
    if step == "day" and period.until - period.since < DAY:
        raise QueryError("The period is shorter than a day: choose a shorter step.")
    return replace(period, step=step)


def _source(source: Any) -> Json:
    return {
        "brand": source.brand,
        "platform": source.platform,
        "last_success": moment(source.last_success),
        "failing_since": moment(source.failing_since),
        "come_back_at": moment(source.come_back_at),
        "last_error": source.last_error,
        "posts": source.posts_total,
    }


def _gap(gap: Gap) -> Json:
    return {
        "source": gap.source,
        "since": moment(gap.since),
        "until": moment(gap.until),
        "reason": gap.reason.value,
        "estimated": gap.estimated,
    }


def _incident(incident: Incident) -> Json:
    return {
        "id": incident.id,
        "brand": incident.brand,
        "title": incident.title,
        "severity": incident.severity.value,
        "state": incident.state.value,
        "owner": incident.owner,
        "opened_at": moment(incident.opened_at),
        "changed_at": moment(incident.changed_at),
        "silenced_until": moment(incident.silenced_until),
        "story": incident.story,
    }


def _alert(alert: Alert) -> Json:
    return {
        "rule": alert.rule,
        "title": alert.title,
        "severity": alert.severity.value,
        "counted": alert.counted,
        "against": alert.against,
        "why_now": alert.why_now,
        "at": moment(alert.at),
        "subject": alert.subject,
        "posts": list(alert.post_ids),
        "values": dict(alert.values),
        "fingerprint": alert.fingerprint,
    }


def _event(event: Event) -> Json:
    return {
        "number": event.number,
        "kind": event.kind.value,
        "at": moment(event.at),
        "by": event.by,
        "note": event.note,
        "until": moment(event.until),
        "alert": event.alert.fingerprint if event.alert else None,
    }
