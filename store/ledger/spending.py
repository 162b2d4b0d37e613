"""What reading has cost, to the millionth of a dollar, and what a collection that is under way may still cost."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, String, Table, and_, delete, func, select, update

from listening.collecting import Spent

from .database import METADATA, Database, Moment, upsert

SPENDING = Table(
    "spending",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("platform", String, primary_key=True),
    Column("hour", Moment, primary_key=True),
    # The calendar month of that hour (UTC), like 2026-11: budgets are monthly.
    Column("month", String, nullable=False),
    Column("posts", BigInteger, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("micro_dollars", BigInteger, nullable=False),
)
RESERVATIONS = Table(
    "spending_reserved",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("platform", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("micro_dollars", BigInteger, nullable=False),
)
_MICRO = 1_000_000


class Spending:
    """One purchase at a time for a brand and platform: the caller holds a lock around reserve … release."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, brand: str, platform: str, spent: Spent, at: datetime) -> None:
        """For the write door. What was bought is taken off what was reserved."""
        if spent == Spent():
            return
        row = _row(brand, platform, at, spent.posts, spent.requests, _micro(spent.dollars))
        more = {name: SPENDING.c[name] + row[name] for name in ("posts", "requests", "micro_dollars")}
        rest = RESERVATIONS.c.micro_dollars - row["micro_dollars"]
        with self._database.writing() as connection:
            upsert(connection, SPENDING, [row], more)
            connection.execute(
                update(RESERVATIONS).where(_of(RESERVATIONS, brand, platform)).values(micro_dollars=rest)
            )

    def of_month(self, brand: str, platform: str, at: datetime) -> Spent:
        """All of the calendar month (UTC) of ``at``."""
        columns = (SPENDING.c.requests, SPENDING.c.posts, SPENDING.c.micro_dollars)
        wanted = select(*map(func.sum, columns)).where(_of(SPENDING, brand, platform), SPENDING.c.month == _month(at))
        with self._database.reading() as connection:
            requests, posts, micro = (int(value or 0) for value in connection.execute(wanted).one())
        return Spent(requests=requests, posts=posts, dollars=_dollars(micro))

    def by_hour(self, brand: str, platform: str, since: datetime) -> Mapping[datetime, Decimal]:
        """Dollars by the hour in which they were spent; hours in which something was read for nothing are there too."""
        wanted = (
            select(SPENDING.c.hour, SPENDING.c.micro_dollars)
            .where(_of(SPENDING, brand, platform), SPENDING.c.hour >= since)
            .order_by(SPENDING.c.hour)
        )
        with self._database.reading() as connection:
            return {row.hour: _dollars(row.micro_dollars) for row in connection.execute(wanted)}

    def reserve(
        self, brand: str, platform: str, monthly: Decimal, most_at_once: Decimal | None, at: datetime
    ) -> Decimal:
        """All that is left of the month's budget, set aside until :meth:`release`; returns it.

        A reservation that is still there belongs to a collection that was killed, perhaps between the platform's answer
        and our note of it: ``most_at_once``, what one answer can cost, is written down as spent (None: all of it).
        """
        with self._database.writing() as connection:
            left_behind = connection.execute(select(RESERVATIONS).where(_of(RESERVATIONS, brand, platform))).first()
            if left_behind is not None:
                unnoted = max(0, left_behind.micro_dollars)
                if most_at_once is not None:
                    unnoted = min(unnoted, _micro(most_at_once))
                self.add(brand, platform, Spent(dollars=_dollars(unnoted)), left_behind.at)
            left = max(Decimal(0), monthly - self.of_month(brand, platform, at).dollars)
            row = {"brand": brand, "platform": platform, "at": at, "micro_dollars": int(left * _MICRO)}
            upsert(connection, RESERVATIONS, [row])
        return left

    def release(self, brand: str, platform: str) -> None:
        with self._database.writing() as connection:
            connection.execute(delete(RESERVATIONS).where(_of(RESERVATIONS, brand, platform)))


def _row(brand: str, platform: str, at: datetime, posts: int, requests: int, micro: int) -> dict[str, Any]:
    hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return {
        "brand": brand,
        "platform": platform,
        "hour": hour,
        "month": _month(at),
        "posts": posts,
        "requests": requests,
        "micro_dollars": micro,
    }


def _of(table: Table, brand: str, platform: str) -> ColumnElement[bool]:
    return and_(table.c.brand == brand, table.c.platform == platform)


def _month(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m}"


def _micro(dollars: Decimal) -> int:
    """Never less than was paid."""
    return int((dollars * _MICRO).to_integral_value(ROUND_CEILING))


def _dollars(micro: int) -> Decimal:
    return Decimal(micro) / _MICRO
