"""What every alert channel promises. A new channel is a fixture ``receiver`` and one class line."""

import logging
import traceback
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pytest

from alerts import sentences
from alerts.channels import Channel
from alerts.plain import quotable
from listening.alerting import EventKind
from listening.errors import EarshotError, Rejected, TryLater
from tests.alerts.examples import NOON, alert, incident, message, quote
from tests.alerts.hostile import HOSTILE


@dataclass(frozen=True)
class Arrived:
    """What a receiver got, read as its people read it. ``frame`` is all of it but for what the posts say."""

    key: str
    words: str
    quotes: tuple[str, ...]
    frame: Any


class Receiver(Protocol):
    """The other side of a channel: a real one, on this machine."""

    channel: Channel
    secrets: tuple[str, ...]
    can_refuse: bool

    def arrived(self) -> list[Arrived]: ...

    def be_unwell(self) -> None:
        """From now on fail in a way that may pass."""

    def refuse(self) -> None:
        """From now on refuse for good."""

    def recover(self) -> None: ...


class ChannelContract:
    """Subclasses provide the fixture ``receiver``."""

    def test_a_message_says_all_it_has_to(self, receiver: Receiver) -> None:
        receiver.channel.deliver(message(), NOON)
        (got,) = receiver.arrived()
        told = message()
        first = told.incident.alerts[0]
        for words in (
            told.incident.title,
            first.counted,
            first.against,
            first.why_now,
            *told.what_to_do,
            told.link,
            sentences.REVIEW,
        ):
            assert words in got.words
        assert got.quotes == (quotable(told.quotes[0].text),)
        assert sentences.MAYBE_REPEAT not in got.words

    def test_a_repeat_is_recognised_by_its_key_and_says_so(self, receiver: Receiver) -> None:
        receiver.channel.deliver(message(), NOON)
        (first,) = receiver.arrived()
        receiver.channel.deliver(message(maybe_repeat=True), NOON)
        *_, repeat = receiver.arrived()
        assert repeat.key == first.key == message().key
        assert "possible repeat" in repeat.words.casefold() or '"maybe_repeat": true' in repeat.words

    def test_other_messages_have_other_keys(self, receiver: Receiver) -> None:
        receiver.channel.deliver(message(key="a" * 16), NOON)
        receiver.channel.deliver(message(key="b" * 16), NOON)
        assert {got.key for got in receiver.arrived()} == {"a" * 16, "b" * 16}

    def test_five_languages_arrive_whole(self, receiver: Receiver) -> None:
        texts = [
            "שלוש שעות בקור, ואף אחד לא עונה",
            "Три часа на морозе 🥶",
            "Trzy godziny! Żenada",
            "ثلاث ساعات",
            "三小时",
        ]
        receiver.channel.deliver(message(*(quote(text, post_id=f"files:{n}") for n, text in enumerate(texts))), NOON)
        (got,) = receiver.arrived()
        assert list(got.quotes) == texts

    def test_a_message_without_quotes(self, receiver: Receiver) -> None:
        receiver.channel.deliver(replace(message(), quotes=()), NOON)
        (got,) = receiver.arrived()
        assert got.quotes == ()

    def test_many_alerts_and_a_resolved_incident(self, receiver: Receiver) -> None:
        alerts = [alert(rule=f"rule-{n}", fingerprint=f"f{n}") for n in range(50)]
        over = incident(*alerts, then=((EventKind.RESOLVED, NOON, "dana"),))
        receiver.channel.deliver(message(incident=over, reason="resolved"), NOON)
        (got,) = receiver.arrived()
        assert "resolved" in got.words.casefold()
        assert "47" in got.words  # three are explained, the rest is counted

    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_a_post_cannot_command_the_channel(self, receiver: Receiver, text: str) -> None:
        receiver.channel.deliver(message(quote("Harmless.")), NOON)
        (harmless,) = receiver.arrived()
        receiver.channel.deliver(message(quote(text)), NOON)
        got = receiver.arrived()[-1]
        assert got.frame == harmless.frame
        assert "\n".join(got.quotes) == quotable(text)

    def test_what_may_pass_is_tried_later(self, receiver: Receiver) -> None:
        receiver.be_unwell()
        with pytest.raises(TryLater):
            receiver.channel.deliver(message(), NOON)
        assert receiver.arrived() == []
        receiver.recover()
        receiver.channel.deliver(message(), NOON)
        assert len(receiver.arrived()) == 1

    def test_what_is_refused_is_rejected(self, receiver: Receiver) -> None:
        if not receiver.can_refuse:
            pytest.skip("this channel has nobody who could refuse")
        receiver.refuse()
        with pytest.raises(Rejected) as caught:
            receiver.channel.deliver(message(), NOON)
        assert not isinstance(caught.value, TryLater)
        assert receiver.channel.name in str(caught.value)
        assert receiver.arrived() == []

    def test_no_secret_in_repr_error_or_log(self, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
        shown = [repr(receiver.channel), str(receiver.channel)]
        with caplog.at_level(logging.DEBUG):
            receiver.channel.deliver(message(), NOON)
            receiver.be_unwell()
            with pytest.raises(EarshotError) as caught:
                receiver.channel.deliver(message(), NOON)
        shown += [caplog.text, *traceback.format_exception(caught.value)]
        for secret in receiver.secrets:
            assert secret not in "\n".join(shown)
