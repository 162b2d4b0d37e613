"""One row for each (incident, channel), written before and after the send. What was said is not kept."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Boolean, Column, Integer, RowMapping, Select, String, Table, Text, select

from listening.alerting import Delivery, DeliveryState

from .database import METADATA, Database, Moment, upsert

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("incident_id", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("delivered_at", Moment),
    Column("last_error", Text, nullable=False),
    Column("maybe_repeat", Boolean, nullable=False),
    Column("covers", Integer, nullable=False),
)
_UNFINISHED = (DeliveryState.WAITING.value, DeliveryState.SENDING.value)


class Deliveries:
    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, incident_id: str, channel: str) -> Delivery | None:
        found = self._found(
            select(DELIVERIES).where(DELIVERIES.c.incident_id == incident_id, DELIVERIES.c.channel == channel)
        )
        return found[0] if found else None

    def put(self, delivery: Delivery) -> None:
        """Full replace, durable on return."""
        with self._database.writing() as connection:
            upsert(connection, DELIVERIES, [{**asdict(delivery), "state": delivery.state.value}])

    def of(self, incident_id: str) -> list[Delivery]:
        return self._found(select(DELIVERIES).where(DELIVERIES.c.incident_id == incident_id))

    def pending(self) -> list[Delivery]:
        """Waiting, or found on its way after a crash; the longest due first."""
        return self._found(select(DELIVERIES).where(DELIVERIES.c.state.in_(_UNFINISHED)))

    def _found(self, wanted: Select[Any]) -> list[Delivery]:
        ordered = wanted.order_by(DELIVERIES.c.next_at, DELIVERIES.c.incident_id, DELIVERIES.c.channel)
        with self._database.reading() as connection:
            return [_delivery(row) for row in connection.execute(ordered).mappings()]


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
