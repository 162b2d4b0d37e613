"""What Lemmy and PieFed show of a post or a comment becomes a native post. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from listening.collecting import Removal, RemovalReason
from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost

from ..canonical import hashed_id, is_likely, web_address
from .markdown import read

_MAX_LETTERS = 200_000
_NAMELESS = re.compile(r"/(post|comment)/[0-9]+/?")
"""Paths of addresses that name nobody; other software writes the author into them."""
_CROSS_POST = re.compile(r"\s*cross-?posted from:?\s+(https?://\S{1,500})", re.IGNORECASE)

Json = Mapping[str, Any]


def to_post(view: Any, server: str, at: datetime, languages: Mapping[int, str]) -> NativePost:
    """``server``: who says so. Raises :class:`UnreadableInput` with the reason why this is no post."""
    own, comment = _own(view)
    local = _number(own, "id")
    text = _text(own, "content", "body")
    title = None if comment else _text(own, "name", "title")
    if not text and (comment or not title):
        raise UnreadableInput("it has no text")
    if len(text or "") > _MAX_LETTERS:
        raise UnreadableInput(f"its text has {len(text or ''):,} characters; {_MAX_LETTERS:,} are the most")
    written = read(text or "")
    address = canonical(view, server)
    believed = address == web_address(own.get("ap_id"))
    link = None if comment else web_address(own.get("url"))
    crossed = _CROSS_POST.match(text or "")
    headline = " ".join((title or "").split())
    words = f"{headline}\n{written.text}"
    return NativePost(
        id=hashed_id("lemmy", address),
        platform="lemmy",
        native_id=f"{server}/{'comment' if comment else 'post'}/{local}",
        native_url=address,
        url=address if _NAMELESS.fullmatch(urlsplit(address).path) else None,
        author=_author(view) if believed else None,
        kind=Kind.COMMENT if comment else Kind.QUOTE if crossed else Kind.POST,
        text=written.text,
        title=headline or None,
        created_at=_moment(own, at, "published", "published_at"),
        fetched_at=at,
        edited_at=_moment(own, at, "updated", "updated_at", "edited_at", needed=False),
        language=languages.get(number) if isinstance(number := own.get("language_id"), int) else None,
        hashtags=find_hashtags(words),
        mentions=written.mentions,
        links=tuple(dict.fromkeys((link, *written.links) if link else written.links)),
        media=(*_picture(own), *written.media),
        counts=_counts(view, own, comment),
        in_reply_to=_parent(view, own, server) if comment else None,
        quoted=hashed_id("lemmy", crossed[1]) if crossed and not comment else None,
    )


def canonical(view: Any, server: str) -> str:
    """The address by which every server knows it. It is believed only on the host of its author or its community;
    else what the server asked says of somebody else's post counts as that server's own."""
    own, comment = _own(view)
    claimed = web_address(own.get("ap_id"))
    homes = {_host(_actor(view, name)) for name in ("creator", "community")} - {None}
    if claimed and _host(claimed) in homes:
        return claimed
    return f"https://{server}/{'comment' if comment else 'post'}/{_number(own, 'id')}"


def removal(view: Any, server: str) -> Removal | None:
    """If it is deleted by its author, or taken away where it belongs; what another server hides, it hides for itself.

    Raises as :func:`to_post`.
    """
    own, _ = _own(view)
    address = canonical(view, server)
    if own.get("deleted") is True:
        return Removal(hashed_id("lemmy", address), RemovalReason.DELETED)
    homes = (_host(address), _host(_actor(view, "community")))
    if own.get("removed") is True and server in homes:
        return Removal(hashed_id("lemmy", address), RemovalReason.WITHDRAWN)
    return None


def is_hidden(view: Any) -> bool:
    """Whether the server that shows it says that it is removed."""
    return _own(view)[0].get("removed") is True


def published(view: Any, now: datetime) -> datetime | None:
    """When it was written, for the order of a walk; None if it does not say, or cannot be true."""
    try:
        return _moment(_own(view)[0], now, "published", "published_at")
    except UnreadableInput:
        return None


def _own(view: Any) -> tuple[Json, bool]:
    if isinstance(view, dict):
        for name, is_comment in (("comment", True), ("post", False)):
            own = view.get(name)
            if isinstance(own, dict):
                return own, is_comment
    raise UnreadableInput("it is neither a post nor a comment")


def _actor(view: Any, name: str) -> str | None:
    actor = view.get(name)
    return web_address(actor.get("actor_id") or actor.get("ap_id")) if isinstance(actor, dict) else None


def _author(view: Json) -> Author | None:
    creator, address = view.get("creator"), _actor(view, "creator")
    if not isinstance(creator, dict) or not address:
        return None
    name = _string(creator, "name") or _string(creator, "user_name") or address.rstrip("/").rsplit("/", 1)[-1]
    shown = _string(creator, "display_name") or _string(creator, "title")
    return Author(handle=f"{name}@{_host(address)}", display_name=shown, profile_url=address)


def _parent(view: Json, own: Json, server: str) -> str | None:
    """The post, for a comment right below it; which comment another one answers is told by a local number only."""
    path, post = own.get("path"), view.get("post")
    if not isinstance(path, str) or path.count(".") != 1 or not isinstance(post, dict):
        return None
    above = {"post": post, "community": view.get("community")}
    address = web_address(post.get("ap_id"))
    try:
        # Its author is not told here: an address of any host but the server's own is taken at its word.
        return hashed_id("lemmy", address or canonical(above, server))
    except UnreadableInput:
        return None


def _counts(view: Json, own: Json, comment: bool) -> Counts:
    counts = view.get("counts")
    kept = counts if isinstance(counts, dict) else own
    likes = _count(kept, "upvotes")
    return Counts(
        likes=likes if likes is not None else _count(kept, "score"),
        replies=_count(kept, "child_count" if comment else "comments"),
    )


def _picture(own: Json) -> tuple[Media, ...]:
    alt, kind = _string(own, "alt_text"), _string(own, "url_content_type") or ""
    return (Media("image", alt),) if alt or kind.startswith("image/") else ()


def _host(address: str | None) -> str | None:
    try:
        return urlsplit(address).netloc.lower() if address else None
    except ValueError:
        return None


def _text(own: Json, *names: str) -> str | None:
    value = next((own[name] for name in names if own.get(name) is not None), None)
    if value is not None and not isinstance(value, str):
        raise UnreadableInput("its text is no text")
    return value


def _string(raw: Json, name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and value else None


def _number(own: Json, name: str) -> int:
    value = own.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise UnreadableInput(f"its '{name}' is missing or no number")
    return value


def _count(raw: Json, name: str) -> int | None:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _moment(own: Json, now: datetime, *names: str, needed: bool = True) -> datetime | None:
    value = next((own[name] for name in names if own.get(name)), None)
    if value is None and not needed:
        return None
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableInput("its time is missing or no time") from error
    return at if is_likely(at, now) else None
