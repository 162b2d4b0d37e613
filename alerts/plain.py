"""Strangers' text made safe to stand among ours: it stays readable, and it cannot move, hide or command anything."""

import unicodedata

import regex

LONGEST_QUOTE = 500
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
# Explicit bidi controls: overrides, embeddings, isolates (Unicode Annex 9). Without them a text only orders itself.
_BIDI = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
# Tag characters and the like carry text that nobody sees. ZWJ and ZWNJ stay: emoji and Persian need them.
_INVISIBLE = dict.fromkeys([0x200B, 0x2060, 0xFEFF, 0x00AD, 0x180E, *range(0xE0000, 0xE0080), *range(0xFFF9, 0xFFFC)])
_MARKS = regex.compile(r"(\p{M}{4})\p{M}+")
_ANSI = regex.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")


def one_line(text: str, longest: int = 300) -> str:
    """Fit for a header, a log and a table: no control or invisible characters, no line breaks, not too long."""
    plain = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") else c for c in _ANSI.sub("", text)
    )
    return " ".join(plain.split())[:longest]


def header(text: str) -> str:
    """Fit for a mail header: one line, and nothing that a reader would decode as an encoded word."""
    return one_line(text.replace("=?", "= ?"), 200)


def quotable(text: str, longest: int = LONGEST_QUOTE) -> str:
    """A post's text without terminal codes, bidi controls, hidden characters and towers of marks; line breaks stay."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n"))
    text = text.translate(_BIDI).translate(_INVISIBLE)
    text = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    text = _MARKS.sub(r"\1", text).strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def isolated(line: str) -> str:
    """``line`` in a first-strong isolate: whatever its direction, the words around it stay where they are."""
    return f"{ISOLATE}{line}{END_ISOLATE}"


def safe_link(link: str | None) -> str | None:
    """``link`` if it is an ordinary web address, else None."""
    if link is None or not link.startswith(("https://", "http://")) or not link.isascii():
        return None
    return link if all(32 < ord(c) < 127 and c not in "<>\"'`\\" for c in link) else None
