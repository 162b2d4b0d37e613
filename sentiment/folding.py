"""Text as phrases are compared: lower case, no marks, words between single spaces, ends of sentences as `` . ``.

``Hărțuire`` and ``hartuire`` are the same words then, and so are ``всё`` and ``все``, pointed and plain Hebrew, a word
with a zero-width character hidden in it, ``stuuupid`` and ``stupid``. :func:`trace` also says where each character
stood, so that evidence is quoted as its author wrote it.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .homoglyphs import one_script

MENTION = "\ue000"
"""What a mention becomes: one private character, written ``@`` in phrases. A link becomes the word ``http``."""

_STOPS = frozenset(".!?…;\n\r\v\f\x85\u2028\u2029。！？।؟؛")
_DROPPED = frozenset("'’‘ʼ`´׳״\u00ad\ufeff")
_LETTERS = {"ё": "е", "ł": "l", "đ": "d", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}


def _is_mark(character: str) -> bool:
    """Marks that a writer may leave out: accents on Latin letters, Hebrew points, Arabic vowels, emoji selectors."""
    code = ord(character)
    return (
        0x300 <= code <= 0x36F
        or (0x591 <= code <= 0x5C7 and code != 0x5BE)
        or 0x64B <= code <= 0x65F
        or 0x610 <= code <= 0x61A
        or 0xFE00 <= code <= 0xFE0F
    )


def _fold_character(character: str) -> str:
    if character in _STOPS:
        return " . "
    category = unicodedata.category(character)
    if character in _DROPPED or _is_mark(character) or category == "Cf":
        return ""
    if character in (MENTION, "*"):
        return character
    if category[0] == "C":
        return "" if category == "Cc" and character != "\t" else " "
    folded = unicodedata.normalize("NFKC", character).casefold()
    return "".join(map(_fold_letter, folded))


def _fold_letter(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    if _is_mark(letter):
        return ""
    if ord(letter) < 0x250 or 0x1E00 <= ord(letter) < 0x2000:
        letter = unicodedata.normalize("NFKD", letter)[0]
    return letter if letter.isalnum() or unicodedata.category(letter)[0] == "M" else " "


class _Table(dict[int, str]):
    """One entry a character, made when it is first seen."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_TABLE = _Table()


_HALF = re.compile("[\ud800-\udfff]")
_BEFORE: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), " http "),
    (re.compile(r"(?<![\w@/.])[@＠]\w(?:[\w.\-]*\w)?(?:@\w(?:[\w.\-]*\w)?)?"), f" {MENTION} "),
    (re.compile(r"(?<=[\u05d0-\u05ea])[\"”](?=[\u05d0-\u05ea])"), ""),
    (re.compile("и\u0306"), "й"),
)
_AFTER: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<![\w*])\*+|\*+(?![\w*])"), " "),
    (re.compile(r"([^\W\d_])\1{2,}"), r"\1"),
    (re.compile(r" {2,}"), " "),
    (re.compile(r" ?\.[ .]*"), " . "),
)


def fold(text: str) -> str:
    """``text`` ready to be compared; it begins and ends with a space. Never fails, whatever the text holds."""
    folded = one_script(f" {text} ")
    for pattern, put in _BEFORE:
        folded = pattern.sub(put, folded)
    folded = folded.translate(_TABLE)
    for pattern, put_instead in _AFTER:
        folded = pattern.sub(put_instead, folded)
    return folded


def fold_letters(text: str) -> str:
    """Letters folded one by one, everything else as it stands: for what people write into patterns."""
    return "".join(_TABLE[ord(character)] if character.isalpha() else character for character in text)


@dataclass(frozen=True, slots=True)
class Traced:
    """``folded`` is :func:`fold` of ``text``; character ``i`` of it comes from ``text[starts[i]:ends[i]]``."""

    text: str
    folded: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """The words between two offsets of ``folded``, as they stand in ``text``."""
        return self.text[self.starts[start] : self.ends[end - 1]].strip() if start < end else ""


def trace(text: str) -> Traced:
    """Like :func:`fold`, ten times slower, with offsets."""
    here = one_script(f" {text} ")
    size = len(text)
    spans = [(min(max(i - 1, 0), size), min(i, size)) for i in range(len(here))]
    for pattern, put in _BEFORE:
        here, spans = _replace(here, spans, pattern, put)
    pieces = [(_TABLE[ord(character)], span) for character, span in zip(here, spans, strict=True)]
    spans = [span for piece, span in pieces for _ in piece]
    here = "".join(piece for piece, _ in pieces)
    for pattern, put_instead in _AFTER:
        here, spans = _replace(here, spans, pattern, put_instead)
    # Half a surrogate pair cannot be written as UTF-8, and a quote will be.
    return Traced(_HALF.sub("\ufffd", text), here, tuple(start for start, _ in spans), tuple(end for _, end in spans))


def _replace(
    text: str, spans: list[tuple[int, int]], pattern: re.Pattern[str], put: str | Callable[[re.Match[str]], str]
) -> tuple[str, list[tuple[int, int]]]:
    written: list[str] = []
    places: list[tuple[int, int]] = []
    done = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        replacement = put(match) if callable(put) else match.expand(put)
        written += (text[done:start], replacement)
        places += spans[done:start]
        places += [(spans[start][0], spans[end - 1][1])] * len(replacement)
        done = end
    written.append(text[done:])
    places += spans[done:]
    return "".join(written), places
