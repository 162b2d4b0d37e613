"""A status becomes a native post. Pure.

It works on the server's JSON and not on Mastodon.py's objects, which turn a wrong type into None and so hide what could
not be read.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags, fold_hashtag, unique_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost

from ..canonical import hashed_id, is_likely, language_code, web_address
from ..html import to_plain

_MAX_HTML = 200_000  # characters; servers allow 500 to 100,000, and a parser should have a bound
_OPT_OUTS = frozenset(map(fold_hashtag, ("nobot", "nobots", "noindex", "noarchive", "nosearch")))
_PUBLIC = ("public", None)  # None: a server too old to say

Json = Mapping[str, Any]


def post_id(uri: str) -> str:
    """By the canonical address, which is the same on every server; ids of statuses are not."""
    return hashed_id("mastodon", uri)


def asks_to_be_left_out(raw: Any) -> bool:
    """Whether the author (or the author of what is boosted) does not want to be found or read by programs.

    ``noindex``, ``indexable`` or ``discoverable`` set to false, ``#nobot`` in the profile, a status that is not public.
    """
    if not isinstance(raw, dict):
        return False
    statuses = [status for status in (raw, raw.get("reblog")) if isinstance(status, dict)]
    accounts = [status["account"] for status in statuses if isinstance(status.get("account"), dict)]
    return any(status.get("visibility") not in _PUBLIC for status in statuses) or any(map(_wants_privacy, accounts))


def _wants_privacy(account: Json) -> bool:
    if account.get("noindex") is True or account.get("indexable") is False or account.get("discoverable") is False:
        return True
    if account.get("suspended") is True:
        return True
    cells = [account.get("note"), *(entry.get("value") for entry in _objects(account, "fields"))]
    try:
        bio = "\n".join(to_plain(cell).text for cell in cells if isinstance(cell, str))
    except UnreadableInput:
        return True  # nobody can tell what it asks for
    return not _OPT_OUTS.isdisjoint(map(fold_hashtag, find_hashtags(bio)))


def to_post(raw: Any, server: str, at: datetime, uris: Mapping[str, str]) -> NativePost:
    """``server``: its host, for accounts that come without one. ``uris``: id → uri of statuses read beside this one.

    Raises :class:`UnreadableInput` with the reason why this is no status.
    """
    if not isinstance(raw, dict):
        raise UnreadableInput("it is not an object")
    uri, local = _text(raw, "uri"), _text(raw, "id")
    account = raw.get("account")
    if not isinstance(account, dict):
        raise UnreadableInput("it has no author ('account')")
    boosted = raw.get("reblog") if isinstance(raw.get("reblog"), dict) else None
    shown: Json = boosted or raw
    html = shown.get("content")
    if not isinstance(html, str):
        raise UnreadableInput("its text ('content') is missing or no text")
    if len(html) > _MAX_HTML:
        raise UnreadableInput(f"its text has {len(html):,} characters; {_MAX_HTML:,} are the most")
    mentions = _mentions(shown, server)
    plain = to_plain(html, mentions)
    text = plain.text
    quoted = _quoted(raw)
    parent = raw.get("in_reply_to_id")
    tags = (tag.get("name") for tag in _objects(shown, "tags"))
    return NativePost(
        id=post_id(uri),
        platform="mastodon",
        native_id=f"{server}/{local}",
        native_url=web_address(raw.get("url")) or web_address(uri),
        url=None,  # every permalink on Mastodon carries the handle
        author=_author(account, server),
        kind=Kind.REPOST if boosted else Kind.QUOTE if quoted else Kind.REPLY if parent else Kind.POST,
        text=text,
        title=shown["spoiler_text"].strip() or None if isinstance(shown.get("spoiler_text"), str) else None,
        created_at=_moment(raw, "created_at", at),
        fetched_at=at,
        edited_at=_moment(shown, "edited_at", at),
        language=language_code(shown.get("language") if isinstance(shown.get("language"), str) else None),
        hashtags=unique_hashtags((*find_hashtags(text), *(t for t in tags if isinstance(t, str)))),
        mentions=tuple(dict.fromkeys(mentions.values())),
        links=plain.links,
        media=tuple(_media(item) for item in _objects(shown, "media_attachments")),
        counts=Counts(
            likes=_count(shown, "favourites_count"),
            reposts=_count(shown, "reblogs_count"),
            replies=_count(shown, "replies_count"),
            quotes=_count(shown, "quotes_count"),
        ),
        in_reply_to=post_id(uris[str(parent)]) if parent and str(parent) in uris else None,
        reposted=post_id(boosted["uri"]) if boosted and isinstance(boosted.get("uri"), str) else None,
        quoted=quoted,
    )


def _text(raw: Json, name: str) -> str:
    value = raw.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise UnreadableInput(f"its '{name}' is missing or no text")
    return value


def _objects(raw: Json, name: str) -> list[dict[str, Any]]:
    found = raw.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _handle(acct: str, web: object, server: str) -> str:
    """With the account's server: a server writes its own users without one."""
    if "@" in acct:
        return acct
    host = urlsplit(web).hostname if isinstance(web, str) else None
    return f"{acct}@{host or server.rsplit(':', 1)[0]}"


def _author(account: Json, server: str) -> Author:
    name = account.get("display_name")
    return Author(
        handle=_handle(_text(account, "acct"), account.get("url"), server),
        display_name=name if isinstance(name, str) and name else None,
        profile_url=web_address(account.get("url")),
        followers=_count(account, "followers_count"),
    )


def _mentions(raw: Json, server: str) -> dict[str, str]:
    """Address of the profile → handle."""
    found = ((item.get("url"), item.get("acct")) for item in _objects(raw, "mentions"))
    return {
        web if isinstance(web, str) else acct: _handle(acct, web, server)
        for web, acct in found
        if isinstance(acct, str) and acct
    }


def _media(item: Json) -> Media:
    kind, alt = item.get("type"), item.get("description")
    return Media(kind if isinstance(kind, str) else "unknown", alt if isinstance(alt, str) and alt else None)


def _quoted(raw: Json) -> str | None:
    quote = raw.get("quote")
    status = quote.get("quoted_status") if isinstance(quote, dict) and quote.get("state") == "accepted" else None
    uri = status.get("uri") if isinstance(status, dict) else None
    return post_id(uri) if isinstance(uri, str) else None


def _count(raw: Json, name: str) -> int | None:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _moment(raw: Json, name: str, now: datetime) -> datetime | None:
    """A time that can be true, in UTC. A server whose clock says 1970 or 2099 gives no date."""
    value = raw.get(name)
    if value is None and name == "edited_at":
        return None
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UnreadableInput(f"its '{name}' is missing or no time") from error
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if is_likely(at, now) else None
