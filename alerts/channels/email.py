"""Mail by SMTP, over TLS with a checked certificate unless the settings say otherwise."""

import logging
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr

from pydantic import SecretStr

from alerts.channels.letter import envelope
from alerts.plain import one_line
from listening.alerting import Message
from listening.errors import ConfigError, Rejected, TryLater, Unanswered
from listening.settings import EmailChannel

TIMEOUT = 20.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailChannel:
    """One mail to all of ``to`` in one SMTP transaction. ``context`` decides which certificates are trusted."""

    name: str
    settings: EmailChannel
    sender: Address
    to: tuple[Address, ...]
    context: ssl.SSLContext = field(repr=False)
    timeout: float = TIMEOUT

    @classmethod
    def of(
        cls, settings: EmailChannel, context: ssl.SSLContext | None = None, timeout: float = TIMEOUT
    ) -> "MailChannel":
        if settings.username and settings.security == "none" and settings.host not in _LOOPBACK:
            raise ConfigError(
                f"Channel {settings.name}: with security = 'none' the password would travel in the clear. "
                "Write security = 'starttls' or 'tls', or leave out username."
            )
        return cls(
            settings.name,
            settings,
            _address(settings.name, "sender", settings.sender),
            tuple(_address(settings.name, "to", text) for text in settings.to),
            context or ssl.create_default_context(),
            timeout,
        )

    def deliver(self, message: Message, at: datetime) -> None:
        mail = envelope(message, at, self.sender, self.to)
        with self._connected() as server:
            self._ask(server.mail(self.sender.addr_spec), f"the sender {self.sender.addr_spec}")
            self._recipients(server)
            try:
                code, answer = server.data(mail.as_bytes())
            except smtplib.SMTPDataError as error:
                self._ask((error.smtp_code, error.smtp_error), "the message")
            except (smtplib.SMTPServerDisconnected, OSError) as error:
                # The last line may have arrived before the connection broke.
                raise Unanswered(f"{self._where} broke off while it took the message.") from error
            else:
                self._ask((code, answer), "the message")

    @property
    def _where(self) -> str:
        return f"Channel {self.name}: {self.settings.host}:{self.settings.port}"

    def _recipients(self, server: smtplib.SMTP) -> None:
        """At least one has to be accepted; who is not is named in the log."""
        answers = [(address, *server.rcpt(address.addr_spec)) for address in self.to]
        refused = [(address, code, answer) for address, code, answer in answers if code not in (250, 251)]
        if len(refused) == len(answers):
            # If one of them may be accepted later, all of it is worth another try.
            _, code, answer = min(refused, key=lambda entry: entry[1])
            self._ask((code, answer), "all recipients")
        for address, code, _ in refused:
            _log.warning(
                "Channel %s: recipient %s was refused (%d), the others have the message: mend 'to' in the settings.",
                self.name, one_line(address.addr_spec), code,
            )  # fmt: skip

    def _ask(self, reply: tuple[int, bytes | str], what: str) -> None:
        """Raise what an SMTP reply means: 4yz is "later", 5yz is "never" (RFC 5321, section 4.2.1)."""
        code, answer = reply
        if 200 <= code < 300:
            return
        said = one_line(answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer, 120)
        sentence = f"{self._where} refused {what}: {code} {said}"
        raise Rejected(sentence) if 500 <= code < 600 else TryLater(sentence)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A greeted, encrypted, logged-in server. What fails here is not the message's fault: later."""
        server: smtplib.SMTP | None = None
        try:
            try:
                server = self._open()
            except ssl.SSLCertVerificationError as error:
                raise TryLater(
                    f"{self._where} shows a certificate that cannot be verified ({error.verify_message}). "
                    "Mend the certificate or the host's name; mail does not go out over such a connection."
                ) from error
            except smtplib.SMTPNotSupportedError as error:
                raise TryLater(
                    f"{self._where} does not offer what the settings ask for ({one_line(str(error))}). "
                    "Mend 'security' or 'username'."
                ) from error
            except smtplib.SMTPAuthenticationError as error:
                # The reply's text may repeat what was sent; the code says enough.
                raise TryLater(
                    f"{self._where} does not accept username and password ({error.smtp_code}): mend them."
                ) from None
            except (smtplib.SMTPException, OSError) as error:
                raise TryLater(f"{self._where} cannot be reached ({type(error).__name__}).") from error
            try:
                yield server
            except (smtplib.SMTPException, OSError) as error:
                raise TryLater(f"{self._where} broke off before it took the message.") from error
        finally:
            if server:
                _leave(server)

    def _open(self) -> smtplib.SMTP:
        settings = self.settings
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(timeout=self.timeout, context=self.context)
        else:
            server = smtplib.SMTP(timeout=self.timeout)
        # smtplib keeps the host for SNI only where the constructor connects, and leaks the socket if that fails.
        server._host = settings.host  # type: ignore[attr-defined]
        try:
            code, greeting = server.connect(settings.host, settings.port)
            if code != 220:
                raise smtplib.SMTPConnectError(code, greeting)
            if settings.security == "starttls":
                server.starttls(context=self.context)
            server.ehlo_or_helo_if_needed()
            if settings.username:
                server.login(settings.username, (settings.password or SecretStr("")).get_secret_value())
        except BaseException:
            server.close()
            raise
        return server


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye if the other side still listens; by now the message is taken or an error is on its way."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):
        server.close()


def _address(channel: str, key: str, text: str) -> Address:
    name, spec = parseaddr(text)
    try:
        if any(ord(c) < 32 for c in text) or spec.count("@") != 1 or not spec.isascii():
            raise ValueError(text)
        return Address(name, addr_spec=spec)
    except (ValueError, IndexError, MessageError) as error:
        raise ConfigError(
            f"Channel {channel}: {key} = '{one_line(text)}' is no mail address; write somebody@example.org "
            "or Name <somebody@example.org>."
        ) from error
