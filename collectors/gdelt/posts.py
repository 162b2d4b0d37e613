"""A line of GDELT's Global Knowledge Graph (2.1) becomes a native post. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from urllib.parse import urlsplit

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags
from listening.posts import Author, Kind, NativePost
from listening.query import Query, Searchable

from ..canonical import hashed_id, is_likely, web_address
from ..feeds.canonical import same_article
from .feeds import read_stamp
from .languages import language_of

_COLUMNS = 27
_DATE, _COLLECTION, _SOURCE, _ADDRESS, _ORGANISATIONS, _NAMES, _TRANSLATION, _EXTRAS = 1, 2, 3, 4, 13, 23, 25, 26
_WEB = "1"
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.DOTALL)
_PRECISE = re.compile(r"<PAGE_PRECISEPUBTIMESTAMP>\s*(\d{14})\s*</PAGE_PRECISEPUBTIMESTAMP>")
_LONGEST_TITLE = 10_000
_LONGEST_ADDRESS = 4_000


@dataclass(frozen=True, slots=True)
class Article:
    """``found_at`` is the time of the file; ``named`` are organisations and other names that the article speaks of."""

    address: str
    source: str
    title: str
    named: tuple[str, ...]
    found_at: datetime
    published_at: datetime | None
    language: str | None

    def answers(self, query: Query) -> bool:
        """By title and names: the article itself is not given."""
        words = "\n".join((self.title, *self.named))
        return query.matches(Searchable.of(words, find_hashtags(self.title), (), self.language))


def read_article(line: bytes) -> Article | None:
    """None for what is no web page (broadcasts, journals). Raises :class:`UnreadableInput` with the reason why this is
    no record."""
    cells = line.decode("utf-8", "replace").replace("\0", "").split("\t")
    if len(cells) != _COLUMNS:
        raise UnreadableInput(f"it has {len(cells)} columns instead of {_COLUMNS}")
    if cells[_COLLECTION].strip() != _WEB:
        return None
    address = web_address(cells[_ADDRESS])
    if address is None or len(address) > _LONGEST_ADDRESS:
        raise UnreadableInput("its address is missing or no web address")
    found_at = read_stamp(cells[_DATE].strip())
    if found_at is None:
        raise UnreadableInput("its date is missing or no time")
    title, precise = _TITLE.search(cells[_EXTRAS]), _PRECISE.search(cells[_EXTRAS])
    names = (*cells[_ORGANISATIONS].split(";"), *(each.rpartition(",")[0] for each in cells[_NAMES].split(";")))
    return Article(
        address=address,
        source=cells[_SOURCE].strip()[:200] or urlsplit(address).hostname or "",
        title=" ".join(unescape(title[1]).split())[:_LONGEST_TITLE] if title else "",
        named=tuple(dict.fromkeys(name.strip() for name in names if name.strip())),
        found_at=found_at,
        published_at=read_stamp(precise[1]) if precise else None,
        language=language_of(cells[_TRANSLATION]),
    )


def to_post(article: Article, at: datetime) -> NativePost:
    """The text is the title, and the paper the author. Where the page does not tell when it was published, the time is
    that at which GDELT found it."""
    published = article.published_at
    if published is None or not is_likely(published, at) or published > article.found_at:
        published = article.found_at if is_likely(article.found_at, at) else None
    return NativePost(
        id=hashed_id("gdelt", same_article(article.address)),
        platform="gdelt",
        native_id=article.address[:500],
        native_url=article.address,
        url=None if "/@" in article.address or urlsplit(article.address).username else article.address,
        author=Author(handle=article.source, display_name=article.source) if article.source else None,
        kind=Kind.ARTICLE,
        text=article.title,
        created_at=published,
        fetched_at=at,
        language=article.language,
        hashtags=find_hashtags(article.title),
    )
