"""What the DAGs call: opens the house, runs a step, answers with names and counts only (XCom carries nothing else).

Knows nothing of Airflow. "Now" is the run's time.
"""

import os
from dataclasses import asdict
from datetime import datetime

from pipeline.configuration import read_settings
from pipeline.wiring import House


def plan(now: datetime) -> list[dict[str, str]]:
    """The (brand, platform) pairs that are due."""
    from pipeline.steps.plan import plan as step

    with House(read_settings(os.environ)) as house:
        return [{"brand": turn.brand, "platform": turn.platform} for turn in step(house, now)]


def collect(brand: str, platform: str, now: datetime) -> dict[str, int]:
    """Counts of one collection. A source that asks us to come back later is not a failure."""
    from pipeline.steps.collect import collect as step

    with House(read_settings(os.environ)) as house:
        collected = step(house, brand, platform, now)
    if collected.problem:
        print(f"{platform} for {brand}: {collected.problem}")  # the task's log
    return {name: value for name, value in asdict(collected).items() if isinstance(value, int)}


def judge(now: datetime) -> dict[str, int]:
    """Counts of one judging: posts classified, windows counted, alerts raised, messages delivered."""
    from pipeline.steps.judge import judge as step

    with House(read_settings(os.environ)) as house:
        return asdict(step(house, now))


def forget(now: datetime) -> dict[str, int]:
    """Counts of what was forgotten, by reason."""
    from pipeline.steps.forget import forget as step

    with House(read_settings(os.environ)) as house:
        return asdict(step(house, now))
