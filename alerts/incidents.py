"""From alerts to incidents: a storm is one story, and a story is told again only when it grew."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import sentences
from alerts.post_rules import POST_STORY
from alerts.window_rules import GROWTH
from listening.alerting import Alert, Event, EventKind, Incident, IncidentState, fingerprint, follow, opened

STORM = timedelta(hours=1)
"""Posts that a rule finds within this time of an incident that nobody has taken yet belong to it."""
SAME_AGAIN = timedelta(hours=24)
"""An episode that still goes on (or came back) after this time is news, however large it is."""
CALM = timedelta(hours=6)
"""What people ended stays ended for this long, unless it grows."""
SUBSIDED = timedelta(hours=1)
"""What ended by itself was unchanged for so long, and does not come back sooner: a count at the edge would flap."""
MOST_POSTS = 100
"""Posts an incident lists; more are counted by the window rules and found on the dashboard."""


@dataclass(frozen=True, slots=True)
class Opening:
    """A new incident. Its id follows from its first alert, so that a repetition after a crash makes the same one."""

    incident_id: str
    alert: Alert

    @property
    def incident(self) -> Incident:
        return opened(self.incident_id, self.alert)


@dataclass(frozen=True, slots=True)
class Joining:
    """One more line in an incident's log; ``event`` is numbered and carries its alert."""

    incident_id: str
    event: Event


def group(
    alerts: Iterable[Alert], active: Sequence[Incident], at: datetime, ended: Sequence[Incident] = ()
) -> list[Opening | Joining]:
    """What to write down, in this order, an opening before those that join it.

    An alert joins an incident of its brand that tells the same story or shares at least a third of the posts. What an
    incident already knows and what did not grow materially is left out; so are alerts that people ended (``ended``:
    incidents resolved or dismissed lately, see :data:`CALM`) unless they grew since. Nothing is changed in place.
    """
    now = {incident.id: incident for incident in active if incident.is_active}
    over = [incident for incident in ended if _is_calm(incident, at)]
    steps: list[Opening | Joining] = []
    for alert in sorted(alerts, key=_urgency):
        known = [*now.values(), *over]
        if any(alert.fingerprint == old.fingerprint for incident in known for old in incident.alerts):
            continue
        home = next((i for i in sorted(now.values(), key=_oldest) if _belongs(alert, i, at)), None)
        if home is None:
            if any(_tells_same(alert, i) and not _grew(alert, i, at) for i in over):
                continue
            opening = Opening(incident_id(alert), alert)
            now[opening.incident_id] = opening.incident
            steps.append(opening)
        elif event := _next_event(alert, home, at):
            now[home.id] = follow(home, event)
            steps.append(Joining(home.id, event))
    return steps


def incident_id(alert: Alert) -> str:
    """Twelve hex digits that follow from the first alert."""
    return fingerprint("incident", alert.brand, alert.rule, alert.fingerprint)[:12]


def subsided(active: Iterable[Incident], firing: Collection[Alert], at: datetime) -> list[Joining]:
    """Incidents of window rules whose rules have stopped: each with the event that resolves it.

    ``firing`` are all alerts that window rules raise now, also those already recorded. Incidents about single posts are
    never ended by themselves: that is a person's decision.
    """
    stories = {(alert.brand, alert.story) for alert in firing}
    steps = []
    for incident in active:
        own = {(alert.brand, alert.story) for alert in incident.alerts}
        about_posts = any(alert.story.startswith(POST_STORY) for alert in incident.alerts)
        if incident.is_active and not about_posts and not own & stories and at - incident.changed_at >= SUBSIDED:
            number = len(incident.events) + 1
            note = sentences.SUBSIDED
            steps.append(
                Joining(incident.id, Event(number=number, kind=EventKind.RESOLVED, at=at, by="earshot", note=note))
            )
    return steps


def _urgency(alert: Alert) -> tuple[int, datetime, str, str]:
    return (-alert.severity.rank, alert.at, alert.rule, alert.fingerprint)


def _oldest(incident: Incident) -> tuple[datetime, str]:
    return (incident.opened_at, incident.id)


def _is_calm(incident: Incident, at: datetime) -> bool:
    """Whether it ended so lately that the same thing is not news."""
    ends = [e for e in incident.events if e.kind in (EventKind.RESOLVED, EventKind.DISMISSED)]
    if incident.is_active or not ends:
        return False
    return at - ends[-1].at < (SUBSIDED if ends[-1].by == "earshot" else CALM)


def _tells_same(alert: Alert, incident: Incident) -> bool:
    """Same brand and readers, and the same story or a third of the evidence.

    Readers count, so that nobody gets by way of one alert what another was not meant to show them.
    """
    if alert.brand != incident.brand:
        return False
    if not any(_share_readers(alert, other) for other in incident.alerts):
        return False
    if any(alert.story == other.story for other in incident.alerts):
        return True
    shown = {post for other in incident.alerts for post in other.post_ids}
    return 3 * len(shown & set(alert.post_ids)) >= len(set(alert.post_ids)) > 0


def _belongs(alert: Alert, incident: Incident, at: datetime) -> bool:
    return _tells_same(alert, incident) or _is_storm(alert, incident, at)


def _is_storm(alert: Alert, incident: Incident, at: datetime) -> bool:
    """Different posts, one rule, one hour, and nobody has taken it: one page, not one for each post.

    Once somebody acknowledged or silenced it, other posts open an incident of their own: those were not what they saw.
    """
    silent = incident.silenced_until is not None and incident.silenced_until > at
    return (
        alert.brand == incident.brand
        and alert.story.startswith(POST_STORY)
        and incident.state is IncidentState.OPEN
        and not silent
        and at - incident.opened_at < STORM
        and any(
            other.rule == alert.rule and other.subject == alert.subject and _share_readers(alert, other)
            for other in incident.alerts
        )
    )


def _share_readers(one: Alert, other: Alert) -> bool:
    return not one.audience or not other.audience or bool(set(one.audience) & set(other.audience))


def _next_event(alert: Alert, incident: Incident, at: datetime) -> Event | None:
    """GREW, JOINED, or nothing worth a line."""
    number = len(incident.events) + 1
    grew = Event(number=number, kind=EventKind.GREW, at=at, by="earshot", alert=alert)
    joined = Event(number=number, kind=EventKind.JOINED, at=at, by="earshot", alert=alert)
    if alert.severity.rank > incident.severity.rank:
        return grew
    if alert.story.startswith(POST_STORY):
        posts = sum(other.story.startswith(POST_STORY) for other in incident.alerts)
        if posts >= MOST_POSTS:
            return None
        return grew if posts + 1 >= GROWTH * _posts_when_last_told(incident) else joined
    if not any(other.rule == alert.rule for other in incident.alerts):
        return joined
    return grew if _grew(alert, incident, at) else None


def _grew(alert: Alert, incident: Incident, at: datetime) -> bool:
    """Half as large again as this rule ever was in this incident, or more severe, or still there a day later."""
    if alert.severity.rank > incident.severity.rank:
        return True
    if alert.story.startswith(POST_STORY):
        return False
    own = [other for other in incident.alerts if other.rule == alert.rule]
    before = own or [other for other in incident.alerts if other.story == alert.story]
    if not before:
        return False
    largest = max(other.values.get("count", 0.0) for other in before)
    latest = max(other.at for other in before)
    return alert.values.get("count", 0.0) >= GROWTH * largest or at - latest >= SAME_AGAIN


def _posts_when_last_told(incident: Incident) -> int:
    """How many posts the incident had when it was opened or last grew."""
    posts = told = 0
    for event in incident.events:
        if event.alert and event.alert.story.startswith(POST_STORY):
            posts += 1
        if event.kind in (EventKind.OPENED, EventKind.GREW):
            told = posts
    return max(told, 1)
