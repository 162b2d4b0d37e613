"""One delivery to one channel: the state machine, its key and its patience."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from alerts.delivery import GIVE_UP_AFTER, attempt, compose, is_due, prepare, recover, start, wait, withdraw
from listening.alerting import Delivery, DeliveryState, Message
from listening.errors import Rejected, StateConflict, TryLater, Unanswered
from listening.settings import ShareRule
from tests.alerts.examples import DAY, HOUR, MINUTE, NOON, alert, incident, message, quote

SECOND = timedelta(seconds=1)
WHAT = incident()
READY = prepare(WHAT, "mail", "first", NOON)


@dataclass
class Scripted:
    """A channel that answers as told, then takes everything. A small implementation of the protocol."""

    answers: list[Exception] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)
    name: str = "mail"

    def deliver(self, message: Message, at: datetime) -> None:
        if self.answers:
            raise self.answers.pop(0)
        self.taken.append(message)


def once(answer: Exception | None, delivery: Delivery = READY, at: datetime = NOON) -> Delivery:
    return attempt(Scripted([answer] if answer else []), message(), start(delivery, at), at)


def test_delivered() -> None:
    after = once(None, at=NOON + MINUTE)
    assert (after.state, after.attempts, after.delivered_at) == (DeliveryState.DELIVERED, 1, NOON + MINUTE)
    assert not is_due(after, NOON + DAY)


def test_rejected_is_final_and_says_why() -> None:
    after = once(Rejected("nobody\r\nlives \x1b[31mhere"))
    assert (after.state, after.last_error) == (DeliveryState.REJECTED, "nobody lives here")
    assert not is_due(after, NOON + DAY)


def test_later_waits_and_goes_again_with_the_same_key() -> None:
    after = once(TryLater("busy"))
    assert after.state is DeliveryState.WAITING
    assert not after.maybe_repeat
    assert after.key == READY.key
    assert not is_due(after, NOON + SECOND)
    assert is_due(after, NOON + 10 * SECOND)
    assert start(after, NOON + MINUTE).attempts == 2


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(days=900), timedelta(hours=6)),  # nobody is believed for ever
        (timedelta(seconds=1), None),  # never sooner than our own patience
        (timedelta(days=-3), None),
    ],
)
def test_a_receiver_may_say_when(asked: timedelta, waits: timedelta | None) -> None:
    after = once(TryLater("busy", NOON + asked))
    assert after.next_at == NOON + (waits or wait(start(READY, NOON), NOON))


def test_without_an_answer_the_next_one_is_marked_and_stays_marked() -> None:
    after = once(Unanswered("silence"))
    assert after.maybe_repeat
    assert once(TryLater("busy"), after, NOON + MINUTE).maybe_repeat
    assert compose(after, WHAT, [], "http://127.0.0.1/").maybe_repeat


def test_found_sending_after_a_crash_goes_again_marked() -> None:
    crashed = start(READY, NOON)
    found = recover(crashed, NOON + HOUR)
    assert (found.state, found.maybe_repeat, found.key, found.next_at) == (
        DeliveryState.WAITING,
        True,
        READY.key,
        NOON + HOUR,
    )
    assert recover(READY, NOON + HOUR) == READY


def test_three_days_then_given_up_visibly() -> None:
    just = once(TryLater("busy"), at=NOON + GIVE_UP_AFTER - SECOND)
    over = once(TryLater("busy"), at=NOON + GIVE_UP_AFTER)
    assert just.state is DeliveryState.WAITING
    assert over.state is DeliveryState.GIVEN_UP
    assert over.last_error == "Given up after 3 days of attempts. busy"


def test_wrong_order_is_refused() -> None:
    with pytest.raises(StateConflict):
        attempt(Scripted(), message(), READY, NOON)
    with pytest.raises(StateConflict):
        start(start(READY, NOON), NOON)


def test_withdrawn() -> None:
    assert withdraw(READY, "dismissed").state is DeliveryState.GIVEN_UP


def test_ten_minutes_down_then_one_message_within_a_minute_of_its_return() -> None:
    """A1: one attempt each run, a run each 10 seconds."""
    channel = Scripted([TryLater("down")] * 1_000)
    delivery, at = READY, NOON
    attempts = 0
    while delivery.state is DeliveryState.WAITING:
        at += 10 * SECOND
        if at - NOON > timedelta(minutes=10):
            channel.answers.clear()
        if is_due(delivery, at):
            attempts += 1
            delivery = attempt(channel, message(), start(delivery, at), at)
    assert len(channel.taken) == 1
    assert at - NOON <= timedelta(minutes=11)
    assert attempts < 25


def test_patience_doubles_is_capped_and_differs_between_deliveries() -> None:
    def waits(key: str, age: timedelta) -> list[float]:
        delivery = replace(READY, key=key)
        return [wait(replace(delivery, attempts=n), NOON + age).total_seconds() for n in range(1, 12)]

    early, late = waits("a", timedelta(0)), waits("a", 2 * HOUR)
    assert all(low * 0.75 <= got <= low for got, low in zip(early[:3], (10, 20, 40), strict=True))
    assert max(early) <= 45
    assert 10 * 60 < max(late) <= 15 * 60
    assert early == waits("a", timedelta(0))
    assert early != waits("b", timedelta(0))


def test_keys_are_the_same_for_the_same_message_and_differ_for_every_other() -> None:
    told = replace(READY, state=DeliveryState.DELIVERED)
    keys = [
        READY.key,
        prepare(WHAT, "hook", "first", NOON).key,
        prepare(incident(id="i2"), "mail", "first", NOON).key,
        prepare(WHAT, "mail", "repeat due", NOON, told).key,
        prepare(WHAT, "mail", "repeat due", NOON, prepare(WHAT, "mail", "repeat due", NOON, told)).key,
    ]
    assert len(set(keys)) == len(keys)
    assert prepare(WHAT, "mail", "first", NOON + DAY).key == READY.key


def test_a_message_quotes_only_what_its_alerts_name_and_five_at_most() -> None:
    many = incident(alert(post_ids=tuple(f"files:{n}" for n in range(9))))
    quotes = [quote(post_id="files:secret"), *(quote(post_id=f"files:{n}") for n in range(9))]
    made = compose(READY, many, quotes, "http://127.0.0.1/")
    assert [q.post_id for q in made.quotes] == [f"files:{n}" for n in range(5)]
    assert compose(READY, many, quotes, "http://127.0.0.1/", crowd_only=True).quotes == ()


def test_quotes_of_a_condition_carry_no_link() -> None:
    danger = incident(alert(story="post/x", subject="condition", post_ids=("files:1",)))
    person = incident(alert(story="post/x", subject="person", post_ids=("files:1",)))
    assert compose(READY, danger, [quote()], "http://x/").quotes[0].link is None
    assert compose(READY, person, [quote()], "http://x/").quotes[0].link is not None


def test_playbooks_of_the_rules_that_fired() -> None:
    def rule(name: str, playbook: str) -> ShareRule:
        return ShareRule(kind="negative-share", name=name, title="t", playbook=playbook)

    rules = [rule("mood", " Answer once. "), rule("other", "Never shown."), rule("mood2", "")]
    assert compose(READY, WHAT, [], "http://x/", rules).what_to_do == ("Answer once.",)


def test_each_channel_stands_alone() -> None:
    """A3: one receiver down does not keep another waiting, nor is it forgotten."""
    mail, hook = Scripted([TryLater("down")]), Scripted(name="hook")
    one, two = READY, prepare(WHAT, "hook", "first", NOON)
    one, two = attempt(mail, message(), start(one, NOON), NOON), attempt(hook, message(), start(two, NOON), NOON)
    assert (one.state, two.state) == (DeliveryState.WAITING, DeliveryState.DELIVERED)
    one = attempt(mail, message(), start(one, NOON + MINUTE), NOON + MINUTE)
    assert one.state is DeliveryState.DELIVERED
    assert (len(mail.taken), len(hook.taken)) == (1, 1)
