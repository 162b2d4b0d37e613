"""A storm is one story; a story is told again when it grew, and begins anew after it ended."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from alerts.incidents import MOST_POSTS, Joining, Opening, group, subsided
from alerts.rules import evaluate_post
from listening.alerting import Alert, Event, EventKind, Incident, IncidentState, Severity, fold, follow
from listening.assessments import RiskMatch
from listening.settings import RiskRule
from tests.alerts.examples import ACME, DAY, HOUR, MINUTE, NOON, alert, assessment, incident, post


def play(incidents: dict[str, Incident], steps: Sequence[Opening | Joining]) -> list[EventKind]:
    """Write steps down as the ledger would; returns what happened."""
    kinds = []
    for step in steps:
        if isinstance(step, Opening):
            assert step.incident_id not in incidents
            incidents[step.incident_id] = step.incident
            kinds.append(EventKind.OPENED)
        else:
            incidents[step.incident_id] = follow(incidents[step.incident_id], step.event)
            kinds.append(step.event.kind)
    return kinds


def told(
    alerts: Sequence[Alert], *known: Incident, at: datetime = NOON, ended: Sequence[Incident] = ()
) -> list[EventKind]:
    return play({i.id: i for i in known}, group(alerts, known, at, ended))


def size(count: float, **changes: object) -> Alert:
    return alert(values={"count": count}, fingerprint=f"size-{count}", **changes)


def risky(number: int, rule: str = "danger", **changes: object) -> Alert:
    values: dict[str, object] = {
        "rule": rule,
        "fingerprint": f"{rule}-{number}",
        "story": f"post/text-{number}",
        "post_ids": (f"files:{number}",),
        "values": {"score": 0.9},
    }
    return alert(**(values | changes))


@pytest.mark.parametrize(
    ("newcomer", "happens"),
    [
        pytest.param(alert(), [], id="the same finding"),
        pytest.param(size(68), [], id="a little more of it"),
        pytest.param(size(69), [EventKind.GREW], id="half as large again"),
        pytest.param(size(10, severity=Severity.CRITICAL), [EventKind.GREW], id="more severe"),
        pytest.param(size(46, rule="other"), [EventKind.JOINED], id="another rule, same story"),
        pytest.param(
            size(9, rule="other", story="window/volume"), [EventKind.JOINED], id="a third of the posts shared"
        ),
        pytest.param(
            size(9, rule="other", story="window/volume", post_ids=("a", "b", "c", "files:1")),
            [EventKind.OPENED],
            id="a quarter of the posts shared",
        ),
        pytest.param(
            size(9, story="window/volume", post_ids=(), rule="other"), [EventKind.OPENED], id="no posts to share"
        ),
        pytest.param(size(46, brand="other"), [EventKind.OPENED], id="another brand"),
        pytest.param(size(46, rule="other", audience=("brand",)), [EventKind.OPENED], id="other readers"),
    ],
)
def test_joining(newcomer: Alert, happens: list[EventKind]) -> None:
    assert told([newcomer], incident()) == happens


def test_an_episode_over_a_day_is_told_again_each_day_and_not_each_minute() -> None:
    known = {"i1": incident()}
    happened = []
    for minute in range(0, 3 * 24 * 60, 10):
        at = NOON + minute * MINUTE
        now = replace(size(46 + minute % 7, at=at), fingerprint=f"b{minute}")  # a new name each time: the worst case
        happened += play(known, group([now], [*known.values()], at))
    assert happened == [EventKind.GREW, EventKind.GREW]


def test_ten_thousand_posts_are_one_incident_that_stays_small() -> None:
    known: dict[str, Incident] = {}
    kinds: list[EventKind] = []
    for run in range(5):
        at = NOON + run * MINUTE
        batch = [risky(n, at=at) for n in range(run * 2_000, run * 2_000 + 2_000)]
        kinds += play(known, group(batch, [*known.values()], at))
    assert len(known) == 1
    assert len(kinds) == MOST_POSTS
    assert kinds.count(EventKind.GREW) == 10  # at 2, 3, 5, 8, 12, 18, 27, 41, 62 and 93 posts
    (one,) = known.values()
    assert len(one.alerts) == MOST_POSTS


def test_fifty_rules_on_the_same_posts_are_one_incident() -> None:
    rules = [alert(rule=f"r{n}", fingerprint=f"f{n}", story=f"s{n}") for n in range(50)]
    kinds = told(rules)
    assert kinds.count(EventKind.OPENED) == 1
    assert len(kinds) == 50


def test_the_most_severe_alert_opens_and_the_order_of_alerts_does_not_matter() -> None:
    batch = [risky(1), risky(2, rule="worse", severity=Severity.CRITICAL, post_ids=("files:1",)), alert()]
    steps = group(batch, [], NOON)
    assert isinstance(steps[0], Opening) and steps[0].alert.rule == "worse"
    assert group(batch[::-1], [], NOON) == steps


def test_an_opening_repeated_after_a_crash_has_the_same_id() -> None:
    (first,), (again,) = group([alert()], [], NOON), group([alert()], [], NOON + MINUTE)
    assert isinstance(first, Opening) and isinstance(again, Opening)
    assert first.incident_id == again.incident_id
    assert fold(first.incident_id, first.incident.events) == first.incident


@pytest.mark.parametrize(
    ("then", "happens"),
    [
        ((), EventKind.GREW),
        (((EventKind.ACKNOWLEDGED, NOON, "dana"),), EventKind.OPENED),
        (((EventKind.SILENCED, NOON, "dana"),), EventKind.OPENED),
    ],
    ids=["nobody has it", "acknowledged", "silenced"],
)
def test_other_posts_of_a_rule_join_only_what_nobody_has_taken(
    then: tuple[tuple[EventKind, datetime, str], ...], happens: EventKind
) -> None:
    known = incident(risky(1), then=then)
    assert told([risky(2)], known, at=NOON + MINUTE) == [happens]
    # A copy of the same text is the same story, whoever has it.
    assert told([risky(3, story="post/text-1")], known, at=NOON + MINUTE) == [EventKind.GREW]


def test_a_danger_does_not_hide_in_an_incident_that_somebody_has() -> None:
    danger = RiskRule(kind="risk", name="danger", title="Danger", categories=("safety-hazard",))

    def unnamed(number: int) -> Alert:
        risks = (RiskMatch("safety-hazard", 0.9, ""),)
        found = evaluate_post(danger, post(number, assessment=assessment(risks=risks, themes=("safety",))), ACME, NOON)
        assert found is not None
        return found

    taken = incident(unnamed(1), then=((EventKind.ACKNOWLEDGED, NOON, "dana"),))
    assert told([unnamed(2)], taken, at=NOON + MINUTE) == [EventKind.OPENED]


def test_posts_of_a_rule_an_hour_later_are_another_story() -> None:
    assert told([risky(2)], incident(risky(1)), at=NOON + HOUR) == [EventKind.OPENED]


ENDINGS = [
    pytest.param("dana", EventKind.RESOLVED, 6, id="resolved by somebody"),
    pytest.param("dana", EventKind.DISMISSED, 6, id="dismissed by somebody"),
    pytest.param("earshot", EventKind.RESOLVED, 1, id="ended by itself"),
]


@pytest.mark.parametrize(("by", "kind", "hours"), ENDINGS)
def test_what_ended_stays_ended_for_a_while_unless_it_grows(by: str, kind: EventKind, hours: int) -> None:
    over = incident(then=((kind, NOON, by),))
    later = NOON + hours * HOUR
    assert told([alert()], at=later - MINUTE, ended=[over]) == []
    assert told([size(50)], at=later - MINUTE, ended=[over]) == []
    assert told([size(69)], at=later - MINUTE, ended=[over]) == [EventKind.OPENED]
    assert told([size(50)], at=later, ended=[over]) == [EventKind.OPENED]


def test_a_note_does_not_prolong_the_calm() -> None:
    over = incident(then=((EventKind.RESOLVED, NOON, "dana"), (EventKind.NOTE, NOON + 5 * HOUR, "dana")))
    assert told([size(50)], at=NOON + 6 * HOUR, ended=[over]) == [EventKind.OPENED]


def test_a_copy_of_a_dismissed_post_is_left_alone_and_another_post_is_not() -> None:
    over = incident(risky(1), then=((EventKind.DISMISSED, NOON, "dana"),))
    assert told([risky(2, story="post/text-1")], at=NOON + HOUR, ended=[over]) == []
    assert told([risky(2)], at=NOON + HOUR, ended=[over]) == [EventKind.OPENED]


def test_subsiding() -> None:
    quiet = incident()
    assert subsided([quiet], [], NOON + HOUR - MINUTE) == []
    assert subsided([quiet], [alert(rule="other")], NOON + HOUR) == []
    assert subsided([incident(risky(1))], [], NOON + DAY) == []  # about a post: a person's decision
    assert subsided([incident(alert(), risky(1))], [], NOON + DAY) == []
    (ending,) = subsided([quiet], [alert(brand="other")], NOON + HOUR)
    assert follow(quiet, ending.event).state is IncidentState.RESOLVED
    assert ending.event.by == "earshot"


def test_events_are_numbered_so_that_a_person_who_was_faster_wins() -> None:
    known = incident()
    (step,) = group([size(99)], [known], NOON)
    assert isinstance(step, Joining)
    assert step.event.number == 2
    meanwhile = Event(number=2, kind=EventKind.ACKNOWLEDGED, at=NOON, by="dana")
    assert follow(known, meanwhile).events[1].number == step.event.number  # the ledger refuses the second of the two
