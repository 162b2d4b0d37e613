"""Who is told, and why: each answer is a reason that can be shown, not a boolean."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from alerts.sentences import DISMISSED
from listening.alerting import Alert, Delivery, DeliveryState, EventKind, Incident, IncidentState, Severity
from listening.brands import Role
from listening.sentences import clock
from listening.settings import RouteSettings

UPDATE_EVERY = timedelta(minutes=15)
"""An incident that grows is told again at most this often."""
REPEAT_AFTER = timedelta(hours=4)
"""A critical incident that nobody acknowledged is told again after this time."""
_FINISHED = (DeliveryState.DELIVERED, DeliveryState.REJECTED, DeliveryState.GIVEN_UP)


def channels_for(incident: Incident, routes: Iterable[RouteSettings]) -> tuple[str, ...]:
    """Names of the channels that ``incident`` goes to, in the order of the routes, each once."""
    names = [name for route in routes if _fits(incident, route) for name in route.channels]
    return tuple(dict.fromkeys(names))


def _fits(incident: Incident, route: RouteSettings) -> bool:
    if route.brands and incident.brand not in route.brands:
        return False
    if incident.severity.rank < route.min_severity.rank:
        return False
    readers = {role.value for role in route.audience}
    # What is not meant for HR reaches no channel that HR reads, also not beside something that is.
    if Role.HR.value in readers and not all(_meant_for(alert, {Role.HR.value}) for alert in incident.alerts):
        return False
    return not readers or any(_meant_for(alert, readers) for alert in incident.alerts)


def _meant_for(alert: Alert, readers: set[str]) -> bool:
    """An alert without an audience is for everybody but HR."""
    return bool(readers & set(alert.audience)) if alert.audience else readers != {Role.HR.value}


def is_crowd_only(channel: str, routes: Iterable[RouteSettings]) -> bool:
    """Whether HR reads ``channel``: then messages carry numbers and no posts."""
    return any(channel in route.channels and Role.HR in route.audience for route in routes)


def reason_to_notify(incident: Incident, delivery: Delivery | None, at: datetime) -> str | None:
    """Why ``channel`` should be told now: first, grew, repeat due, resolved, reopened; None if there is no reason.

    ``delivery`` is the channel's latest one for this incident. While it is under way there is no reason for another:
    the message is composed when it is sent and tells the latest state.
    """
    if is_silenced(incident, at):
        return None
    if delivery is None:
        return "first" if incident.state is IncidentState.OPEN else None
    if delivery.state not in _FINISHED:
        return None
    news = [event for event in incident.events if event.number > delivery.covers]
    kinds = {event.kind for event in news}
    if incident.state is IncidentState.RESOLVED:
        return "resolved" if EventKind.RESOLVED in kinds else None
    if incident.state is IncidentState.DISMISSED:
        return None
    told_at = delivery.delivered_at or delivery.next_at
    if incident.state is IncidentState.ACKNOWLEDGED:
        return "grew" if _worse_than_acknowledged(incident, delivery) and at - told_at >= UPDATE_EVERY else None
    if EventKind.REOPENED in kinds:
        return "reopened"
    if EventKind.GREW in kinds and at - told_at >= UPDATE_EVERY:
        return "grew"
    if incident.severity is Severity.CRITICAL and at - told_at >= REPEAT_AFTER:
        return "repeat due"
    return None


def why_hold(incident: Incident, at: datetime) -> str | None:
    """Why a waiting delivery should stay where it is for now; None if it may go."""
    until = incident.silenced_until
    return f"silenced until {clock(until)}" if until and until > at else None


def why_withdraw(incident: Incident) -> str | None:
    """Why a waiting delivery should not be sent any more; None if it is still wanted."""
    if incident.state is IncidentState.DISMISSED:
        return DISMISSED
    return None


def is_silenced(incident: Incident, at: datetime) -> bool:
    return incident.silenced_until is not None and incident.silenced_until > at


def _worse_than_acknowledged(incident: Incident, delivery: Delivery) -> bool:
    """Whoever acknowledged it took on a warning; if it became critical since, they have to know."""
    taken = max(event.number for event in incident.events if event.kind is EventKind.ACKNOWLEDGED)
    before = [event.alert.severity.rank for event in incident.events if event.alert and event.number < taken]
    since = max(taken, delivery.covers)
    later = [event.alert.severity.rank for event in incident.events if event.alert and event.number > since]
    return bool(later) and max(later) > max(before)
