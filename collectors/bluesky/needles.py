"""Letting most of the network pass unread: bytes in which no term of a query can stand need not be understood.

It errs on one side only. What it lets through is read and put to the query; what it stops cannot match, because each
match needs a word that begins as a term begins, or a tag or a handle with its letters. ``tests/collectors/bluesky/
test_needles.py`` holds it to that.
"""

import re
import unicodedata
from itertools import takewhile

from listening.analysis import fold_word, phrase_variants, variants
from listening.hashtags import fold_hashtag
from listening.query import And, Handle, Hashtag, Node, Or, Phrase, Query, Word, fold_handle

# Stemmers that change how a word begins (ge-, me-, al-, Cyrillic written in Latin): what is written in these languages
# is always read. Tried with 95,000 words in 24 languages, November 2026.
_ALWAYS_READ = ("ar", "de", "et", "fi", "id", "nl", "sr", "tr")
_READ = re.compile(rb'\\u|"langs"\s*:\s*\[\s*"[^a-z"]*(?:' + "|".join(_ALWAYS_READ).encode() + rb")", re.IGNORECASE)
_BEGINNING = 3
"""Characters of a word that are compared: endings are what stemmers take away."""
# Also what JSON and people write before or instead of a quotation mark.
_DROPPED = re.compile("[\\\\'\"\u2018\u2019\u201c\u201d\u02bc\u05f3\u05f4\u00ad\u200b-\u200f\u2060\ufe0e\ufe0f\u20e3]")


_ENVELOPE = (
    "did time_us kind commit operation create collection app.bski.feed.post rkei record tipe createdat langs text cid"
)
"""Stands in every frame, folded: the worse for a needle that does, too."""


class Needles:
    """``may_match`` is False only for bytes of which the query finds nothing."""

    def __init__(self, query: Query) -> None:
        found = _needed(query.root)
        self.all = found
        plain = sorted({n for n in found or () if n.isascii()}, key=len)
        self._everything = found is None
        self._bytes = re.compile(b"|".join(re.escape(n).replace(b"i", b"[iy]") for n in map(str.encode, plain)), re.I)
        self._text = re.compile("|".join(map(re.escape, sorted(found or (), key=len))))
        self._only_foreign = not plain

    def may_match(self, frame: bytes) -> bool:
        if self._everything or _READ.search(frame):
            return True
        if frame.isascii():
            return not self._only_foreign and self._bytes.search(frame) is not None
        return self._text.search(_fold(frame.decode("utf-8", "replace"))) is not None


def _fold(text: str) -> str:
    """One form for all that the evaluator takes for the same; ``y`` is ``i``, as in *dying* and *die*."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    if not apart.isascii():
        apart = "".join(c for c in apart if not unicodedata.combining(c)).replace("\u0131", "i")
    return _DROPPED.sub("", apart).replace("y", "i")


def _needed(node: Node) -> frozenset[str] | None:
    """Strings of which each match has one at least; None where nobody can say."""
    match node:
        case Hashtag(tag):
            return _one(_fold(fold_hashtag(tag)))
        case Handle(handle):
            return _one(_fold(fold_handle(handle)))
        case Word(text, prefix):
            return _one(_beginning([fold_word(text)] if prefix else sorted(variants(text))))
        case Phrase(text):
            ways = phrase_variants(text)
            places = (_beginning([way[at] for way in ways if at < len(way)]) for at in range(min(map(len, ways))))
            return _one(max(places, key=lambda place: (place not in _ENVELOPE, len(place))))
        case Or(terms):
            parts = [_needed(term) for term in terms]
            return None if None in parts else frozenset[str]().union(*(part for part in parts if part))
        case And(terms):
            known = [needles for needles in map(_needed, terms) if needles is not None]
            return max(known, key=lambda needles: (min(map(len, needles)), -len(needles)), default=None)
        case _:
            return None


def _beginning(ways: list[str]) -> str:
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*map(_fold, ways), strict=False))
    start = "".join(letters[0] for letters in alike)[:_BEGINNING]
    # "using" is found as "use": a third letter e or i may be one that a stemmer put there.
    return start[:2] if start[2:] in ("e", "i") else start


def _one(needle: str) -> frozenset[str] | None:
    return frozenset({needle}) if len(needle) > 1 or (needle and not needle.isascii()) else None
