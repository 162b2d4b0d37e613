"""Incidents are a log of events: which event may follow which state, and what state follows."""

from dataclasses import replace
from datetime import timedelta

import pytest

from listening.alerting import (
    Alert,
    Event,
    EventKind,
    Incident,
    IncidentState,
    Severity,
    allowed,
    fingerprint,
    fold,
    follow,
    opened,
)
from listening.errors import StateConflict

from .examples import NOON

ALERT = Alert(
    rule="mood", brand="acme", severity=Severity.WARNING, title="The mood has turned", counted="20 of 30 posts",
    against="usually 3", why_now="in the last 3 hours", at=NOON, fingerprint="f1", story="acme mood",
)  # fmt: skip
K, S = EventKind, IncidentState
# Every event kind × every state: what follows, or None where it is forbidden.
ACTIVE = {
    K.OPENED: None, K.JOINED: S.OPEN, K.GREW: S.OPEN, K.ACKNOWLEDGED: S.ACKNOWLEDGED, K.UNACKNOWLEDGED: None,
    K.ASSIGNED: S.OPEN, K.SILENCED: S.OPEN, K.UNSILENCED: S.OPEN, K.RESOLVED: S.RESOLVED, K.REOPENED: None,
    K.DISMISSED: S.DISMISSED, K.NOTE: S.OPEN,
}  # fmt: skip
TAKEN = {
    **ACTIVE, K.JOINED: S.ACKNOWLEDGED, K.GREW: S.ACKNOWLEDGED, K.ACKNOWLEDGED: None, K.UNACKNOWLEDGED: S.OPEN,
    K.ASSIGNED: S.ACKNOWLEDGED, K.SILENCED: S.ACKNOWLEDGED, K.UNSILENCED: S.ACKNOWLEDGED, K.NOTE: S.ACKNOWLEDGED,
}  # fmt: skip
TABLE = {
    S.OPEN: ACTIVE,
    S.ACKNOWLEDGED: TAKEN,
    S.RESOLVED: {**dict.fromkeys(K), K.REOPENED: S.OPEN, K.NOTE: S.RESOLVED},
    S.DISMISSED: {**dict.fromkeys(K), K.REOPENED: S.OPEN, K.NOTE: S.DISMISSED},
}
WAY = {S.OPEN: (), S.ACKNOWLEDGED: (K.ACKNOWLEDGED,), S.RESOLVED: (K.RESOLVED,), S.DISMISSED: (K.DISMISSED,)}


def event(number: int, kind: EventKind, **fields: object) -> Event:
    at = NOON + timedelta(minutes=number)
    return Event(number=number, kind=kind, at=at, by="ana", **fields)  # type: ignore[arg-type]


def incident(*kinds: EventKind) -> Incident:
    first = Event(number=1, kind=K.OPENED, at=NOON, by="earshot", alert=ALERT)
    return fold("i1", [first, *(event(n, kind) for n, kind in enumerate(kinds, 2))])


def test_the_table_knows_every_state_and_kind() -> None:
    assert set(TABLE) == set(S)
    assert all(set(row) == set(K) for row in TABLE.values())


@pytest.mark.parametrize(
    "state, kind", [(state, kind) for state, row in TABLE.items() for kind, to in row.items() if to]
)
def test_what_may_follow(state: IncidentState, kind: EventKind) -> None:
    before = incident(*WAY[state])
    assert before.state is state
    assert kind in allowed(state)
    after = follow(before, event(len(before.events) + 1, kind))
    assert after.state is TABLE[state][kind]
    assert after.events[-1].kind is kind
    assert after.changed_at == after.events[-1].at
    assert before.state is state


@pytest.mark.parametrize(
    "state, kind", [(state, kind) for state, row in TABLE.items() for kind, to in row.items() if to is None]
)
def test_what_may_not(state: IncidentState, kind: EventKind) -> None:
    before = incident(*WAY[state])
    assert kind not in allowed(state)
    with pytest.raises(StateConflict, match=f"is {state}: it cannot be {kind} now"):
        follow(before, event(len(before.events) + 1, kind))


@pytest.mark.parametrize("number", [0, 1, 3, 99])
def test_an_event_of_another_number_means_that_somebody_was_faster(number: int) -> None:
    with pytest.raises(StateConflict, match="changed meanwhile"):
        follow(incident(), event(number, K.ACKNOWLEDGED))


LOGS_OF_NOBODY = {
    "empty": [],
    "begins in the middle": [event(1, K.ACKNOWLEDGED)],
    "opened without an alert": [event(1, K.OPENED)],
    "an alert that joined": [event(1, K.JOINED, alert=ALERT)],
    "the first line is lost": [event(2, K.OPENED, alert=ALERT)],
}


@pytest.mark.parametrize("log", LOGS_OF_NOBODY.values(), ids=LOGS_OF_NOBODY)
def test_a_log_begins_with_an_alert(log: list[Event]) -> None:
    with pytest.raises(StateConflict, match="does not begin with an alert"):
        fold("i1", log)


def test_opening() -> None:
    new = opened("i1", ALERT)
    assert (new.id, new.brand, new.story, new.title) == ("i1", "acme", "acme mood", "The mood has turned")
    assert (new.state, new.severity, new.owner, new.silenced_until) == (S.OPEN, Severity.WARNING, None, None)
    assert (new.opened_at, new.changed_at, new.alerts) == (NOON, NOON, (ALERT,))
    assert new.is_active


def test_folding_the_log_gives_the_incident_again() -> None:
    seen = incident(K.ACKNOWLEDGED, K.NOTE, K.RESOLVED, K.REOPENED, K.DISMISSED)
    assert fold("i1", seen.events) == seen
    assert not seen.is_active


def test_whoever_takes_it_owns_it_until_they_give_it_back() -> None:
    taken = incident(K.ACKNOWLEDGED)
    assert taken.owner == "ana"
    assert follow(taken, event(3, K.UNACKNOWLEDGED)).owner is None
    assert follow(taken, event(3, K.ASSIGNED, note="bogdan")).owner == "bogdan"
    assert follow(taken, event(3, K.ASSIGNED)).owner is None
    assert incident(K.ACKNOWLEDGED, K.RESOLVED).owner == "ana"
    assert incident(K.ACKNOWLEDGED, K.RESOLVED, K.REOPENED).owner is None


def test_silence_ends_by_hand() -> None:
    until = NOON + timedelta(hours=4)
    silent = follow(incident(), event(2, K.SILENCED, until=until))
    assert silent.silenced_until == until
    assert follow(silent, event(3, K.UNSILENCED)).silenced_until is None


def test_an_alert_that_joins_replaces_its_older_self_and_may_raise_the_severity_and_never_lowers_it() -> None:
    other = replace(ALERT, fingerprint="f2", severity=Severity.CRITICAL)
    joined = follow(incident(), event(2, K.JOINED, alert=other))
    assert joined.alerts == (ALERT, other)
    assert joined.severity is Severity.CRITICAL
    grown = replace(ALERT, counted="40 of 60 posts", severity=Severity.INFO)
    grew = follow(joined, event(3, K.GREW, alert=grown))
    assert grew.alerts == (other, grown)
    assert grew.severity is Severity.CRITICAL


def test_severities_have_an_order() -> None:
    assert [s.rank for s in (Severity.INFO, Severity.WARNING, Severity.CRITICAL)] == [0, 1, 2]


def test_a_fingerprint_names_its_parts_in_their_order() -> None:
    assert fingerprint("rule", "post") == fingerprint("rule", "post")
    assert len({fingerprint("a", "b"), fingerprint("b", "a"), fingerprint("ab"), fingerprint("a", "b", "")}) == 4
    assert len(fingerprint("a")) == 16
