"""One judging: classify, recount, evaluate the rules, deliver. One run at a time on a machine."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pipeline.steps.classify import classify
from pipeline.steps.deliver import deliver
from pipeline.steps.evaluate import evaluate_rules, recount_and_evaluate
from pipeline.turns import one_at_a_time
from pipeline.wiring import House

_WAIT = 300.0  # seconds that a run waits for the one before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one judging did."""

    classified: int
    windows: int
    alerts: int
    delivered: int


def judge(house: House, now: datetime, say: Callable[[str], None] = lambda _: None) -> Judged:
    """Do what there is to do, read from the store. Killed anywhere and run again, the same state results."""
    with one_at_a_time(house.home, "judge", _WAIT):
        house.door.apply_verdicts(house.ledger.verdicts.waiting(), now)  # of reviewers who were cut off
        say("Judging posts …")
        classified = classify(house, now, lambda done: say(f"Judging posts … {done:,}"))
        say("Counting windows …")
        windows, raised = recount_and_evaluate(house, now)
        raised += evaluate_rules(house, now)
        say("Delivering …")
        delivered = deliver(house, now)
    return Judged(classified=classified, windows=windows, alerts=raised, delivered=delivered)
