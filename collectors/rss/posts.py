"""An entry of a feed → a post."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from listening.hashtags import find_hashtags, unique_hashtags
from listening.posts import Author, Counts, Kind, NativePost

from ..canonical import hashed_id, web_address
from ..feeds import Entry, read_entry
from ..feeds.canonical import same_article, without_tracking

_GLOBAL = ("tag:", "urn:")
_LETTERS = re.compile(r"[\W_]+")


def to_post(entry: Entry, identity: str, host: str, language: str | None, at: datetime) -> NativePost:
    """``identity``: what makes the entry the same on every reading. ``host`` and ``language``: the feed's."""
    words = f"{entry.title or ''}\n{entry.text}"
    author = _author(entry, host)
    return NativePost(
        id=hashed_id("rss", identity),
        platform="rss",
        native_id=identity[:500],
        native_url=entry.link,
        url=_nameless(entry, author),
        author=author,
        kind=Kind.ARTICLE,
        text=entry.text,
        title=entry.title,
        created_at=entry.published,
        fetched_at=at,
        edited_at=entry.updated,
        language=entry.language or language,
        hashtags=unique_hashtags((*find_hashtags(words), *entry.tags)),
        links=entry.links,
        media=entry.media,
        counts=Counts(replies=entry.replies),
    )


def identities(entries: Sequence[Entry], host: str) -> list[str]:
    """For each entry the first of its guid, its address and its title with date that no other entry has too."""
    choices = [_choices(entry, host) for entry in entries]
    times = Counter(choice for mine in choices for choice in set(mine))
    return [next((choice for choice in mine if times[choice] == 1), mine[-1]) for mine in choices]


def read_one(raw: Any, host: str, page: str, language: str | None, at: datetime) -> NativePost:
    """An entry by itself, as a dead letter keeps it. Raises ``UnreadableInput``."""
    entry = read_entry(raw, at, page)
    return to_post(entry, _choices(entry, host)[0], host, language, at)


def raw_entry(raw: Mapping[str, Any], host: str, page: str, language: str | None) -> dict[str, Any]:
    """What a dead letter needs to be read again."""
    return {"host": host, "page": page, "language": language, "entry": raw}


def _choices(entry: Entry, host: str) -> list[str]:
    found = []
    if entry.guid:
        if web_address(entry.guid):
            found.append(same_article(entry.guid))
        else:
            found.append(entry.guid if entry.guid.startswith(_GLOBAL) else f"{host} {entry.guid}")
    if entry.link:
        found.append(same_article(entry.link))
    moment = entry.published.isoformat() if entry.published else ""
    found.append(f"{host} {moment} {entry.title or ''} {'' if entry.title else entry.text}"[:2000])
    return found


def _author(entry: Entry, host: str) -> Author | None:
    """Two papers' John Smiths are two people: a name belongs to the host that it writes for."""
    where = (urlsplit(entry.link).hostname if entry.link else None) or host
    name = (entry.author or "").lstrip("@").strip()
    if name or entry.email:
        return Author(handle=entry.email or f"{name}@{where}", display_name=name or None, profile_url=entry.profile)
    if entry.outlet:
        outlet = urlsplit(entry.outlet_address).hostname if entry.outlet_address else None
        return Author(handle=outlet or entry.outlet, display_name=entry.outlet, profile_url=entry.outlet_address)
    return None


def _nameless(entry: Entry, author: Author | None) -> str | None:
    """The article's address, unless it names its author."""
    if entry.link is None or "/@" in entry.link:
        return None
    address = without_tracking(entry.link)
    if author and (entry.author or entry.email):
        plain = _squashed(address)
        names = (_squashed(author.handle.split("@")[0]), _squashed(author.display_name or ""))
        if any(len(name) > 2 and name in plain for name in names):
            return None
    return address


def _squashed(text: str) -> str:
    """Letters and digits only, without accents: ``Ana Pop`` and ``/ana-pop/`` have it in common."""
    bare = unicodedata.normalize("NFKD", unquote(text)).casefold()
    return _LETTERS.sub("", "".join(c for c in bare if not unicodedata.combining(c)))
