"""Mail, against a real SMTP server."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.channels import Channel
from alerts.channels.email import MailChannel
from listening.errors import ConfigError, Rejected, TryLater, Unanswered
from listening.settings import EmailChannel
from tests.alerts import certificates
from tests.alerts.certificates import Certificate
from tests.alerts.examples import NOON, alert, incident, message, quote
from tests.alerts.mailreading import read
from tests.alerts.mailserver import Mails, serving
from tests.contracts.channels import Arrived, ChannelContract

PASSWORD = "correct-horse-7"


def settings(port: int, **changes: object) -> EmailChannel:
    values: dict[str, object] = {
        "kind": "email",
        "name": "mail",
        "host": "localhost",
        "port": port,
        "security": "none",
        "sender": "Earshot <earshot@example.org>",
        "to": ["Dana <dana@example.org>", "lee@example.org"],
    }
    return EmailChannel.model_validate(values | changes)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificates.make(tmp_path_factory.mktemp("tls"))


@dataclass
class Mailbox:
    channel: Channel
    mails: Mails
    secrets: tuple[str, ...] = (PASSWORD,)
    can_refuse: bool = True

    def arrived(self) -> list[Arrived]:
        return [read(envelope.original_content or b"") for envelope in self.mails.taken]

    def be_unwell(self) -> None:
        self.mails.at_data = "451 try again later"

    def refuse(self) -> None:
        self.mails.at_data = "550 we do not want this"

    def recover(self) -> None:
        self.mails.at_data = "250 taken"


class TestMail(ChannelContract):
    @pytest.fixture
    def receiver(self, certificate: Certificate) -> Iterator[Mailbox]:
        with serving(starttls=certificate.server, login=True) as mails:
            mails.password = PASSWORD
            entry = settings(mails.port, security="starttls", username="earshot", password=PASSWORD)
            yield Mailbox(MailChannel.of(entry, certificate.trusting), mails)


def test_the_envelope_and_the_headers() -> None:
    with serving() as mails:
        MailChannel.of(settings(mails.port)).deliver(message(), NOON)
    (got,) = mails.taken
    assert (got.mail_from, got.rcpt_tos) == ("earshot@example.org", ["dana@example.org", "lee@example.org"])
    headers = dict(read(got.original_content or b"").frame[0])
    assert headers["Subject"] == "[warning] The mood has turned: Acme Trams"
    assert headers["From"] == "Earshot <earshot@example.org>"
    assert headers["To"] == "Dana <dana@example.org>, lee@example.org"
    assert headers["Message-ID"] == "<0123456789abcdef@example.org>"
    assert headers["References"] == "<i1@example.org>"
    assert headers["Date"] == "Wed, 18 Nov 2026 12:07:00 +0000"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert set(headers) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Auto-Submitted",
        "Earshot-Key",
        "MIME-Version",
    }


@pytest.mark.parametrize(
    "title",
    ["Mood\r\nBcc: all@example.org", "=?utf-8?q?Bcc?=", "\u202ereversed", "\x1b[31mred", "Настроение упало", "T" * 900],
)
def test_a_title_is_one_subject_and_nothing_else(title: str) -> None:
    with serving() as mails:
        MailChannel.of(settings(mails.port)).deliver(message(incident=incident(alert(title=title))), NOON)
    headers = dict(read(mails.taken[0].original_content or b"").frame[0])
    assert len(headers) == 9
    subject = headers["Subject"]
    assert subject.startswith("[warning] ")
    assert len(subject) <= 200
    assert not set(subject) & set("\r\n\x1b\u202e")
    assert mails.taken[0].rcpt_tos == ["dana@example.org", "lee@example.org"]


def test_starttls_with_a_checked_certificate(certificate: Certificate) -> None:
    with serving(starttls=certificate.server) as mails:
        MailChannel.of(settings(mails.port, security="starttls"), certificate.trusting).deliver(message(), NOON)
    assert len(mails.taken) == 1


def test_tls_from_the_first_byte(certificate: Certificate) -> None:
    with serving(tls=certificate.server) as mails:
        MailChannel.of(settings(mails.port, security="tls"), certificate.trusting).deliver(message(), NOON)
    assert len(mails.taken) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_taken(certificate: Certificate, security: str) -> None:
    with serving(**{security: certificate.server}) as mails:
        with pytest.raises(TryLater, match="certificate that cannot be verified"):
            MailChannel.of(settings(mails.port, security=security)).deliver(message(), NOON)
        assert mails.taken == []


def test_a_certificate_for_another_host_is_not_taken(tmp_path: Path) -> None:
    other = certificates.make(tmp_path, "mail.example.org")
    with serving(starttls=other.server) as mails:
        with pytest.raises(TryLater, match="certificate that cannot be verified"):
            MailChannel.of(settings(mails.port, security="starttls"), other.trusting).deliver(message(), NOON)
        assert mails.taken == []


def test_without_starttls_nothing_goes_out_in_the_clear() -> None:
    with serving() as mails:
        with pytest.raises(TryLater, match="does not offer"):
            MailChannel.of(settings(mails.port, security="starttls")).deliver(message(), NOON)
        assert mails.taken == []


def test_a_wrong_password_can_be_mended_and_is_not_shown(certificate: Certificate) -> None:
    with serving(starttls=certificate.server, login=True) as mails:
        mails.password = "another"
        entry = settings(mails.port, security="starttls", username="earshot", password=PASSWORD)
        channel = MailChannel.of(entry, certificate.trusting)
        with pytest.raises(TryLater, match="does not accept username and password") as caught:
            channel.deliver(message(), NOON)
    assert PASSWORD not in repr(caught.value)


@pytest.mark.parametrize(
    ("answer", "error"), [("550 nobody lives here", Rejected), ("451 greylisted", TryLater), ("421 closing", TryLater)]
)
def test_all_recipients_refused(answer: str, error: type[Exception]) -> None:
    with serving() as mails:
        mails.at_recipient["*"] = answer
        with pytest.raises(error, match=answer[:3]) as caught:
            MailChannel.of(settings(mails.port)).deliver(message(), NOON)
    assert type(caught.value) is error


def test_one_recipient_refused_and_one_not(caplog: pytest.LogCaptureFixture) -> None:
    with serving() as mails:
        mails.at_recipient["lee@example.org"] = "550 left the company"
        MailChannel.of(settings(mails.port)).deliver(message(), NOON)
    assert [envelope.rcpt_tos for envelope in mails.taken] == [["dana@example.org"]]
    assert "lee@example.org was refused (550)" in caplog.text


def test_one_recipient_later_and_one_never_is_later() -> None:
    with serving() as mails:
        mails.at_recipient.update({"dana@example.org": "550 no", "lee@example.org": "451 later"})
        with pytest.raises(TryLater):
            MailChannel.of(settings(mails.port)).deliver(message(), NOON)


def test_a_connection_lost_after_the_message_may_have_delivered_it() -> None:
    with serving() as mails:
        mails.at_data = "drop"
        with pytest.raises(Unanswered, match="broke off"):
            MailChannel.of(settings(mails.port)).deliver(message(), NOON)


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(TryLater, match="cannot be reached") as caught:
            MailChannel.of(settings(taken.getsockname()[1])).deliver(message(), NOON)
    assert not isinstance(caught.value, Unanswered)


@pytest.mark.parametrize(
    "greeting", [b"", b"554 go away\r\n", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["silent", "554", "http"]
)
def test_something_else_listens(greeting: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(greeting)
                connection.recv(1000) if not greeting else None

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(TryLater, match="cannot be reached"):
            MailChannel.of(settings(server.getsockname()[1]), timeout=0.3).deliver(message(), NOON)
        thread.join(5)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"sender": "nobody"}, "sender = 'nobody' is no mail address"),
        ({"sender": "a@example.org\r\nBcc: b@example.org"}, "is no mail address"),
        ({"to": ["dana@example.org", "a@b@c"]}, "to = 'a@b@c' is no mail address"),
        ({"to": ["дана@example.org"]}, "is no mail address"),
        ({"host": "smtp.example.org", "username": "u"}, "would travel in the clear"),
    ],
)
def test_settings_that_cannot_work(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match="Channel mail: ") as caught:
        MailChannel.of(settings(25, **changes))
    assert says in str(caught.value)


def test_links_are_web_addresses_or_nothing() -> None:
    links = [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        'https://x.example/"onclick="x',
        "ftp://x.example",
    ]
    with serving() as mails:
        for link in links:
            MailChannel.of(settings(mails.port)).deliver(message(quote(link=link)), NOON)
        MailChannel.of(settings(mails.port)).deliver(message(quote(link="https://ok.example/p?a=1&b=2")), NOON)
    *bad, good = [read(envelope.original_content or b"") for envelope in mails.taken]
    for got in bad:
        assert "original" not in got.words
    assert "original: https://ok.example/p?a=1&b=2" in good.words
    assert any(entry[0] == "a" and ("href", "https://ok.example/p?a=1&b=2") in entry[1] for entry in good.frame[3])
