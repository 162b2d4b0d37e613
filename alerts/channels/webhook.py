"""A POST of JSON to an address of yours, signed, with an idempotency key."""

import json
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from alerts.channels.letter import posts_address, told_alerts
from alerts.channels.signing import HEADER, sign
from alerts.channels.targets import resolve
from alerts.plain import one_line, quotable, safe_link
from alerts.sentences import REVIEW
from listening.alerting import Message
from listening.errors import ConfigError, Rejected, TryLater, Unanswered
from listening.jsonform import moment
from listening.settings import WebhookChannel

CONNECT, READ = 5.0, 15.0
_LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Follows no redirect, uses no proxy, and connects to the address that was checked: no second look-up of the name.

    The address may hold a secret, so no error, log line or repr shows more of it than the host.
    """

    name: str
    settings: WebhookChannel
    context: ssl.SSLContext = field(repr=False)
    read_timeout: float = READ

    @classmethod
    def of(
        cls, settings: WebhookChannel, context: ssl.SSLContext | None = None, read_timeout: float = READ
    ) -> "Webhook":
        try:
            url = httpx.URL(settings.url.get_secret_value())
        except httpx.InvalidURL:
            raise ConfigError(f"Channel {settings.name}: url is no web address; write https://…") from None
        if url.scheme not in ("https", "http") or not url.host:
            raise ConfigError(f"Channel {settings.name}: url is no web address; write https://…")
        if url.scheme == "http" and not settings.allow_private:
            raise ConfigError(
                f"Channel {settings.name}: url is not encrypted; write https://…, or allow_private = true for a "
                "receiver on your own network."
            )
        if url.userinfo:
            raise ConfigError(f"Channel {settings.name}: url holds a user name; the signature is what proves us.")
        if not settings.secret.get_secret_value():
            raise ConfigError(f"Channel {settings.name}: secret is empty; write a long random one.")
        return cls(settings.name, settings, context or ssl.create_default_context(), read_timeout)

    def deliver(self, message: Message, at: datetime) -> None:
        url = httpx.URL(self.settings.url.get_secret_value())
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = resolve(url.raw_host.decode("ascii"), port, self.settings.allow_private)
        except Rejected as error:
            raise Rejected(f"Channel {self.name}: {error}.") from None
        except TryLater as error:
            raise TryLater(f"Channel {self.name}: {error}.") from error
        for address in addresses:
            try:
                response = self._post(url, address, message, at)
            except Unanswered:
                raise
            except TryLater:
                # Nothing was sent yet: the host's next address may listen (localhost is ::1 and 127.0.0.1).
                if address == addresses[-1]:
                    raise
            else:
                self._judge(response, at)
                return

    def _post(self, url: httpx.URL, address: str, message: Message, at: datetime) -> httpx.Response:
        host = url.raw_host.decode("ascii")
        body = json.dumps(as_json(message, at), ensure_ascii=True, separators=(",", ":")).encode()
        seconds = {"connect": CONNECT, "read": self.read_timeout, "write": self.read_timeout, "pool": CONNECT}
        request = httpx.Request(
            "POST",
            url.copy_with(host=address, fragment=None),
            content=body,
            headers={
                "Host": url.netloc.decode("ascii"),
                "Content-Type": "application/json",
                "User-Agent": "Earshot",
                "Accept": "*/*",
                "Idempotency-Key": message.key,
                HEADER: sign(self.settings.secret.get_secret_value(), int(at.timestamp()), body),
            },
            extensions={"timeout": seconds, "sni_hostname": host},
        )
        # The transport and not httpx.Client: a client logs every address at level INFO, and this one is a secret.
        with httpx.HTTPTransport(verify=self.context, trust_env=False, retries=0) as transport:
            try:
                response = transport.handle_request(request)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                raise TryLater(f"Channel {self.name}: {host} cannot be reached ({_cause(error)}).") from None
            except httpx.TransportError as error:
                kind = type(error).__name__
                sentence = f"Channel {self.name}: {host} took the message and gave no answer ({kind})."
                raise Unanswered(sentence) from None
            response.close()
        return response

    def _judge(self, response: httpx.Response, at: datetime) -> None:
        code = response.status_code
        if 200 <= code < 300:
            return
        where = f"Channel {self.name}: the receiver answered {code}"
        if code in _LATER or code >= 500:
            raise TryLater(f"{where}.", retry_after(response.headers.get("Retry-After"), at))
        if 300 <= code < 400:
            raise Rejected(f"{where}, a redirect, and redirects are not followed: write the final address into url.")
        raise Rejected(f"{where}: it does not want this message.")


def _cause(error: httpx.TransportError) -> str:
    """Why there is no connection, without anybody's address in it."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate cannot be verified: {one_line(cause.verify_message, 80)}"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def retry_after(value: str | None, at: datetime) -> datetime | None:
    """When a receiver asks us to come back: seconds or a date (RFC 9110, section 10.2.3). Nonsense is no wish."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return at + timedelta(seconds=min(int(text[:9]), 10**8))
    try:
        wished = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return (wished if wished.tzinfo else wished.replace(tzinfo=UTC)).astimezone(UTC)


def as_json(message: Message, at: datetime) -> dict[str, Any]:
    """The body. Posts stand in ``quotes`` and nowhere else; all other words are ours or the company's."""
    incident = message.incident
    alerts, more = told_alerts(message)
    return {
        "version": 1,
        "key": message.key,
        "reason": message.reason,
        "maybe_repeat": message.maybe_repeat,
        "sent_at": moment(at),
        "incident": {
            "id": incident.id,
            "brand": incident.brand,
            "title": incident.title,
            "severity": incident.severity.value,
            "state": incident.state.value,
            "opened_at": moment(incident.opened_at),
            "link": safe_link(message.link),
        },
        "alerts": [
            {
                "rule": alert.rule,
                "severity": alert.severity.value,
                "subject": alert.subject,
                "title": alert.title,
                "counted": alert.counted,
                "against": alert.against,
                "why_now": alert.why_now,
                "at": moment(alert.at),
                "values": dict(alert.values),
                "posts": posts_address(message, alert),
            }
            for alert in alerts
        ],
        "more_alerts": more,
        "quotes": [
            {
                "post_id": quote.post_id,
                "text": quotable(quote.text),
                "language": quote.language,
                "sentiment": quote.sentiment,
                "platform": quote.platform,
                "created_at": moment(quote.created_at),
                "link": safe_link(quote.link),
            }
            for quote in message.quotes
        ],
        "what_to_do": list(message.what_to_do),
        "notice": REVIEW,
    }
