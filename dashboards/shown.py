"""A post's text as a page shows it: escaped, query words highlighted, hidden characters named, long texts folded."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from listening.analysis import fold_word, tokens, variants, words
from listening.hashtags import fold_hashtag
from listening.query import Handle, Hashtag, Phrase, Query, Word

from .hidden import count_hidden, pieces

FOLD_AT = 700
"""Characters beyond which a text is folded."""
FOLD_LINES = 12
MOST = 20_000
"""Characters that a page shows at all; the JSON has the whole text."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """``short`` is set if the text is folded; ``length`` is that of the stored text; ``cut``: the page lacks a part."""

    whole: Markup
    short: Markup | None
    length: int
    hidden: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Marker:
    """Which words of a text answer a query. Made once for a page of results."""

    exact: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()

    @classmethod
    def of(cls, query: Query | None) -> "Marker":
        exact: set[str] = set()
        prefixes: list[str] = []
        tags: set[str] = set()
        for term in query.terms() if query else ():
            match term:
                case Word(text, True):
                    prefixes.append(fold_word(text))
                case Word(text, False):
                    exact |= variants(text)
                case Phrase(text):
                    for word in tokens(text):
                        exact |= variants(word)
                case Hashtag(tag):
                    tags.add(fold_hashtag(tag))
                case Handle(handle):
                    exact |= set(tokens(handle))
        return cls(frozenset(exact), tuple(p for p in prefixes if p), frozenset(tags))

    def __bool__(self) -> bool:
        return bool(self.exact or self.prefixes or self.tags)

    def spans(self, text: str, language: str | None) -> list[tuple[int, int]]:
        """Where the words stand that made ``text`` answer the query."""
        found = []
        for start, end, word in words(text):
            if start and text[start - 1] in "#＃﹟" and fold_hashtag(word) in self.tags:
                found.append((start - 1, end))
            elif self._is_wanted(word, language):
                found.append((start, end))
        return found

    def _is_wanted(self, word: str, language: str | None) -> bool:
        folded = fold_word(word)
        if not folded.strip():
            return False
        if folded in self.exact or any(folded.startswith(p) for p in self.prefixes):
            return True
        return bool(language) and not self.exact.isdisjoint(tokens(word, language))


def show(text: str, marker: Marker, language: str | None) -> ShownText:
    cut = text[:MOST]
    short = _fold(cut)
    return ShownText(
        whole=display(cut, marker, language),
        short=display(short, marker, language) if short is not None else None,
        length=len(text),
        hidden=count_hidden(cut),
        cut=len(text) > MOST,
    )


def display(text: str, marker: Marker, language: str | None) -> Markup:
    """``text`` as HTML that cannot run and whose order cannot leave its element."""
    wanted = marker.spans(text, language) if marker else []
    out: list[Markup] = []
    for piece in pieces(text):
        if piece.hidden:
            out.append(Markup('<span class="hidden-mark" dir="ltr">{}</span>').format(piece.names))
        else:
            out.append(_marked(piece.text, piece.start, wanted))
    return Markup("").join(out)


def _marked(text: str, offset: int, spans: list[tuple[int, int]]) -> Markup:
    out: list[Markup] = []
    at = 0
    for start, end in spans:
        start, end = max(start - offset, at), min(end - offset, len(text))
        if start >= end:
            continue
        out += [escape(text[at:start]), Markup("<mark>{}</mark>").format(text[start:end])]
        at = end
    out.append(escape(text[at:]))
    return Markup("").join(out)


def _fold(text: str) -> str | None:
    lines = text.split("\n")
    if len(text) <= FOLD_AT and len(lines) <= FOLD_LINES:
        return None
    short = "\n".join(lines[: FOLD_LINES - 2])[: FOLD_AT - 100]
    space = short.rfind(" ", len(short) - 40)
    return (short[:space] if space > 0 else short).rstrip() + " …"


def web_address(url: str | None) -> str | None:
    """``url`` if it may be a link at all: http or https, with a host, and no control characters."""
    if not url or any(ord(c) < 33 or ord(c) == 127 for c in url):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def link_name(url: str) -> str:
    """Host and path as text. A host that is not ASCII is shown in its ASCII form, so that no letter plays another."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            host = ascii(host)
    path = parts.path if parts.path != "/" else ""
    return host + (path if len(path) <= 40 else path[:39] + "…")
