"""One entry of a feed, read: what it says as plain text, when, by whom, and by what it is known again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from listening.errors import UnreadableInput
from listening.posts import Media

from ..canonical import is_likely, language_code, web_address
from ..files.dates import read_date
from ..html import to_plain

_MOST_LETTERS = 200_000
_MOST_LINKS = 100
_EMBEDDED = re.compile(r"data:[\w/+.;=-]{0,100},[A-Za-z0-9+/=%]*")
"""Pictures inside a text, written as letters: half a megabyte each."""
_WORDS = {"audio": "audio", "image": "image", "video": "video"}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``updated`` is None unless it is later than ``published``. ``outlet`` is who published it first, where the feed
    only passes it on. ``tags`` are those written with ``#``."""

    guid: str | None
    link: str | None
    title: str | None
    text: str
    links: tuple[str, ...]
    media: tuple[Media, ...]
    published: datetime | None
    updated: datetime | None
    author: str | None
    email: str | None
    profile: str | None
    outlet: str | None
    outlet_address: str | None
    tags: tuple[str, ...]
    replies: int | None
    language: str | None


def read_entry(raw: Any, at: datetime, address: str) -> Entry:
    """``raw`` in the one shape that all kinds of feeds are brought into; ``address`` is the feed's.

    Raises :class:`UnreadableInput` with the reason why this is no article.
    """
    if not isinstance(raw, Mapping) or "item" in raw:
        raise UnreadableInput("it is not an object")
    link = _address(raw.get("link"))
    page = link or address
    title = _plain(raw.get("title"), page)[0]
    text, links, pictures = _longest(raw.get("texts"), page)
    if not title and not text:
        raise UnreadableInput("it has neither a title nor a text")
    guid = _words(raw.get("id"))
    published = _moment(raw.get("published"), raw.get("published_at"), at)
    updated = _moment(raw.get("updated"), raw.get("updated_at"), at)
    published, updated = published or updated, updated if published and updated and updated > published else None
    author = next((each for each in _list(raw.get("authors")) if isinstance(each, Mapping)), {})
    name, email = _name(author)
    source = raw.get("source") if isinstance(raw.get("source"), Mapping) else {}
    return Entry(
        guid=guid,
        link=link or (_address(guid)),
        title=" ".join(title.split()) or None,
        text=text,
        links=links[:_MOST_LINKS],
        media=(*_media(raw.get("media")), *(Media("image", alt) for alt in pictures)),
        published=published,
        updated=updated,
        author=name,
        email=email,
        profile=_address(author.get("address")),
        outlet=_words(source.get("title")) if source else None,
        outlet_address=_address(source.get("address")) if source else None,
        tags=tuple(tag.strip()[1:] for tag in _list(raw.get("tags")) if isinstance(tag, str) and _is_tag(tag)),
        replies=_count(raw.get("replies")),
        language=language_code(raw.get("language") if isinstance(raw.get("language"), str) else None),
    )


def _plain(part: Any, page: str) -> tuple[str, tuple[str, ...], tuple[str | None, ...]]:
    value = part.get("value") if isinstance(part, Mapping) else None
    if not isinstance(value, str):
        return "", (), ()
    value = _EMBEDDED.sub("", value.replace("\0", ""))
    if len(value) > _MOST_LETTERS:
        raise UnreadableInput(f"its text has {len(value):,} characters; {_MOST_LETTERS:,} are the most")
    if not part.get("html"):
        return value.replace("\r\n", "\n").strip(), (), ()
    base = _address(part.get("base"))
    found = to_plain(value, page=base or page)
    return found.text, found.links, found.pictures


def _longest(parts: Any, page: str) -> tuple[str, tuple[str, ...], tuple[str | None, ...]]:
    """The whole text: feeds give a teaser and the text under names that differ."""
    return max(
        (_plain(part, page) for part in _list(parts)[:10]), key=lambda found: len(found[0]), default=("", (), ())
    )


def _name(author: Json) -> tuple[str | None, str | None]:
    """RSS writes ``ana@paper.example (Ana Pop)`` into one field, or only one of the two."""
    name, email = _words(author.get("name")), _words(author.get("email"))
    if name and not email and "@" in name[:200]:
        first, _, rest = name.partition(" ")
        if "@" in first:
            return rest.strip(" ()<>") or None, first.strip("<>()")
    return name, email


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: Any) -> str | None:
    return " ".join(value.replace("\0", "").split())[:2000] or None if isinstance(value, str) else None


def _address(value: Any) -> str | None:
    return web_address(value.replace("\0", "")) if isinstance(value, str) else None


def _is_tag(word: str) -> bool:
    return word.strip().startswith(("#", "＃")) and len(word.strip()) <= 101


def _count(value: Any) -> int | None:
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _media(found: Any) -> list[Media]:
    media = []
    for each in _list(found)[:50]:
        if isinstance(each, Mapping):
            kind = (_words(each.get("type")) or "").partition("/")[0].lower()
            media.append(Media(_WORDS.get(kind, "unknown"), _words(each.get("alt"))))
    return media


def _moment(written: Any, read: Any, now: datetime) -> datetime | None:
    """A time that can be true, in UTC, with its fractions where they are written; None if there is none."""
    at = _iso(written) or _else(written) or _iso(read)
    return at if at and is_likely(at, now) else None


def _iso(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip()) if isinstance(text, str) and not text.strip().isdecimal() else None
        return at and (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def _else(text: Any) -> datetime | None:
    try:
        moment = read_date(text) if isinstance(text, str) and len(text) < 100 else None
    except UnreadableInput:
        return None
    return moment.at if moment else None
