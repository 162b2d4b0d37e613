"""S5 of the reliability page: hundreds of posts that would command a letter, in every field that a stranger fills."""

import itertools
from email.headerregistry import Address

import pytest

from alerts.channels.letter import envelope, write
from alerts.plain import END_ISOLATE, ISOLATE, header, isolated, one_line, quotable, safe_link
from listening.alerting import Severity
from tests.alerts.examples import NOON, alert, incident, message, quote
from tests.alerts.hostile import HOSTILE
from tests.alerts.mailreading import read

WRAPPINGS = ["{}", "\u202b{}\u202c", "\n\n{}\n", "שלום {} עולם", "<b>{}</b>", "{}\x00", "'{}'", "{} {}"]
SENDER, READER = Address("Earshot", "earshot", "example.org"), Address("Dana", "dana", "example.org")
PAYLOADS = [wrapping.replace("{}", text) for text, wrapping in itertools.product(HOSTILE, WRAPPINGS)]


def test_four_hundred_posts_change_nothing_but_their_quote() -> None:
    assert len(PAYLOADS) >= 400
    harmless = read(envelope(message(quote("Harmless.")), NOON, SENDER, [READER]).as_bytes()).frame
    for text in PAYLOADS:
        got = read(envelope(message(quote(text)), NOON, SENDER, [READER]).as_bytes())
        assert got.frame == harmless, repr(text)
        assert "\n".join(got.quotes) == quotable(text)


@pytest.mark.parametrize("field", ["language", "sentiment", "platform", "post_id", "link"])
def test_other_fields_of_a_post_bring_no_tag_no_header_and_no_line(field: str) -> None:
    def shape(text: str) -> tuple[object, ...]:
        made = message(quote("Harmless.", **{field: text}))
        headers, types, lines, html = read(envelope(made, NOON, SENDER, [READER]).as_bytes()).frame
        tags = [entry[0] if isinstance(entry, tuple) else entry for entry in html if not _is_text(entry)]
        return headers, types, len(lines), tags

    for text in HOSTILE:
        assert shape(text) == shape("x"), repr(text)


def _is_text(entry: object) -> bool:
    return isinstance(entry, str) and not entry.startswith("/")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_made_plain(text: str) -> None:
    assert "\n" not in one_line(text) and one_line(text).isprintable()
    assert "=?" not in header(text)
    quoted = quotable(text)
    assert len(quoted) <= 500
    assert not set(quoted) & {ISOLATE, END_ISOLATE, "\x1b", "\r", "\x00", "\u202e", "\u202d", "\u2067", "\u200b"}
    assert quotable(quoted) == quoted


def test_what_people_write_stays() -> None:
    for text in ("👩‍👩‍👧 family", "می‌خواهم", "שָׁלוֹם", "Two\nlines", "नमस्ते", "a\u200fb", "🏳️‍🌈"):
        assert quotable(text) == text
    assert isolated("שלום") == f"{ISOLATE}שלום{END_ISOLATE}"


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://example.org/p/1?a=b&c=d#e", True),
        ("http://127.0.0.1:8000/alerts/1", True),
        (None, False),
        ("", False),
        ("javascript:alert(1)", False),
        ("https://example.org/\r\nBcc: x", False),
        ("https://exam\u0440le.org/", False),
        ('https://example.org/"onload="x', False),
        ("HTTPS://EXAMPLE.ORG", False),
    ],
)
def test_links(link: str | None, kept: bool) -> None:
    assert safe_link(link) == (link if kept else None)


def test_a_letter_explains_three_rules_and_counts_the_rest() -> None:
    alerts = [alert(rule=f"r{n}", fingerprint=f"f{n}", title=f"Rule {n}") for n in range(5)]
    worst = alert(rule="worst", fingerprint="w", title="Worst rule", severity=Severity.CRITICAL)
    letter = write(message(incident=incident(*alerts, worst)))
    assert letter.subject == "[critical] Rule 0"
    assert letter.text.index("Worst rule [critical]") < letter.text.index("Rule 0 [warning]")
    assert "And 3 more alerts in the same incident." in letter.text
    assert "And 3 more alerts in the same incident." in letter.html


@pytest.mark.parametrize(
    ("why", "subject"),
    [
        ("first", "[warning] The mood has turned: Acme Trams"),
        ("grew", "[warning] The mood has turned: Acme Trams (update)"),
        ("repeat due", "[warning] The mood has turned: Acme Trams (reminder)"),
        ("resolved", "[warning] The mood has turned: Acme Trams (resolved)"),
        ("reopened", "[warning] The mood has turned: Acme Trams (again)"),
    ],
)
def test_the_reason_stands_in_the_subject(why: str, subject: str) -> None:
    assert write(message(reason=why)).subject == subject
