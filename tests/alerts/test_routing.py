"""Who is told, and why."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.delivery import prepare
from alerts.routing import channels_for, is_crowd_only, reason_to_notify, why_hold, why_withdraw
from listening.alerting import Alert, Delivery, DeliveryState, Event, EventKind, Incident, Severity, follow
from listening.brands import Role
from listening.settings import RouteSettings
from tests.alerts.examples import DAY, HOUR, MINUTE, NOON, alert, incident


def route(*channels: str, **settings: object) -> RouteSettings:
    return RouteSettings.model_validate({"channels": channels or ("mail",), **settings})


@pytest.mark.parametrize(
    ("settings", "arrives"),
    [
        ({}, True),
        ({"brands": ["acme"]}, True),
        ({"brands": ["other"]}, False),
        ({"min_severity": "critical"}, False),
        ({"min_severity": "info"}, True),
        ({"audience": ["pr"]}, True),
        ({"audience": ["brand"]}, False),
        ({"audience": ["brand", "pr"]}, True),
        ({"audience": ["hr"]}, False),
        ({"audience": ["pr", "hr"]}, False),  # HR would read what is not meant for HR
    ],
)
def test_routes(settings: dict[str, object], arrives: bool) -> None:
    assert channels_for(incident(), [route(**settings)]) == (("mail",) if arrives else ())


def test_hr_gets_an_incident_only_if_every_alert_in_it_is_meant_for_hr() -> None:
    crowd = alert(audience=("hr", "pr"))
    assert channels_for(incident(crowd), [route(audience=["hr"])]) == ("mail",)
    danger = alert(fingerprint="f2", story="post/x", audience=("pr",))
    assert channels_for(incident(crowd, danger), [route(audience=["hr"]), route("desk", audience=["pr"])]) == ("desk",)
    assert channels_for(incident(alert(audience=())), [route(audience=["hr"])]) == ()


def test_each_channel_once_in_the_order_of_the_routes() -> None:
    routes = [route("hook", "mail"), route("mail", "folder")]
    assert channels_for(incident(), routes) == ("hook", "mail", "folder")


def test_messages_for_hr_carry_no_posts() -> None:
    routes = [route("mail", audience=[Role.PR]), route("people", audience=[Role.HR])]
    assert not is_crowd_only("mail", routes)
    assert is_crowd_only("people", routes)


def delivered(what: Incident, covers: int = 1, at: datetime = NOON) -> Delivery:
    ready = prepare(what, "mail", "first", at)
    return replace(ready, state=DeliveryState.DELIVERED, delivered_at=at, covers=covers)


def grown(what: Incident, at: datetime, by: Alert | None = None) -> Incident:
    event = Event(
        number=len(what.events) + 1,
        kind=EventKind.GREW,
        at=at,
        by="earshot",
        alert=by or alert(fingerprint="f9", at=at),
    )
    return follow(what, event)


OPEN = incident()
CRITICAL = incident(alert(severity=Severity.CRITICAL))
TAKEN = incident(then=((EventKind.ACKNOWLEDGED, NOON + MINUTE, "dana"),))
SILENT = incident(alert(severity=Severity.CRITICAL), then=((EventKind.SILENCED, NOON, "dana"),))
RESOLVED = incident(then=((EventKind.RESOLVED, NOON + MINUTE, "dana"),))
DISMISSED = incident(then=((EventKind.DISMISSED, NOON + MINUTE, "dana"),))
REOPENED = incident(then=((EventKind.RESOLVED, NOON, "dana"), (EventKind.REOPENED, NOON + MINUTE, "dana")))


@pytest.mark.parametrize(
    ("what", "before", "at", "reason"),
    [
        pytest.param(OPEN, None, NOON, "first", id="new"),
        pytest.param(TAKEN, None, NOON, None, id="somebody took it before anybody was told"),
        pytest.param(RESOLVED, None, NOON, None, id="over before anybody was told"),
        pytest.param(SILENT, None, NOON, None, id="silenced before anybody was told"),
        pytest.param(OPEN, delivered(OPEN), NOON + DAY, None, id="told, and nothing new"),
        pytest.param(grown(OPEN, NOON), delivered(OPEN), NOON + 14 * MINUTE, None, id="grew: not yet"),
        pytest.param(grown(OPEN, NOON), delivered(OPEN), NOON + 15 * MINUTE, "grew", id="grew"),
        pytest.param(grown(OPEN, NOON), delivered(OPEN, covers=2), NOON + DAY, None, id="grew, and was told so"),
        pytest.param(CRITICAL, delivered(CRITICAL), NOON + 3 * HOUR, None, id="critical: repeat not due"),
        pytest.param(CRITICAL, delivered(CRITICAL), NOON + 4 * HOUR, "repeat due", id="critical: repeat due"),
        pytest.param(TAKEN, delivered(OPEN), NOON + DAY, None, id="acknowledged"),
        pytest.param(grown(TAKEN, NOON + HOUR), delivered(OPEN), NOON + DAY, None, id="acknowledged, and grew"),
        pytest.param(
            grown(TAKEN, NOON + HOUR, alert(fingerprint="f9", severity=Severity.CRITICAL)),
            delivered(OPEN),
            NOON + HOUR,
            "grew",
            id="acknowledged as a warning, critical now",
        ),
        pytest.param(
            grown(TAKEN, NOON + HOUR, alert(fingerprint="f9", severity=Severity.CRITICAL)),
            delivered(OPEN, covers=3),
            NOON + DAY,
            None,
            id="critical now, and was told so",
        ),
        pytest.param(RESOLVED, delivered(OPEN), NOON + HOUR, "resolved", id="resolved"),
        pytest.param(RESOLVED, delivered(OPEN, covers=2), NOON + HOUR, None, id="resolved, and was told so"),
        pytest.param(DISMISSED, delivered(OPEN), NOON + HOUR, None, id="dismissed"),
        pytest.param(REOPENED, delivered(OPEN), NOON + HOUR, "reopened", id="reopened"),
        pytest.param(SILENT, delivered(CRITICAL), NOON + HOUR - MINUTE, None, id="silenced"),
        pytest.param(SILENT, delivered(CRITICAL), NOON + 5 * HOUR, "repeat due", id="the silence is over"),
        pytest.param(OPEN, prepare(OPEN, "mail", "first", NOON), NOON + DAY, None, id="under way"),
        pytest.param(
            grown(OPEN, NOON),
            replace(delivered(OPEN), state=DeliveryState.GIVEN_UP, delivered_at=None),
            NOON + DAY,
            "grew",
            id="the first was given up: what is new is told all the same",
        ),
    ],
)
def test_reasons(what: Incident, before: Delivery | None, at: datetime, reason: str | None) -> None:
    assert reason_to_notify(what, before, at) == reason


def test_a_waiting_message_is_held_while_silenced_and_withdrawn_when_dismissed() -> None:
    assert why_hold(SILENT, NOON) == "silenced until 18 November 2026, 13:07 UTC"
    assert why_hold(SILENT, NOON + HOUR) is None
    assert why_hold(OPEN, NOON) is None
    assert why_withdraw(DISMISSED) is not None
    assert why_withdraw(RESOLVED) is None
