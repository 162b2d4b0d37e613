"""One delivery to one channel, as a state machine. Every change is a new value, written down by the caller at once.

    WAITING → SENDING → DELIVERED | WAITING (next_at, last_error) | REJECTED | GIVEN_UP

The order that keeps the promise (nothing lost, at most one marked repeat per crash):

    delivery = start(delivery, at);                      commit
    delivery = attempt(channel, message, delivery, at);  commit

Whoever finds a delivery in SENDING after a crash calls :func:`recover`: nobody knows whether it arrived.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from alerts import sentences
from alerts.channels.protocol import Channel
from alerts.plain import one_line
from alerts.post_rules import POST_STORY
from listening.alerting import Delivery, DeliveryState, Incident, Message, Quote, fingerprint
from listening.errors import Rejected, StateConflict, TryLater, Unanswered
from listening.settings import RuleSettings

GIVE_UP_AFTER = timedelta(days=3)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(seconds=45)
"""In the first hour: with a run every minute, a receiver that comes back has its message within the next minute."""
LONGEST_WAIT_LATER = timedelta(minutes=15)
PATIENCE = timedelta(hours=1)
LONGEST_RETRY_AFTER = timedelta(hours=6)
"""A receiver that asks for more is not believed."""
MOST_QUOTES = 5
_OPEN = (DeliveryState.WAITING, DeliveryState.SENDING)


def prepare(incident: Incident, channel: str, reason: str, at: datetime, previous: Delivery | None = None) -> Delivery:
    """A delivery to write down before anything is sent.

    The key follows from the incident, the channel, what the message covers and the delivery before it: preparing again
    after a crash gives the same key, and a reminder has another key than the first message.
    """
    covers = len(incident.events)
    before = previous.key if previous else ""
    return Delivery(
        incident_id=incident.id,
        channel=channel,
        key=fingerprint("delivery", incident.id, channel, reason, str(covers), before),
        reason=reason,
        state=DeliveryState.WAITING,
        attempts=0,
        created_at=at,
        next_at=at,
        covers=covers,
    )


def compose(
    delivery: Delivery,
    incident: Incident,
    quotes: Sequence[Quote],
    link: str,
    rules: Iterable[RuleSettings] = (),
    crowd_only: bool = False,
) -> Message:
    """What the channel gets. ``link`` is the incident's address on the dashboard.

    Only posts that an alert of the incident names are quoted, and those of alerts about a condition without a link.
    ``crowd_only`` (see :func:`alerts.routing.is_crowd_only`): no quotes at all.
    """
    named = {post for alert in incident.alerts for post in alert.post_ids}
    linkless = {
        post
        for alert in incident.alerts
        if alert.subject == "condition" and alert.story.startswith(POST_STORY)
        for post in alert.post_ids
    }
    shown = [q if q.post_id not in linkless else replace(q, link=None) for q in quotes if q.post_id in named]
    fired = {alert.rule for alert in incident.alerts}
    playbooks = [rule.playbook.strip() for rule in rules if rule.name in fired and rule.playbook.strip()]
    return Message(
        key=delivery.key,
        incident=incident,
        reason=delivery.reason,
        quotes=() if crowd_only else tuple(shown[:MOST_QUOTES]),
        link=link,
        maybe_repeat=delivery.maybe_repeat,
        what_to_do=tuple(dict.fromkeys(playbooks)),
    )


def is_due(delivery: Delivery, at: datetime) -> bool:
    return delivery.state in _OPEN and delivery.next_at <= at


def recover(delivery: Delivery, at: datetime) -> Delivery:
    """A delivery that was found in SENDING goes again, with the same key, marked. Any other is returned as it is."""
    if delivery.state is not DeliveryState.SENDING:
        return delivery
    error = str(sentences.STOPPED_WHILE_SENDING)
    return replace(delivery, state=DeliveryState.WAITING, next_at=at, maybe_repeat=True, last_error=error)


def start(delivery: Delivery, at: datetime, covers: int | None = None) -> Delivery:
    """SENDING, to be written down before the send. ``covers``: the latest event that the message will tell of."""
    if delivery.state is not DeliveryState.WAITING:
        raise StateConflict(f"The delivery to {delivery.channel} is {delivery.state}: it cannot be sent now.")
    newest = delivery.covers if covers is None else covers
    return replace(delivery, state=DeliveryState.SENDING, attempts=delivery.attempts + 1, next_at=at, covers=newest)


def attempt(channel: Channel, message: Message, delivery: Delivery, at: datetime) -> Delivery:
    """One send, and the delivery that results. ``delivery`` is in SENDING, see :func:`start`."""
    if delivery.state is not DeliveryState.SENDING:
        raise StateConflict(
            f"The delivery to {delivery.channel} is {delivery.state}: start it, write it down, then send."
        )
    try:
        channel.deliver(message, at)
    except Rejected as error:
        return replace(delivery, state=DeliveryState.REJECTED, last_error=one_line(str(error)))
    except TryLater as error:
        unanswered = delivery.maybe_repeat or isinstance(error, Unanswered)
        failed = replace(delivery, last_error=one_line(str(error)), maybe_repeat=unanswered)
        if at - delivery.created_at >= GIVE_UP_AFTER:
            told = f"{sentences.GIVEN_UP} {failed.last_error}"
            return replace(failed, state=DeliveryState.GIVEN_UP, last_error=told)
        return replace(failed, state=DeliveryState.WAITING, next_at=_next_attempt(delivery, error.until, at))
    return replace(delivery, state=DeliveryState.DELIVERED, delivered_at=at, last_error="")


def withdraw(delivery: Delivery, why: str) -> Delivery:
    """A delivery that nobody wants any more (see :func:`alerts.routing.why_withdraw`)."""
    return replace(delivery, state=DeliveryState.GIVEN_UP, last_error=one_line(why))


def wait(delivery: Delivery, at: datetime) -> timedelta:
    """How long to wait after the latest attempt: doubling, capped, and up to a quarter shorter as the key has it.

    Deterministic, so that a test can replay it; different for each delivery, so that receivers are not stormed.
    """
    longest = LONGEST_WAIT if at - delivery.created_at < PATIENCE else LONGEST_WAIT_LATER
    doubled = min(FIRST_WAIT * (1 << min(max(delivery.attempts - 1, 0), 20)), longest)
    digest = sha256(f"{delivery.key}\0{delivery.attempts}".encode()).digest()
    shorter = int.from_bytes(digest[:4], "big") / 2**32 / 4
    return doubled * (1 - shorter)


def _next_attempt(delivery: Delivery, until: datetime | None, at: datetime) -> datetime:
    own = at + wait(delivery, at)
    return max(own, min(until, at + LONGEST_RETRY_AFTER)) if until else own
