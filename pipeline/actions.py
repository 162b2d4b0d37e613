"""What people do to an incident: the same functions for the dashboard, the API and the command line.

Which action may follow which state is decided by :func:`listening.alerting.follow`. Another action takes each back.
"""

from datetime import datetime

from listening.alerting import Event, EventKind, Incident, follow
from listening.brands import Role, Viewer
from listening.errors import NotAllowed, StateConflict
from pipeline.wiring import House

_MAY_ACT = (Role.BRAND, Role.PR, Role.ADMIN)

UNDO = {
    EventKind.ACKNOWLEDGED: EventKind.UNACKNOWLEDGED,
    EventKind.SILENCED: EventKind.UNSILENCED,
    EventKind.RESOLVED: EventKind.REOPENED,
    EventKind.DISMISSED: EventKind.REOPENED,
}
"""What takes an action back."""


def acknowledge(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime) -> Incident:
    """``by`` takes it: reminders stop, the incident stays active."""
    return _act(house, viewer, by, incident_id, EventKind.ACKNOWLEDGED, at)


def unacknowledge(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime) -> Incident:
    """Undo of :func:`acknowledge`."""
    return _act(house, viewer, by, incident_id, EventKind.UNACKNOWLEDGED, at)


def silence(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime, until: datetime) -> Incident:
    """No messages about it before ``until``; it goes on counting."""
    if until <= at:
        raise StateConflict(f"A silence must end in the future; {until:%Y-%m-%d %H:%M} UTC is past.")
    return _act(house, viewer, by, incident_id, EventKind.SILENCED, at, until=until)


def unsilence(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime) -> Incident:
    """Undo of :func:`silence`."""
    return _act(house, viewer, by, incident_id, EventKind.UNSILENCED, at)


def resolve(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime) -> Incident:
    """It is over."""
    return _act(house, viewer, by, incident_id, EventKind.RESOLVED, at)


def dismiss(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime) -> Incident:
    """It was no alert."""
    return _act(house, viewer, by, incident_id, EventKind.DISMISSED, at)


def reopen(house: House, viewer: Viewer, by: str, incident_id: str, at: datetime) -> Incident:
    """Undo of :func:`resolve` and :func:`dismiss`."""
    return _act(house, viewer, by, incident_id, EventKind.REOPENED, at)


def _act(
    house: House,
    viewer: Viewer,
    by: str,
    incident_id: str,
    kind: EventKind,
    at: datetime,
    until: datetime | None = None,
) -> Incident:
    """Raises :class:`NotAllowed` or :class:`StateConflict`; a conflict changed nothing."""
    if viewer.role not in _MAY_ACT:
        raise NotAllowed(f"The role {viewer.role} may look at incidents, not act on them.")
    incident = house.reader.incident(viewer, incident_id)
    if incident is None:
        raise StateConflict(f"There is no incident {incident_id}.")
    event = Event(number=len(incident.events) + 1, kind=kind, at=at, by=by, until=until)
    after = follow(incident, event)
    house.ledger.incidents.append(incident_id, event)
    return after
