"""An item of Hacker News becomes a native post, as Algolia gives it and as Firebase does. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from typing import Any

from listening.collecting import Removal, RemovalReason
from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags
from listening.posts import Author, Counts, Kind, NativePost

from ..canonical import is_likely, web_address
from ..html import Plain, to_plain

SITE = "https://news.ycombinator.com"
_ID = re.compile(r"[0-9]{1,15}")
_MAX_HTML = 500_000  # characters; the site takes far less, and a parser should have a bound

Json = Mapping[str, Any]


def post_id(item_id: str) -> str:
    return f"hackernews:{item_id}"


def is_gone(raw: Any) -> bool:
    """Whether a hit is what Algolia keeps of a deleted item: no author, no words."""
    names = ("author", "comment_text", "story_text", "title")
    return isinstance(raw, dict) and _id(raw, "objectID") is not None and not any(raw.get(name) for name in names)


def removal(raw: Json) -> Removal:
    """Of a hit that :func:`is_gone`."""
    return Removal(post_id(_id(raw, "objectID") or ""), RemovalReason.DELETED)


def why_gone(item: Json | None) -> RemovalReason | None:
    """What Firebase says of an item that is no longer to be read; None if it is. Dead: killed by the site's people,
    or flagged away by its readers; only those who ask for it see it still."""
    if item is None or item.get("deleted") is True:
        return RemovalReason.DELETED
    return RemovalReason.WITHDRAWN if item.get("dead") is True else None


def of_hit(raw: Any, at: datetime) -> NativePost:
    """Of Algolia. Raises :class:`UnreadableInput` with the reason why this is no item."""
    if not isinstance(raw, dict):
        raise UnreadableInput("it is not an object")
    tags = raw.get("_tags")
    comment = "comment" in tags if isinstance(tags, list) else raw.get("comment_text") is not None
    return _post(
        item_id=_id(raw, "objectID"),
        by=raw.get("author"),
        title=None if comment else raw.get("title"),
        html=raw.get("comment_text") if comment else raw.get("story_text"),
        address=None if comment else raw.get("url"),
        seconds=raw.get("created_at_i"),
        parent=_id(raw, "parent_id") if comment else None,
        comment=comment,
        counts=Counts(likes=_count(raw, "points"), replies=_count(raw, "num_comments")),
        at=at,
    )


def of_item(raw: Json, at: datetime) -> NativePost:
    """Of Firebase. Raises as :func:`of_hit`."""
    comment = raw.get("type") == "comment"
    return _post(
        item_id=_id(raw, "id"),
        by=raw.get("by"),
        title=raw.get("title"),
        html=raw.get("text"),
        address=raw.get("url"),
        seconds=raw.get("time"),
        parent=_id(raw, "parent") if comment else None,
        comment=comment,
        counts=Counts(likes=_count(raw, "score"), replies=_count(raw, "descendants")),
        at=at,
    )


def _post(
    *,
    item_id: str | None,
    by: Any,
    title: Any,
    html: Any,
    address: Any,
    seconds: Any,
    parent: str | None,
    comment: bool,
    counts: Counts,
    at: datetime,
) -> NativePost:
    if item_id is None:
        raise UnreadableInput("it has no number of its own")
    headline = " ".join(unescape(title).split()) if isinstance(title, str) else ""
    if html is not None and not isinstance(html, str):
        raise UnreadableInput("its text is no text")
    if not html and (comment or not headline):
        raise UnreadableInput("its text is missing")
    plain = _plain(html or "")
    link = web_address(address)
    page = f"{SITE}/item?id={item_id}"
    return NativePost(
        id=post_id(item_id),
        platform="hackernews",
        native_id=item_id,
        native_url=page,
        url=page,
        author=Author(handle=by, profile_url=f"{SITE}/user?id={by}") if isinstance(by, str) and by else None,
        kind=Kind.COMMENT if comment else Kind.POST,
        text=plain.text,
        title=headline or None,
        created_at=_moment(seconds, at),
        fetched_at=at,
        hashtags=find_hashtags(f"{headline}\n{plain.text}"),
        links=tuple(dict.fromkeys((link, *plain.links) if link else plain.links)),
        counts=counts,
        in_reply_to=post_id(parent) if parent else None,
    )


def _plain(html: str) -> Plain:
    if len(html) > _MAX_HTML:
        raise UnreadableInput(f"its text has {len(html):,} characters; {_MAX_HTML:,} are the most")
    return to_plain(html)


def _id(raw: Json, name: str) -> str | None:
    value = raw.get(name)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if _ID.fullmatch(text) else None


def _count(raw: Json, name: str) -> int | None:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _moment(seconds: Any, now: datetime) -> datetime | None:
    """A time that can be true, in UTC; None for one that cannot."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise UnreadableInput("its time is missing or no number")
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if is_likely(at, now) else None
