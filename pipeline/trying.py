"""``earshot alerts try``: a rule replayed on history, before anybody is woken by it. Nothing is written."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.incidents import CALM, Opening, group, subsided
from alerts.rules import evaluate_post, evaluate_windows
from listening.alerting import Alert, Incident, follow
from listening.brands import Brand
from listening.errors import ConfigError
from listening.settings import ReachRule, RiskRule, RuleSettings, ShareRule, SpikeRule
from listening.windows import LENGTH, window_of
from pipeline.steps.evaluate import policies, view_of
from pipeline.wiring import House
from store.protocol import Filters, Search


def try_on_history(house: House, name: str, days: int, now: datetime) -> Iterator[Alert]:
    """The alerts that would have opened an incident in the last ``days``, oldest first, brand by brand."""
    rule = next((r for r in house.settings.rule if r.name == name), None)
    if rule is None:
        known = ", ".join(r.name for r in house.settings.rule) or "none yet"
        raise ConfigError(f"There is no rule '{name}'; those that exist are: {known}.")
    for brand in house.brands:
        if not rule.brands or brand.key in rule.brands:
            yield from _try(house, brand, rule, now - timedelta(days=days), now)


def _try(house: House, brand: Brand, rule: RuleSettings, since: datetime, now: datetime) -> Iterator[Alert]:
    incidents: dict[str, Incident] = {}
    for at, alerts in _moments(house, brand, rule, since, now):
        active = [i for i in incidents.values() if i.is_active]
        ended = [i for i in incidents.values() if not i.is_active and at - i.changed_at < CALM]
        for step in group(alerts, active, at, ended=ended):
            if isinstance(step, Opening):
                incidents[step.incident_id] = step.incident
                yield step.alert
            else:
                incidents[step.incident_id] = follow(incidents[step.incident_id], step.event)
        for ending in subsided([i for i in incidents.values() if i.is_active], alerts, at):
            incidents[ending.incident_id] = follow(incidents[ending.incident_id], ending.event)


def _moments(
    house: House, brand: Brand, rule: RuleSettings, since: datetime, now: datetime
) -> Iterator[tuple[datetime, list[Alert]]]:
    if isinstance(rule, RiskRule | ReachRule):
        about = policies(house)
        filters = Filters(brands=(brand.key,), since=since, until=now, dated_only=True)
        for post in house.index.stream(Search(filters=filters, order="oldest")):
            if alert := evaluate_post(rule, post, brand, post.fetched_at, about):
                yield post.fetched_at, [alert]
        return
    assert isinstance(rule, ShareRule | SpikeRule)
    at = window_of(since)
    while at <= now:
        alert = evaluate_windows(rule, brand, view_of(house, brand, rule, at), at)
        yield at, [alert] if alert else []
        at += LENGTH
