"""Messages to people: one delivery row per (incident, channel), committed before and after each send.

Nothing is sent inside a transaction. A delivery found in SENDING fell to a kill between the two commits: nobody knows
whether it arrived, so it goes again with the same key, marked as a possible repeat.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from alerts.delivery import attempt, compose, is_due, prepare, recover, start
from alerts.delivery import withdraw as withdrawn
from alerts.routing import channels_for, is_crowd_only, reason_to_notify, why_hold, why_withdraw
from listening.alerting import Delivery, DeliveryState, Incident, Message, Quote
from listening.posts import Post
from pipeline.wiring import House

_LOOK_BACK = timedelta(days=4)
"""Incidents that changed within this time may still have something to tell; longer than any delivery is tried."""
_LONGEST_QUOTE = 600  # characters


def deliver(house: House, now: datetime) -> int:
    """Send what is due; returns how many messages were delivered. Each channel stands alone."""
    delivered = 0
    for incident in _incidents(house, now):
        for channel in channels_for(incident, house.settings.route):
            delivered += _tell(house, incident, channel, now)
    return delivered


def _incidents(house: House, now: datetime) -> Iterator[Incident]:
    for brand in house.brands:
        yield from house.ledger.incidents.recent(brand.key, since=now - _LOOK_BACK)


def _tell(house: House, incident: Incident, channel: str, now: datetime) -> int:
    delivery = house.ledger.deliveries.get(incident.id, channel)
    if delivery is not None and delivery.state is DeliveryState.SENDING:
        delivery = recover(delivery, now)
        house.ledger.deliveries.put(delivery)
    if delivery is None or delivery.state is not DeliveryState.WAITING:
        reason = reason_to_notify(incident, delivery, now)
        if reason is None:
            return 0
        delivery = prepare(incident, channel, reason, now, delivery)
        house.ledger.deliveries.put(delivery)
    if why := why_withdraw(incident):
        house.ledger.deliveries.put(withdrawn(delivery, why))
        return 0
    if why_hold(incident, now) or not is_due(delivery, now):
        return 0
    return _send(house, incident, channel, delivery, now)


def _send(house: House, incident: Incident, channel: str, delivery: Delivery, now: datetime) -> int:
    delivery = start(delivery, now, covers=len(incident.events))
    house.ledger.deliveries.put(delivery)
    message = _message(house, incident, channel, delivery)
    delivery = attempt(house.channels[channel], message, delivery, now)
    house.ledger.deliveries.put(delivery)
    return int(delivery.state is DeliveryState.DELIVERED)


def _message(house: House, incident: Incident, channel: str, delivery: Delivery) -> Message:
    worst_first = sorted(incident.alerts, key=lambda alert: -alert.severity.rank)
    posts = house.index.get(tuple(dict.fromkeys(post_id for alert in worst_first for post_id in alert.post_ids)))
    return compose(
        delivery,
        incident,
        [_quote(house, post) for post in posts],
        f"{house.dashboard}/alerts/{incident.id}",
        house.settings.rule,
        crowd_only=is_crowd_only(channel, house.settings.route),
    )


def _quote(house: House, post: Post) -> Quote:
    whole = " ".join(part for part in (post.title, post.text) if part)
    return Quote(
        post_id=post.id,
        text=whole if len(whole) <= _LONGEST_QUOTE else whole[: _LONGEST_QUOTE - 1] + "…",
        language=post.assessment.language if post.assessment else post.language or "und",
        sentiment=post.assessment.label.value if post.assessment else "pending",
        platform=post.platform,
        created_at=post.created_at,
        link=f"{house.dashboard}/posts/{post.id}",
    )
