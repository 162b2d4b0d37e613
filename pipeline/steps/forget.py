"""What may no longer be kept goes: by each brand's purpose, by what each platform allows, and by its author's wish."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.letters import forget_letters
from pipeline.steps.recheck import recheck
from pipeline.turns import one_at_a_time
from pipeline.wiring import IMPORTS, House

_BATCH = 1_000
_WAIT = 300.0
_KEEP_LOGS = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Counts of what went."""

    expired: int
    removed: int
    letters: int
    logs: int


def forget(house: House, now: datetime) -> Forgotten:
    """Remove posts past their time. Their windows are sealed first: history and baselines survive. Safe to repeat."""
    with one_at_a_time(house.home, "judge", _WAIT):
        expired = sum(
            _expire(house, brand.key, brand.purpose.retention_days, now) for brand in (*house.brands, IMPORTS)
        )
        removed = house.door.honour_opt_outs(now) + recheck(house, now)
        letters = forget_letters(house)
    return Forgotten(
        expired=expired, removed=removed, letters=letters, logs=_old_logs(house.home / "airflow" / "logs", now)
    )


def _expire(house: House, brand: str, days: int, now: datetime) -> int:
    limits: list[tuple[str | None, float]] = [(None, min(days, house.settings.retention.default_days))]
    limits += [(name, limit) for name, limit in house.settings.retention.platforms.items() if limit < limits[0][1]]
    gone = 0
    for platform, limit in limits:
        before = now - timedelta(days=limit)
        while expired := house.index.expired(brand, platform, before, _BATCH):
            gone += house.door.expire(brand, expired, now)
    return gone


def _old_logs(folder: Path, now: datetime) -> int:
    """Airflow writes a folder a run and never cleans up."""
    gone = 0
    for run in folder.glob("dag_id=*/run_id=*"):
        if now.timestamp() - run.stat().st_mtime > _KEEP_LOGS.total_seconds():
            shutil.rmtree(run)
            gone += 1
    return gone
