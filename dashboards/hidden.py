"""Characters that nobody sees and that make a text lie: found, taken out of the display, and named in a badge.

Joiners inside words and emoji, variation selectors and single direction marks belong to honest writing and stay.
The stored text is untouched; this is about showing it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

MOST_MARKS = 5
"""Combining marks on one letter that are shown. Pointed and cantillated Hebrew needs four; "zalgo" uses hundreds."""

_NAMES = {
    "\u00ad": "SHY", "\u115f": "HF", "\u1160": "HF", "\u180e": "MVS", "\u200b": "ZWSP", "\u200c": "ZWNJ",
    "\u200d": "ZWJ", "\u2028": "LS", "\u2029": "PS", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
    "\u202d": "LRO", "\u202e": "RLO", "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI",
    "\u2069": "PDI", "\u3164": "HF", "\ufeff": "BOM", "\uffa0": "HF", "\ufff9": "IAA", "\ufffa": "IAS", "\ufffb": "IAT",
}  # fmt: skip
_FLAG = r"\N{WAVING BLACK FLAG}[\U000E0020-\U000E007E]+\U000E007F"  # a region's flag is written in tag characters
_JOINER = r"(?<=[\p{L}\p{M}\p{Emoji}\uFE0F])[\u200C\u200D](?=[\p{L}\p{Emoji}])"  # between two things it may join
_UNSEEN = (
    r"[\u00AD\u115F\u1160\u180E\u200B-\u200D\u2028-\u202E\u2060-\u2064\u2066-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB"
    r"\U000E0000-\U000E007F\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]+"
)
_HIDDEN = regex.compile(
    rf"{_FLAG}|{_JOINER}|(?P<hidden>{_UNSEEN})|(?P<marks>(?<=\P{{M}}\p{{M}}{{{MOST_MARKS}}})\p{{M}}+)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: shown as it is, or ``hidden`` characters of which only the names are shown."""

    text: str
    start: int
    hidden: bool = False

    @property
    def names(self) -> str:
        """``RLO``, or ``U+E0041`` for one without a short name; at most four, then how many more."""
        kinds = list(dict.fromkeys(_NAMES.get(char, f"U+{ord(char):04X}") for char in self.text))
        return " ".join(kinds[:4]) + (f" +{len(kinds) - 4}" if len(kinds) > 4 else "")


def pieces(text: str) -> Iterator[Piece]:
    """``text`` cut where hidden characters stand; joined together again the pieces are ``text``."""
    at = 0
    for match in _HIDDEN.finditer(text):
        if not (match["hidden"] or match["marks"]):
            continue
        if match.start() > at:
            yield Piece(text[at : match.start()], at)
        yield Piece(match[0], match.start(), hidden=True)
        at = match.end()
    if at < len(text):
        yield Piece(text[at:], at)


def count_hidden(text: str) -> int:
    return sum(len(piece.text) for piece in pieces(text) if piece.hidden)


def visible(text: str) -> str:
    """``text`` without its hidden characters: for titles of pages and names in lists."""
    return "".join(piece.text for piece in pieces(text) if not piece.hidden)
