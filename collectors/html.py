"""Posts and articles come as HTML. Here they become the plain text that their author typed, line breaks and links kept.

By the standard library's parser; nothing is fetched, and nothing is interpreted but the tags below.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

from listening.errors import UnreadableInput

from .canonical import web_address

_PARAGRAPHS = frozenset({"p", "div", "blockquote", "pre", "ul", "ol", "dl", "table", "hr"}) | {
    *("h1", "h2", "h3", "h4", "h5", "h6"),
    *("article", "section", "figure", "figcaption", "header", "footer", "aside"),
}
_LINES = frozenset({"br", "tr", "dt", "dd"})
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SILENT = frozenset({"script", "style", "template", "title", "head"})
# html.parser looks through the rest of the text at every "<" that is never closed: 200,000 characters of "<a b='" took
# it 57 seconds. Characters × such "<" bounds that to a fifth of a second.
_MAX_WORK = 10_000_000
_UNCLOSED = re.compile(r"<[^<>]*(?=<|\Z)")
_COMMENTS = re.compile(r"<!--.*?(?:-->|\Z)|<![^>]*(?:>|\Z)|<\?[^>]*(?:>|\Z)", re.DOTALL)
_INLINE_QUOTE = "quote-inline"  # a link to the quoted post, for servers that do not know quotes


@dataclass(frozen=True, slots=True)
class Plain:
    """``links`` are web addresses that the text points to; those of mentions and hashtags are not among them.
    ``pictures`` are the descriptions of the pictures in it, None for one without."""

    text: str
    links: tuple[str, ...]
    pictures: tuple[str | None, ...] = ()


def to_plain(html: str, mentions: Mapping[str, str] | None = None, page: str | None = None) -> Plain:
    """``mentions``: address of a profile → handle with server, so that ``@ana`` becomes the account that is meant.
    ``page``: it is part of a web page, whose address this is: relative links become whole, and line breaks of the
    source are spaces, as in a browser.

    Raises :class:`UnreadableInput` for markup that would take seconds to read.
    """
    if page is not None:
        html = _COMMENTS.sub("", html)
    # An article has many tags, and may; a status has few.
    suspects = html.count("<") if page is None else sum(1 for _ in _UNCLOSED.finditer(html))
    if len(html) * suspects > _MAX_WORK:
        raise UnreadableInput("its markup is longer and denser than that of any real post")
    reader = _Reader(mentions or {}, page)
    reader.feed(html)
    reader.close()
    reader.end_link()
    text = "".join(reader.parts).strip("\n ")
    if page is not None:
        text = "\n".join(line.rstrip(" ") for line in text.split("\n"))
    return Plain(text, tuple(dict.fromkeys(reader.links)), tuple(reader.pictures))


@dataclass(slots=True)
class _Link:
    href: str
    classes: frozenset[str]
    words: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, mentions: Mapping[str, str], page: str | None) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str | None] = []
        self._mentions, self._page, self._as_typed = mentions, page, 0
        self._link: _Link | None = None
        self._silent = 0
        self._hidden_paragraph = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = frozenset((dict(attrs).get("class") or "").split())
        if tag in _SILENT:
            self._silent += 1
        elif tag in _LINES:
            self._write("\n")
        elif tag == "img" and not self._unseen:
            self.pictures.append((dict(attrs).get("alt") or "").strip() or None)
        elif tag == "li":
            self._break("\n")
            self._write("- ")
        elif tag in _PARAGRAPHS:
            self._hidden_paragraph = _INLINE_QUOTE in classes
            self._as_typed += tag == "pre"
            self._break("\n\n")
        elif tag == "a" and not self._unseen:
            self.end_link()
            self._link = _Link(self._whole(dict(attrs).get("href") or ""), classes)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _PARAGRAPHS:
            self._hidden_paragraph = False
            self._as_typed -= tag == "pre" and self._as_typed > 0
            self._break("\n\n")
        elif tag == "a":
            self.end_link()

    def handle_data(self, data: str) -> None:
        if self._page is None or self._as_typed:
            self._write(data)
            return
        data = _SPACES.sub(" ", data)
        at_start = not self._link and (not self.parts or self.parts[-1].endswith(("\n", " ")))
        self._write(data.lstrip(" ") if at_start else data)

    def end_link(self) -> None:
        """Write the link that was being read: a mention, a hashtag, or words with the address behind them."""
        link, self._link = self._link, None
        if link is None:
            return
        words = "".join(link.words)
        if words.startswith(("@", "＠")) and (handle := self._mentions.get(link.href)):
            self._write(f"@{handle}")
            return
        address = web_address(link.href)
        if words.startswith(("#", "＃", "@", "＠")) or "mention" in link.classes or not address:
            self._write(words)
            return
        self.links.append(address)
        bare = address.split("://", 1)[1].rstrip("/")
        shown = words.strip().removeprefix("https://").removeprefix("http://").rstrip("/…")
        same = not shown or ("." in shown and bare.startswith(shown))  # servers shorten what they show
        self._write(address if same else f"{words} ({address})")

    def _whole(self, href: str) -> str:
        try:
            return urljoin(self._page, href) if self._page and href else href
        except ValueError:
            return href

    @property
    def _unseen(self) -> bool:
        return self._silent > 0 or self._hidden_paragraph

    def _break(self, gap: str) -> None:
        if not self.parts or self._link:
            return
        tail = "".join(self.parts[-3:])
        self._write(gap[len(tail) - len(tail.rstrip("\n")) :])

    def _write(self, text: str) -> None:
        if self._unseen or not text:
            return
        (self._link.words if self._link else self.parts).append(text)
