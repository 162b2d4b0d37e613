"""Intervals that we know we did not see."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, String, Table, select

from listening.collecting import Gap, GapReason

from .database import METADATA, Database, Moment, upsert

GAPS = Table(
    "gaps",
    METADATA,
    Column("brand", String, primary_key=True),
    Column("source", String, primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("until", Moment, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("estimated", BigInteger),
)


class Gaps:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, brand: str, gap: Gap) -> None:
        """Safe to call twice."""
        row = {
            "brand": brand,
            "source": gap.source,
            "since": gap.since,
            "until": gap.until,
            "reason": gap.reason.value,
            "estimated": gap.estimated,
        }
        with self._database.writing() as connection:
            upsert(connection, GAPS, [row])

    def of_source(self, brand: str, platform: str, since: datetime, until: datetime) -> list[Gap]:
        """Gaps of one platform that touch the interval, oldest first."""
        gaps = self.between([brand], since, until)
        return [gap for gap in gaps if gap.source == platform or gap.source.startswith(f"{platform},")]

    def between(self, brands: Sequence[str], since: datetime, until: datetime) -> list[Gap]:
        """Gaps that touch the interval, oldest first; of all brands if ``brands`` is empty."""
        wanted = select(GAPS).where(GAPS.c.since < until, GAPS.c.until > since).order_by(GAPS.c.since, GAPS.c.source)
        if brands:
            wanted = wanted.where(GAPS.c.brand.in_(brands))
        with self._database.reading() as connection:
            rows = connection.execute(wanted).all()
        gaps = (
            Gap(
                source=row.source,
                since=row.since,
                until=row.until,
                reason=GapReason(row.reason),
                estimated=row.estimated,
            )
            for row in rows
        )
        return list(dict.fromkeys(gaps))
