"""Incidents as logs of events. What may follow what is decided by :mod:`listening.alerting`, not here."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Index, Integer, String, Table, Text, select, update

from listening.alerting import Alert, Event, EventKind, Incident, Severity, fold, follow
from listening.errors import StateConflict
from listening.jsonform import moment, read_moment
from listening.sentences import sentence_from_json, sentence_to_json

from .database import METADATA, Database, Moment, chunks, upsert

INCIDENTS = Table(
    "incidents",
    METADATA,
    Column("id", String, primary_key=True),
    Column("brand", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("active", Boolean, nullable=False),
    Index("incidents_by_brand", "brand", "changed_at"),
    Index("incidents_by_time", "opened_at"),
)
EVENTS = Table(
    "incident_events",
    METADATA,
    Column("incident_id", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("until", Moment),
    Column("alert", Text),
)
ALERTS = Table(
    "alerts",
    METADATA,
    Column("rule", String, primary_key=True),
    Column("fingerprint", String, primary_key=True),
    Column("incident_id", String, nullable=False),
)

_EXPLAINED = ("counted", "against", "why_now")


class Incidents:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, incident: Incident) -> None:
        """A new incident with its events and its alert, all or nothing; :class:`StateConflict` if one is known."""
        first = incident.alerts[0]
        row = {
            "id": incident.id,
            "brand": incident.brand,
            "opened_at": incident.opened_at,
            "changed_at": incident.changed_at,
            "active": incident.is_active,
        }
        with self._database.writing() as connection:
            if _fired(connection, first.rule, first.fingerprint) or _events(connection, [incident.id]):
                raise StateConflict(f"Incident {incident.id} or its alert '{first.title}' is recorded already.")
            connection.execute(INCIDENTS.insert(), [row])
            for event in incident.events:
                _insert(connection, incident.id, event)

    def append(self, incident_id: str, event: Event) -> Incident:
        """The incident after ``event``; :class:`StateConflict` if it changed meanwhile or the event may not follow."""
        with self._database.writing() as connection:
            after = follow(self.get(incident_id), event)
            _insert(connection, incident_id, event)
            connection.execute(
                update(INCIDENTS)
                .where(INCIDENTS.c.id == incident_id)
                .values(active=after.is_active, changed_at=after.changed_at)
            )
        return after

    def get(self, incident_id: str) -> Incident:
        """Raises :class:`StateConflict` if there is none of this id."""
        found = self.find(incident_id)
        if found is None:
            raise StateConflict(f"There is no incident '{incident_id}': 'earshot alerts list' shows them.")
        return found

    def find(self, incident_id: str) -> Incident | None:
        return next(iter(self._folded([incident_id])), None)

    def active(self, brand: str) -> list[Incident]:
        """Newest first."""
        return self._chosen(INCIDENTS.c.brand == brand, INCIDENTS.c.active)

    def recent(self, brand: str, since: datetime) -> list[Incident]:
        """Those that are active, and those to which something happened at or after ``since``; newest first."""
        return self._chosen(INCIDENTS.c.brand == brand, INCIDENTS.c.active | (INCIDENTS.c.changed_at >= since))

    def all(self, limit: int, brands: Sequence[str] = (), *, active_only: bool = False) -> list[Incident]:
        """Newest first; of all brands if ``brands`` is empty."""
        of_brands = [INCIDENTS.c.brand.in_(brands)] if brands else []
        return self._chosen(*of_brands, *([INCIDENTS.c.active] if active_only else []), limit=limit)

    def fired(self, rule: str, fingerprint: str) -> bool:
        """Whether this finding was recorded before."""
        with self._database.reading() as connection:
            return _fired(connection, rule, fingerprint)

    def _chosen(self, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Incident]:
        newest = INCIDENTS.c.opened_at.desc(), INCIDENTS.c.id.desc()
        with self._database.reading() as connection:
            wanted = select(INCIDENTS.c.id).where(*conditions).order_by(*newest).limit(limit)
            ids = list(connection.execute(wanted).scalars())
        return self._folded(ids)

    def _folded(self, ids: Iterable[str]) -> list[Incident]:
        wanted = list(ids)
        logs: dict[str, list[Event]] = {}
        with self._database.reading() as connection:
            for some in chunks(wanted):
                for incident_id, event in _events(connection, some):
                    logs.setdefault(incident_id, []).append(event)
        return [fold(incident_id, logs[incident_id]) for incident_id in wanted if incident_id in logs]


def _fired(connection: Connection, rule: str, fingerprint: str) -> bool:
    wanted = select(ALERTS.c.rule).where(ALERTS.c.rule == rule, ALERTS.c.fingerprint == fingerprint)
    return connection.execute(wanted).first() is not None


def _insert(connection: Connection, incident_id: str, event: Event) -> None:
    row = {
        "incident_id": incident_id,
        "number": event.number,
        "kind": event.kind.value,
        "at": event.at,
        "by": event.by,
        "note": str(event.note),
        "until": event.until,
        "alert": _alert_to_json(event.alert) if event.alert else None,
    }
    connection.execute(EVENTS.insert(), [row])
    if event.alert:
        fired = {"rule": event.alert.rule, "fingerprint": event.alert.fingerprint, "incident_id": incident_id}
        upsert(connection, ALERTS, [fired], {})


def _events(connection: Connection, ids: Sequence[str]) -> list[tuple[str, Event]]:
    wanted = select(EVENTS).where(EVENTS.c.incident_id.in_(ids)).order_by(EVENTS.c.incident_id, EVENTS.c.number)
    return [
        (
            row.incident_id,
            Event(
                number=row.number,
                kind=EventKind(row.kind),
                at=row.at,
                by=row.by,
                note=row.note,
                alert=_alert_from_json(row.alert) if row.alert else None,
                until=row.until,
            ),
        )
        for row in connection.execute(wanted)
    ]


def _alert_to_json(alert: Alert) -> str:
    lines = {name: sentence_to_json(getattr(alert, name)) for name in _EXPLAINED}
    return json.dumps({**asdict(alert), **lines, "at": moment(alert.at)}, sort_keys=True)


def _alert_from_json(text: str) -> Alert:
    form: dict[str, Any] = json.loads(text)
    form["at"] = read_moment(form["at"])
    form["severity"] = Severity(form["severity"])
    for name in _EXPLAINED:
        form[name] = sentence_from_json(form[name])
    for name in ("audience", "post_ids"):
        form[name] = tuple(form[name])
    return Alert(**form)
