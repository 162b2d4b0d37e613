"""From a rule that fired to somebody who knows: alerts, incidents, deliveries, and which state may follow which.

An incident is a log of events; its state is a fold over the log, so every answer to "why?" is already written down.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from .errors import StateConflict


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A rule fired, on a window or on a post. Three lines explain it: what was counted, against what, why now.

    ``fingerprint`` is the same for the same finding, however often it is evaluated. ``story`` groups alerts into
    one incident. ``subject`` is ``person`` or ``condition``; an alert about a condition carries no author and no link.
    """

    rule: str
    brand: str
    severity: Severity
    title: str
    counted: str
    against: str
    why_now: str
    at: datetime
    fingerprint: str
    story: str
    subject: str = "condition"
    audience: tuple[str, ...] = ()
    post_ids: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    query: str = ""
    """The posts behind the number, in the product's own query language and filters (an address of the posts page)."""


def fingerprint(*parts: str) -> str:
    """16 hex digits that name a finding."""
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


class EventKind(StrEnum):
    OPENED = "opened"
    JOINED = "joined"
    """Another alert told the same story."""
    GREW = "grew"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    ASSIGNED = "assigned"
    SILENCED = "silenced"
    UNSILENCED = "unsilenced"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    """Somebody said: not an alert."""
    NOTE = "note"


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line in an incident's log. ``by`` is a person or ``earshot``; ``number`` counts from 1."""

    number: int
    kind: EventKind
    at: datetime
    by: str
    note: str = ""
    alert: Alert | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Alerts that tell one story. Built by :func:`fold`, never changed in place."""

    id: str
    brand: str
    story: str
    title: str
    severity: Severity
    state: IncidentState
    owner: str | None
    opened_at: datetime
    changed_at: datetime
    silenced_until: datetime | None
    alerts: tuple[Alert, ...]
    events: tuple[Event, ...]

    @property
    def is_active(self) -> bool:
        return self.state in (IncidentState.OPEN, IncidentState.ACKNOWLEDGED)


_ENDED = (IncidentState.RESOLVED, IncidentState.DISMISSED)
_ALLOWED: Mapping[EventKind, tuple[IncidentState, ...]] = {
    EventKind.JOINED: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.GREW: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.ACKNOWLEDGED: (IncidentState.OPEN,),
    EventKind.UNACKNOWLEDGED: (IncidentState.ACKNOWLEDGED,),
    EventKind.ASSIGNED: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.SILENCED: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.UNSILENCED: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.RESOLVED: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.DISMISSED: (IncidentState.OPEN, IncidentState.ACKNOWLEDGED),
    EventKind.REOPENED: _ENDED,
    EventKind.NOTE: tuple(IncidentState),
}


def allowed(state: IncidentState) -> tuple[EventKind, ...]:
    """What may happen next to an incident in ``state``."""
    return tuple(kind for kind, states in _ALLOWED.items() if state in states)


def opened(incident_id: str, alert: Alert) -> Incident:
    """A new incident from its first alert."""
    event = Event(number=1, kind=EventKind.OPENED, at=alert.at, by="earshot", alert=alert)
    return fold(incident_id, [event])


def follow(incident: Incident, event: Event) -> Incident:
    """The incident after ``event``; raises :class:`StateConflict` if it may not follow the present state."""
    if event.number != len(incident.events) + 1:
        raise StateConflict(
            f"Incident {incident.id} changed meanwhile (event {len(incident.events)} is the latest): look at it again."
        )
    if event.kind not in allowed(incident.state):
        raise StateConflict(f"Incident {incident.id} is {incident.state}: it cannot be {event.kind} now.")
    return _apply(incident, event)


def fold(incident_id: str, events: Iterable[Event]) -> Incident:
    """The incident that a log tells of. The first event opens it."""
    log = list(events)
    first = log[0].alert if log else None
    if first is None or log[0].kind is not EventKind.OPENED or log[0].number != 1:
        raise StateConflict(f"The log of incident {incident_id} does not begin with an alert.")
    incident = Incident(
        id=incident_id,
        brand=first.brand,
        story=first.story,
        title=first.title,
        severity=first.severity,
        state=IncidentState.OPEN,
        owner=None,
        opened_at=log[0].at,
        changed_at=log[0].at,
        silenced_until=None,
        alerts=(first,),
        events=(log[0],),
    )
    for event in log[1:]:
        incident = follow(incident, event)
    return incident


def _apply(incident: Incident, event: Event) -> Incident:
    after = replace(incident, changed_at=event.at, events=(*incident.events, event))
    match event.kind:
        case EventKind.JOINED | EventKind.GREW if event.alert:
            severity = max(incident.severity, event.alert.severity, key=lambda s: s.rank)
            others = tuple(a for a in incident.alerts if a.fingerprint != event.alert.fingerprint)
            return replace(after, severity=severity, alerts=(*others, event.alert))
        case EventKind.ACKNOWLEDGED:
            return replace(after, state=IncidentState.ACKNOWLEDGED, owner=event.by)
        case EventKind.UNACKNOWLEDGED:
            return replace(after, state=IncidentState.OPEN, owner=None)
        case EventKind.ASSIGNED:
            return replace(after, owner=event.note or None)
        case EventKind.SILENCED:
            return replace(after, silenced_until=event.until)
        case EventKind.UNSILENCED:
            return replace(after, silenced_until=None)
        case EventKind.RESOLVED:
            return replace(after, state=IncidentState.RESOLVED)
        case EventKind.DISMISSED:
            return replace(after, state=IncidentState.DISMISSED)
        case EventKind.REOPENED:
            return replace(after, state=IncidentState.OPEN, owner=None)
        case _:
            return after


class DeliveryState(StrEnum):
    WAITING = "waiting"
    """Written before the send."""
    SENDING = "sending"
    """Handed to the channel; if we find it so after a crash, nobody knows whether it arrived."""
    DELIVERED = "delivered"
    REJECTED = "rejected"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt series to one channel, for one incident. ``key`` is the idempotency key that the receiver sees.

    ``reason`` says why this notification exists: first, grew, repeat due, resolved.
    """

    incident_id: str
    channel: str
    key: str
    reason: str
    state: DeliveryState
    attempts: int
    created_at: datetime
    next_at: datetime
    delivered_at: datetime | None = None
    last_error: str = ""
    maybe_repeat: bool = False
    covers: int = 0
    """Number of the incident's latest event that the message tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A post as a message may show it: text, never a name."""

    post_id: str
    text: str
    language: str
    sentiment: str
    platform: str
    created_at: datetime
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a channel delivers: plain values, formatted and escaped by each channel for itself."""

    key: str
    incident: Incident
    reason: str
    quotes: Sequence[Quote]
    link: str
    maybe_repeat: bool = False
    what_to_do: tuple[str, ...] = ()
    """The playbooks of the rules that fired, in the company's own words."""
