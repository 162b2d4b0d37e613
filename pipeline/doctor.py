"""``earshot doctor``: every part that Earshot depends on, and what to do about the one that fails."""

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from listening.errors import EarshotError
from listening.sources import State
from pipeline.sources import statuses
from pipeline.wiring import House
from sentiment.judge import TextToJudge
from sentiment.scores import saved_scores

_LITTLE_SPACE = 1 << 30  # bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``sentence`` says how it is, or what to do."""

    what: str
    ok: bool
    sentence: str


def examine(house: House, now: datetime) -> Iterator[Finding]:
    """Look at everything, in the order in which posts meet it. Nothing is changed."""
    yield _space(house)
    yield _settings(house)
    yield from _sources(house, now)
    for what, check in (
        ("posts index", _index),
        ("ledger", _ledger),
        ("model", _model),
        ("risk categories", _categories),
        ("audit log", _audit),
    ):
        try:
            yield Finding(what, True, check(house))
        except EarshotError as error:
            yield Finding(what, False, str(error))
    yield _dead_letters(house)
    yield _deliveries(house)


def _space(house: House) -> Finding:
    free = shutil.disk_usage(house.home if house.home.exists() else house.home.parent).free
    sentence = f"{free / 1e9:,.1f} GB free where {house.home} lives"
    return Finding("disk", free > _LITTLE_SPACE, sentence + ("" if free > _LITTLE_SPACE else ": make room soon"))


def _settings(house: House) -> Finding:
    if house.settings.example:
        return Finding("settings", True, "the example company stands in; `earshot init` writes your own brand")
    return Finding("settings", True, "listening for " + ", ".join(b.key for b in house.brands))


def _sources(house: House, now: datetime) -> Iterator[Finding]:
    for status in statuses(house, now):
        if status.state is State.OFF:
            continue
        what = f"{status.platform} for {status.brand}"
        ok = status.state in (State.LISTENING, State.SILENT, State.RESTING)
        at = f", last collected {status.last_success:%H:%M} UTC" if status.last_success else ""
        yield Finding(what, ok, status.sentence or f"{status.posts:,} posts{at}")


def _index(house: House) -> str:
    return f"{house.index.count():,} posts"


def _ledger(house: House) -> str:
    waiting = len(house.ledger.windows.dirty(1_000))
    return f"SQLite {sqlite3.sqlite_version}; {waiting} windows wait to be counted"


def _model(house: House) -> str:
    saved_scores(house.scores_file, house.model_revision)  # read for its complaint: pages show no score then
    return f"{house.judge.model_revision} loads, measured in {len(house.measured_scores)} languages"


def _categories(house: House) -> str:
    said = f"{len(house.categories.list)} categories, revision {house.risk_revision}"
    # A post without text has a vector too, and asks nobody what the examples mean.
    (empty,) = house.judge.judge([TextToJudge("")])
    return said if empty.vector else f"{said}, by phrases alone: this model has no meaning vectors"


def _audit(house: House) -> str:
    return f"{house.ledger.audit.verify():,} entries, chain unbroken"


def _dead_letters(house: House) -> Finding:
    count = house.ledger.dead_letters.count()
    if not count:
        return Finding("dead letters", True, "none")
    return Finding("dead letters", False, f"{count} posts could not be read: `earshot dead-letters list` says why")


def _deliveries(house: House) -> Finding:
    pending = house.ledger.deliveries.pending()
    failed = [d for d in pending if d.last_error]
    if not failed:
        return Finding("deliveries", True, f"{len(pending)} waiting")
    return Finding("deliveries", False, f"{failed[0].channel}: {failed[0].last_error}")
