"""How a post's text is shown: nothing in it runs, nothing in it hides, and the words that answer are marked."""

import pytest

from dashboards.hidden import count_hidden, pieces, visible
from dashboards.shown import MOST, Marker, link_name, show, web_address
from listening.query import parse


@pytest.mark.parametrize(
    ("query", "text", "language", "shown"),
    [
        ("late", "Late, again late", "en", "<mark>Late</mark>, again <mark>late</mark>"),
        ("schimb*", "Schimbările de tură", "ro", "<mark>Schimbările</mark> de tură"),
        ("shift", "three shifts", "en", "three <mark>shifts</mark>"),
        ('"shift plan"', "the shift plan", "en", "the <mark>shift</mark> <mark>plan</mark>"),
        ("#acme", "go #ACME, acme", None, "go <mark>#ACME</mark>, acme"),
        ("NOT late", "late", "en", "late"),
        ("*", "late", "en", "late"),
        ("b", "<b>x</b>", None, "&lt;<mark>b</mark>&gt;x&lt;/<mark>b</mark>&gt;"),
        ("משמרת", "עוד משמרת אחת", "he", "עוד <mark>משמרת</mark> אחת"),
    ],
)
def test_words_that_answer_are_marked(query: str, text: str, language: str | None, shown: str) -> None:
    assert show(text, Marker.of(parse(query)), language).whole == shown


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("\u202ecod.exe\u202c", ["RLO", "PDF"]),
        ("a\u200bb", ["ZWSP"]),
        ("x\u2067\u2066y", ["RLI LRI"]),
        ("\U000e0041\U000e0042", ["U+E0041 U+E0042"]),
        ("a\x00b\x1b[0m", ["U+0000", "U+001B"]),
        ("z" + "\u0301" * 200, ["U+0301"]),
        ("word \u200d word", ["ZWJ"]),
        ("\ufefftext", ["BOM"]),
    ],
)
def test_hidden_characters_are_named(text: str, names: list[str]) -> None:
    found = [piece for piece in pieces(text) if piece.hidden]
    assert [piece.names for piece in found] == names
    assert "".join(piece.text for piece in pieces(text)) == text
    assert not any(piece.text in visible(text) for piece in found if len(piece.text) < 3)


@pytest.mark.parametrize(
    "text",
    [
        "family 👨‍👩‍👧 and flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "می‌خواهم",
        "क्‍ष",
        "line\nbreak\tand tab",
        "שָׁלוֹם",
        "Tiếng Việt",
        "ends with a mark \u200f",
        "❤️",
    ],
)
def test_honest_text_is_left_alone(text: str) -> None:
    assert count_hidden(text) == 0


def test_long_texts_are_folded_and_the_longest_cut() -> None:
    long = show("word " * 400, Marker(), "en")
    assert long.short is not None
    assert len(long.short) < 700
    assert not long.cut
    huge = show("x" * (MOST + 1), Marker(), None)
    assert huge.cut
    assert len(huge.whole) == MOST
    assert huge.length == MOST + 1
    assert show("short", Marker(), None).short is None
    assert show("\n".join("line" for _ in range(40)), Marker(), None).short is not None


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/posts",
        "ftp://x.example",
        "http://",
        "https://a\tb.example",
        "http://[",
        "",
        None,
    ],
)
def test_only_web_addresses_become_links(address: str | None) -> None:
    assert web_address(address) is None


def test_a_foreign_alphabet_cannot_play_a_known_host() -> None:
    assert web_address("https://acme.example/a?b=c") == "https://acme.example/a?b=c"
    assert link_name("https://аcme.example/x") == "xn--cme-5cd.example/x"
    assert link_name("https://acme.example/" + "a" * 90).endswith("…")
