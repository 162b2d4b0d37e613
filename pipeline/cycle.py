"""One whole cycle without Airflow, for a look, a cron line, or the first posts of a new installation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.steps.collect import Collected, collect
from pipeline.steps.judge import Judged, judge
from pipeline.steps.plan import plan
from pipeline.wiring import House


@dataclass(frozen=True, slots=True)
class Cycle:
    """What every part of a cycle did."""

    collected: tuple[Collected, ...]
    judged: Judged


def run_cycle(house: House, now: datetime, say: Callable[[str], None] = lambda _: None) -> Cycle:
    """Collect whoever's turn it is, then judge. ``say`` is told what goes on."""
    collected = []
    for turn in plan(house, now):
        say(f"Collecting {turn.brand} from {turn.platform} …")
        collected.append(collect(house, turn.brand, turn.platform, now))
    return Cycle(tuple(collected), judge(house, now, say))
