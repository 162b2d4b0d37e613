"""A message as a letter: subject, plain text and HTML. The one place where a letter is escaped.

Posts are data in it: quoted line by line, each line in a bidi isolate, in HTML escaped and with ``dir="auto"``. Nothing
is loaded from anywhere, and only http and https become links.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from urllib.parse import urljoin

from alerts import sentences
from alerts.plain import header, isolated, one_line, quotable, safe_link
from listening.alerting import Alert, Message, Quote
from listening.sentences import clock

MOST_ALERTS = 3


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str
    html: str


def write(message: Message) -> Letter:
    """The same words in plain text and in HTML."""
    incident = message.incident
    subject = sentences.subject(incident.severity, incident.title, message.reason, message.maybe_repeat)
    return Letter(header(subject), _text(message), _html(message))


def envelope(message: Message, at: datetime, sender: Address, to: Iterable[Address]) -> EmailMessage:
    """The letter as mail (RFC 5322). ``Message-ID`` follows from the key: mail programs recognise a repeat."""
    letter = write(message)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = tuple(to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{header(message.key)}@{sender.domain}>"
    mail["References"] = f"<{header(message.incident.id)}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Earshot-Key"] = header(message.key)
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return mail


def told_alerts(message: Message) -> tuple[tuple[Alert, ...], int]:
    """The alerts a message explains, most severe and newest first, each rule's latest; and how many more there are."""
    latest: dict[str, Alert] = {}
    for alert in sorted(message.incident.alerts, key=lambda a: (a.severity.rank, a.at), reverse=True):
        latest.setdefault(alert.rule, alert)
    shown = tuple(latest.values())[:MOST_ALERTS]
    return shown, len(message.incident.alerts) - len(shown)


def posts_address(message: Message, alert: Alert) -> str | None:
    """The posts behind the number, on the dashboard where the incident is."""
    return safe_link(urljoin(message.link, alert.query)) if alert.query and safe_link(message.link) else None


def _text(message: Message) -> str:
    alerts, more = told_alerts(message)
    lines = [sentences.MAYBE_REPEAT, ""] if message.maybe_repeat else []
    lines += [one_line(message.incident.title), sentences.reason(message.reason), ""]
    for alert in alerts:
        if len(alerts) > 1:
            lines.append(f"{one_line(alert.title)} [{alert.severity.value}]")
        lines += [one_line(line) for line in (alert.counted, alert.against, alert.why_now)]
        if address := posts_address(message, alert):
            lines.append(f"{sentences.BEHIND_THE_NUMBER}: {address}")
        lines.append("")
    if more:
        lines += [sentences.more_alerts(more), ""]
    lines += [f"{sentences.POSTS}:", ""] if message.quotes else [sentences.no_quotes(), ""]
    for quote in message.quotes:
        # Each line is marked, so that a post with line breaks cannot pass itself off as a part of the letter.
        lines += [f"> {isolated(line)}" for line in quotable(quote.text).split("\n")]
        link = safe_link(quote.link)
        lines += [f"  {_about(quote)}" + (f", {sentences.ORIGINAL}: {link}" if link else ""), ""]
    if message.what_to_do:
        lines += [f"{sentences.WHAT_TO_DO}:", *(quotable(step, 2_000) for step in message.what_to_do), ""]
    if link := safe_link(message.link):
        lines += [f"{sentences.OPEN_INCIDENT}: {link}", ""]
    lines.append(sentences.REVIEW)
    return "\n".join(lines) + "\n"


def _html(message: Message) -> str:
    alerts, more = told_alerts(message)
    parts = [f"<p><strong>{escape(sentences.MAYBE_REPEAT)}</strong></p>"] if message.maybe_repeat else []
    parts.append(f'<h1 style="font-size:1.3em" dir="auto">{escape(one_line(message.incident.title))}</h1>')
    parts.append(f"<p>{escape(sentences.reason(message.reason))}</p>")
    for alert in alerts:
        if len(alerts) > 1:
            title = escape(one_line(alert.title))
            parts.append(f'<h2 style="font-size:1.1em" dir="auto">{title} [{alert.severity.value}]</h2>')
        parts.append("<p>" + "<br>".join(escape(one_line(x)) for x in (alert.counted, alert.against, alert.why_now)))
        if address := posts_address(message, alert):
            parts.append(f"<br>{_link(address, sentences.BEHIND_THE_NUMBER)}")
        parts.append("</p>")
    if more:
        parts.append(f"<p>{escape(sentences.more_alerts(more))}</p>")
    heading = sentences.POSTS if message.quotes else sentences.no_quotes()
    parts.append(f"<p><strong>{escape(heading)}</strong></p>" if message.quotes else f"<p>{escape(heading)}</p>")
    parts += [_quote(quote) for quote in message.quotes]
    if message.what_to_do:
        parts.append(f"<p><strong>{escape(sentences.WHAT_TO_DO)}</strong></p>")
        parts += [f'<p dir="auto">{_lines(step, 2_000)}</p>' for step in message.what_to_do]
    if link := safe_link(message.link):
        parts.append(f"<p>{_link(link, sentences.OPEN_INCIDENT)}</p>")
    parts.append(f"<p><em>{escape(sentences.REVIEW)}</em></p>")
    body = "\n".join(parts)
    head = '<!doctype html>\n<html lang="en" dir="ltr"><head><meta charset="utf-8"></head>'
    return f"{head}\n<body>\n{body}\n</body></html>\n"


def _quote(quote: Quote) -> str:
    link = safe_link(quote.link)
    original = f", {_link(link, sentences.ORIGINAL)}" if link else ""
    language = escape(one_line(quote.language))
    return (
        f'<blockquote dir="auto" lang="{language}" style="unicode-bidi:isolate;overflow:hidden">'
        f"{_lines(quote.text)}</blockquote>\n<p>{escape(_about(quote))}{original}</p>"
    )


def _lines(text: str, longest: int | None = None) -> str:
    plain = quotable(text) if longest is None else quotable(text, longest)
    return "<br>".join(f"<bdi>{escape(line)}</bdi>" for line in plain.split("\n"))


def _link(address: str, label: str) -> str:
    return f'<a href="{escape(address)}" rel="noopener noreferrer nofollow">{escape(label)}</a>'


def _about(quote: Quote) -> str:
    when = clock(quote.created_at)
    return f"{one_line(quote.platform)}, {one_line(quote.language)}, {one_line(quote.sentiment)}, {when}"
