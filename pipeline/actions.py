"""What people do to an incident or a post: the same functions for the dashboard, the API and the command line.

Which action may follow which state is decided by :func:`listening.alerting.follow` and
:func:`listening.verdicts.follow`. Another action takes each back.
"""

from collections.abc import Sequence
from datetime import datetime

from listening.alerting import Event, EventKind, Incident, follow
from listening.assessments import Assessment, SentimentLabel
from listening.brands import Role, Viewer
from listening.errors import NotAllowed, StateConflict
from listening.posts import Post
from listening.sentences import sentence
from listening.verdicts import REVIEWERS, Verdict, as_found, reviewed, standing, word
from pipeline.verdicts import risk_names
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


def correct(
    house: House,
    viewer: Viewer,
    by: str,
    post_id: str,
    at: datetime,
    *,
    sentiment: SentimentLabel | None = None,
    dismissed: Sequence[str] = (),
    missed: Sequence[str] = (),
    reason: str = "",
) -> Post:
    """A reviewer's word on a post, which outranks model and categories; returns the post as it counts now.

    Durable in the ledger first; the index follows, at the latest with the next cycle. What is in force already is not
    said twice: repeating the action finishes one that was cut off. Raises :class:`NotAllowed`, :class:`StateConflict`.
    """
    post, assessment = _judged(house, viewer, post_id)
    log = house.ledger.verdicts.log(post_id)
    text = house.ledger.verdicts.hash_of(post)
    said = word(log, text)
    found = {risk.category for risk in reviewed(as_found(assessment), said).risks}
    verdict = Verdict(
        number=len(log) + 1,
        by=by,
        role=viewer.role,
        at=at,
        text=text,
        sentiment=sentiment if sentiment != said.sentiment else None,
        dismissed=tuple(sorted(set(dismissed) - said.dismissed)),
        missed=tuple(sorted(set(missed) - said.missed)),
        reason=" ".join(reason.split()),
        said=assessment.sentiment.label,
        model_revision=assessment.model_revision,
        risk_revision=assessment.risk_revision,
    )
    if (sentiment or dismissed or missed) and not (verdict.sentiment or verdict.dismissed or verdict.missed):
        house.door.apply_verdicts([post_id], at)
        return _shown(house, viewer, post_id)
    _check_categories(verdict, found)
    return _say(house, viewer, post_id, verdict)


def uncorrect(house: House, viewer: Viewer, by: str, post_id: str, at: datetime, number: int | None = None) -> Post:
    """Undo of :func:`correct`: takes back the correction of this number, else the newest; what was said before counts.

    Both stay in the log. Safe to repeat: what is taken back already stays so.
    """
    post, _ = _judged(house, viewer, post_id)
    log = house.ledger.verdicts.log(post_id)
    text = house.ledger.verdicts.hash_of(post)
    cut_off = bool(log) and log[-1].undoes is not None and log[-1].by == by
    if number is None and not (cut_off and post_id in house.ledger.verdicts.waiting()):
        number = max((entry.number for entry in standing(log, text)), default=0)
    if number is None or number in {entry.undoes for entry in log}:
        house.door.apply_verdicts([post_id], at)
        return _shown(house, viewer, post_id)
    verdict = Verdict(number=len(log) + 1, by=by, role=viewer.role, at=at, text=text, undoes=number)
    return _say(house, viewer, post_id, verdict)


def _judged(house: House, viewer: Viewer, post_id: str) -> tuple[Post, Assessment]:
    """A post that this viewer may correct."""
    if viewer.role not in REVIEWERS:
        raise NotAllowed(sentence("The role %(role)s may read posts, not correct them.", role=viewer.role.value))
    post = house.reader.post(viewer, post_id)
    if post is None:
        raise StateConflict(sentence("There is no post '%(id)s', or it is not for your role.", id=post_id))
    if post.assessment is None:
        raise StateConflict(
            sentence("This post is not judged yet: there is nothing to correct. Try again in a minute.")
        )
    return post, post.assessment


def _check_categories(verdict: Verdict, found: set[str]) -> None:
    known = risk_names()
    for name in verdict.dismissed:
        if name not in found:
            raise StateConflict(sentence("The category '%(name)s' was not found in this post.", name=name))
    for name in verdict.missed:
        if name in found:
            raise StateConflict(sentence("The category '%(name)s' was found in this post already.", name=name))
        if name not in known:
            raise StateConflict(
                sentence(
                    "There is no risk category '%(name)s': choose one of %(known)s.",
                    name=name,
                    known=", ".join(known),
                )
            )


def _say(house: House, viewer: Viewer, post_id: str, verdict: Verdict) -> Post:
    with house.ledger.writing():
        house.ledger.verdicts.append(post_id, verdict)
        house.ledger.audit.append(
            by=verdict.by,
            role=verdict.role.value,
            action="correct a post" if verdict.undoes is None else "take a correction back",
            subject=post_id,
            # Never the reviewer's own words: they may quote the post, and nothing can be erased from this log.
            reason=f"correction {verdict.undoes or verdict.number}",
            case="",
            at=verdict.at,
        )
    house.door.apply_verdicts([post_id], verdict.at)
    return _shown(house, viewer, post_id)


def _shown(house: House, viewer: Viewer, post_id: str) -> Post:
    post = house.reader.post(viewer, post_id)
    if post is None:
        raise StateConflict(sentence("There is no post '%(id)s', or it is not for your role.", id=post_id))
    return post
