"""Values that the tests of this room share. The company and everybody in it are invented."""

from datetime import UTC, datetime, timedelta

from listening.alerting import Alert, Event, EventKind, Incident, Message, Quote, Severity, follow, opened
from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.brands import Brand, Purpose, Role
from listening.posts import Match, Post
from listening.query import parse
from listening.windows import WindowRow

NOON = datetime(2026, 11, 18, 12, 7, tzinfo=UTC)
"""A Wednesday; 12 is a multiple of 3, so a rule of three hours is well inside its block."""
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ACME = Brand(
    key="acme",
    name="Acme Trams",
    hashtags=("rideacme",),
    handles=(),
    query=parse("#rideacme"),
    platforms=("files",),
    purpose=Purpose(reason="watch the brand", owner="press desk", audience=(Role.PR,), retention_days=90),
)


def row(start: datetime, posts: int, label: str = "neutral", **changes: object) -> WindowRow:
    values: dict[str, object] = {
        "start": start,
        "brand": "acme",
        "platform": "mastodon",
        "language": "en",
        "sentiment": SentimentLabel(label),
        "posts": posts,
        "stories": posts,
        "authors": posts,
        "reach": 0,
        "late": 0,
    }
    return WindowRow(**(values | changes))  # type: ignore[arg-type]


def rows(
    now: dict[str, int], past: dict[str, int] | None = None, weeks: int = 4, at: datetime = NOON
) -> list[WindowRow]:
    """``now``: posts by label in one window of the last hours; ``past``: the same for each of the past weeks."""
    start = at.replace(minute=0) - HOUR
    found = [row(start, posts, label) for label, posts in now.items()]
    for week in range(1, weeks + 1 if past else 1):
        found += [row(start - week * 7 * DAY, posts, label) for label, posts in (past or {}).items()]
    return found


def assessment(
    label: str = "negative",
    score: float = 0.9,
    risks: tuple[RiskMatch, ...] = (),
    themes: tuple[str, ...] = (),
    language: str = "en",
) -> Assessment:
    return Assessment(
        language=language,
        sentiment=Sentiment(SentimentLabel(label), {label: score}),
        offensive=None,
        risks=risks,
        themes=themes,
        model_revision="m1",
        risk_revision="r1",
    )


def post(number: int = 1, **changes: object) -> Post:
    values: dict[str, object] = {
        "id": f"files:{number}",
        "platform": "files",
        "url": None,
        "author": f"author-{number}",
        "text": f"The tram number {number} left without us again",
        "created_at": NOON - 5 * MINUTE,
        "fetched_at": NOON - MINUTE,
        "matched": (Match("acme", "q1"),),
        "assessment": assessment(),
    }
    return Post(**(values | changes))  # type: ignore[arg-type]


def alert(**changes: object) -> Alert:
    values: dict[str, object] = {
        "rule": "mood",
        "brand": "acme",
        "severity": Severity.WARNING,
        "title": "The mood has turned: Acme Trams",
        "counted": "46 of 88 judged posts (52 %) in the last 3 hours are negative.",
        "against": "In the same hours of the past 4 weeks 18 % of 412 posts were negative.",
        "why_now": "Counted cautiously it is at least 42 %, above the usual 18 %, and the rule asks for 40 %.",
        "at": NOON,
        "fingerprint": "f1",
        "story": "window/negative",
        "audience": ("pr",),
        "post_ids": ("files:1", "files:2", "files:3"),
        "values": {"count": 46.0},
        "query": "/posts?q=*&brand=acme&sentiment=negative",
    }
    return Alert(**(values | changes))  # type: ignore[arg-type]


def incident(*alerts: Alert, then: tuple[tuple[EventKind, datetime, str], ...] = (), id: str = "i1") -> Incident:
    """Opened by the first of ``alerts``, joined by the others, and then what people did."""
    first, *others = alerts or (alert(),)
    made = opened(id, first)
    for other in others:
        event = Event(number=len(made.events) + 1, kind=EventKind.JOINED, at=other.at, by="earshot", alert=other)
        made = follow(made, event)
    for kind, at, by in then:
        until = at + HOUR if kind is EventKind.SILENCED else None
        made = follow(made, Event(number=len(made.events) + 1, kind=kind, at=at, by=by, until=until))
    return made


def quote(text: str = "Două ore de așteptare pe frig. Rușine!", **changes: object) -> Quote:
    values: dict[str, object] = {
        "post_id": "files:1",
        "text": text,
        "language": "ro",
        "sentiment": "negative",
        "platform": "files",
        "created_at": NOON - 20 * MINUTE,
        "link": "https://social.example.org/p/1",
    }
    return Quote(**(values | changes))  # type: ignore[arg-type]


def message(*quotes: Quote, **changes: object) -> Message:
    values: dict[str, object] = {
        "key": "0123456789abcdef",
        "incident": incident(),
        "reason": "first",
        "quotes": quotes or (quote(),),
        "link": "http://127.0.0.1:8000/alerts/i1",
        "what_to_do": ("Find the one cause, then answer once.",),
    }
    return Message(**(values | changes))  # type: ignore[arg-type]
