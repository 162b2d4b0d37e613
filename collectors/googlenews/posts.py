"""An entry of Google News → a post: a headline, and the paper that it is from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags
from listening.posts import Author, Kind, NativePost

from ..canonical import hashed_id
from ..feeds import Entry, read_entry
from ..feeds.canonical import same_article


def to_post(raw: Any, language: str, page: str, at: datetime) -> NativePost:
    """The text is the headline without the paper's name; the paper is the author. The description has no more than
    that, and the headlines of other papers, which are entries of their own.

    Raises :class:`UnreadableInput` with the reason why this is no article.
    """
    entry = read_entry(raw, at, page)
    headline = _headline(entry)
    if not headline:
        raise UnreadableInput("it has no headline")
    if not entry.guid and not entry.link:
        raise UnreadableInput("it has neither an id nor an address")
    return NativePost(
        id=hashed_id("googlenews", entry.guid or same_article(entry.link or "")),
        platform="googlenews",
        native_id=(entry.guid or entry.link or "")[:500],
        native_url=entry.link,
        url=entry.link,
        author=_paper(entry),
        kind=Kind.ARTICLE,
        text=headline,
        created_at=entry.published,
        fetched_at=at,
        edited_at=entry.updated,
        language=language,
        hashtags=find_hashtags(headline),
    )


def raw_entry(raw: Mapping[str, Any], language: str, page: str) -> dict[str, Any]:
    """What a dead letter needs to be read again."""
    return {"language": language, "page": page, "entry": raw}


def _headline(entry: Entry) -> str:
    title = entry.title or ""
    return title.removesuffix(f" - {entry.outlet}").strip() if entry.outlet else title


def _paper(entry: Entry) -> Author | None:
    if not entry.outlet:
        return None
    host = urlsplit(entry.outlet_address).hostname if entry.outlet_address else None
    return Author(handle=host or entry.outlet, display_name=entry.outlet, profile_url=entry.outlet_address)
