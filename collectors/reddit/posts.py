"""A submission or a comment becomes a native post. Pure.

It works on Reddit's JSON and not on praw's objects, whose attributes may go and fetch what is missing.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard
from urllib.parse import urljoin, urlsplit

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost

from ..canonical import is_likely, web_address
from .plain import Plain, to_plain, users_in

SITE = "https://www.reddit.com"
_MAX_TEXT = 100_000  # characters; Reddit allows 40,000
_GONE = ("[deleted]", "[removed]")
_DELETED_TITLE = ("[deleted by user]", "[deleted]", "[removed]")
_OWN_HOSTS = ("redd.it", "reddit.com", "redditmedia.com")
_ID = re.compile(r"[0-9a-z]{1,13}")
_KINDS = {"Image": "image", "AnimatedImage": "gif", "RedditVideo": "video"}
_HINTS = {"image": "image", "hosted:video": "video", "rich:video": "video"}

Json = Mapping[str, Any]


def fullname(raw: Any) -> str | None:
    """``t3_abc`` of a submission, ``t1_xyz`` of a comment; None for anything else."""
    inner = raw.get("data") if isinstance(raw, dict) else None
    number = inner.get("id") if isinstance(inner, dict) else None
    kind = raw.get("kind") if isinstance(raw, dict) else None
    return f"{kind}_{number}" if kind in ("t1", "t3") and isinstance(number, str) and _ID.fullmatch(number) else None


def post_id(name: str) -> str:
    """Ours, of Reddit's "fullname": it names nobody."""
    return f"reddit:{name}"


def created(raw: Any, now: datetime) -> datetime | None:
    """When it was published, if that can be true."""
    inner = raw.get("data") if isinstance(raw, dict) else None
    return _moment(inner.get("created_utc"), now) if isinstance(inner, dict) else None


def is_gone(raw: Any) -> bool:
    """Whether its author deleted it, or somebody removed it: only its shell is left."""
    inner = raw.get("data") if isinstance(raw, dict) else None
    if not isinstance(inner, dict):
        return False
    if inner.get("removed_by_category") is not None or inner.get("title") in _DELETED_TITLE:
        return True
    text = inner.get("body" if raw.get("kind") == "t1" else "selftext")
    return isinstance(text, str) and text.strip() in _GONE


def author_is_gone(raw: Any) -> bool:
    """Whether the account behind it was deleted; what it wrote may still be shown."""
    inner = raw.get("data") if isinstance(raw, dict) else None
    return isinstance(inner, dict) and inner.get("author") in (None, "", "[deleted]")


def to_post(raw: Any, at: datetime) -> NativePost:
    """A thing of kind t3 or t1. Raises :class:`UnreadableInput` with the reason why it is none."""
    if not isinstance(raw, dict) or not isinstance(raw.get("data"), dict):
        raise UnreadableInput("it is no thing of Reddit's: there is no 'data' in it")
    name = fullname(raw)
    if name is None:
        raise UnreadableInput("it is neither a submission nor a comment, or its 'id' is missing or none of Reddit's")
    inner: Json = raw["data"]
    return _comment(inner, name, at) if raw["kind"] == "t1" else _submission(inner, name, at)


def _submission(raw: Json, name: str, at: datetime) -> NativePost:
    title = _text(raw, "title")
    original = _original(raw)
    body = _body(original or raw, "selftext")
    parts = [body.text, *_options(original or raw)]
    if original and isinstance(original.get("title"), str) and original["title"].strip() != title.strip():
        parts.insert(0, original["title"].strip())
    text = "\n\n".join(part for part in parts if part)
    media, outward = _media(original or raw, body)
    links = (*body.links, *outward)
    own = name.removeprefix("t3_")
    return NativePost(
        id=post_id(name),
        platform="reddit",
        native_id=name,
        native_url=_permalink(raw) or f"{SITE}/comments/{own}/",
        # Without the subreddit, which is the author's name in posts to one's own profile (r/u_name).
        url=f"{SITE}/comments/{own}/",
        author=_author(raw),
        kind=Kind.REPOST if original else Kind.POST,
        text=text,
        title=" ".join(title.split()) or None,
        created_at=_needed_moment(raw, at),
        fetched_at=at,
        edited_at=_moment(raw.get("edited"), at),
        hashtags=find_hashtags(f"{title}\n{text}"),
        mentions=users_in(f"{title}\n{text}"),
        links=tuple(dict.fromkeys(links)),
        media=media,
        counts=Counts(
            likes=_likes(raw),
            reposts=_count(raw, "num_crossposts"),
            replies=_count(raw, "num_comments"),
            views=_count(raw, "view_count"),
        ),
        reposted=post_id(str(raw["crosspost_parent"])) if original and _is_name(raw.get("crosspost_parent")) else None,
    )


def _comment(raw: Json, name: str, at: datetime) -> NativePost:
    body = _body(raw, "body")
    thread, parent, own = raw.get("link_id"), raw.get("parent_id"), name.removeprefix("t1_")
    media, _ = _media(raw, body)
    return NativePost(
        id=post_id(name),
        platform="reddit",
        native_id=name,
        native_url=_permalink(raw),
        url=f"{SITE}/comments/{thread.removeprefix('t3_')}/_/{own}/" if _is_name(thread) else None,
        author=_author(raw),
        kind=Kind.COMMENT,
        text=body.text,
        created_at=_needed_moment(raw, at),
        fetched_at=at,
        edited_at=_moment(raw.get("edited"), at),
        hashtags=find_hashtags(body.text),
        mentions=users_in(body.text),
        links=body.links,
        media=media,
        counts=Counts(likes=_likes(raw)),
        in_reply_to=post_id(parent) if _is_name(parent) else None,
    )


def _original(raw: Json) -> Json | None:
    """What was crossposted, as Reddit shows it inside; None for an ordinary submission."""
    parents = raw.get("crosspost_parent_list")
    first = parents[0] if isinstance(parents, list) and parents else None
    return first if isinstance(first, dict) and isinstance(first.get("selftext"), str) else None


def _body(raw: Json, name: str) -> Plain:
    text = raw.get(name)
    if not isinstance(text, str):
        raise UnreadableInput(f"its text ('{name}') is missing or no text")
    if len(text) > _MAX_TEXT:
        raise UnreadableInput(f"its text has {len(text):,} characters; {_MAX_TEXT:,} are the most")
    return Plain("", (), ()) if text.strip() in _GONE else to_plain(text)


def _options(raw: Json) -> list[str]:
    """What a poll lets people choose from: words of the author."""
    poll = raw.get("poll_data")
    texts = (option.get("text") for option in _objects(poll, "options")) if isinstance(poll, dict) else ()
    listed = "\n".join(f"- {text.strip()}" for text in texts if isinstance(text, str) and text.strip())
    return [listed] if listed else []


def _media(raw: Json, body: Plain) -> tuple[tuple[Media, ...], list[str]]:
    """Attachments with their captions, and the addresses that lead away from Reddit."""
    stored = raw.get("media_metadata")
    known: Json = stored if isinstance(stored, dict) else {}
    found: list[Media] = []
    links: list[str] = []
    gallery = raw.get("gallery_data")
    for item in _objects(gallery, "items") if isinstance(gallery, dict) else ():
        found.append(Media(_kind(known, item.get("media_id")), _words(item.get("caption"))))
        if outward := web_address(item.get("outbound_url")):
            links.append(outward)
    found += [Media(_kind(known, number), caption) for number, caption in body.pictures]
    address = raw.get("url_overridden_by_dest", raw.get("url"))
    whole = web_address(address if isinstance(address, str) and "://" in address else None)
    if whole and raw.get("is_self") is not True and not found and (kind := _attached(raw, whole)):
        found.append(Media(kind))
    elif whole and raw.get("is_self") is not True and not _is_own(whole):
        links.append(whole)
    return tuple(found), links


def _attached(raw: Json, address: str) -> str | None:
    """What kind of medium a link is that was uploaded to Reddit itself; None: it is a link to somewhere."""
    if raw.get("is_video") is True:
        return "video"
    hint = raw.get("post_hint")
    if not _is_own(address):
        return None
    host = urlsplit(address).hostname or ""
    return _HINTS.get(hint) if isinstance(hint, str) and hint in _HINTS else {"i": "image", "v": "video"}.get(host[0])


def _is_own(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host in _OWN_HOSTS or host.endswith(tuple(f".{own}" for own in _OWN_HOSTS))


def _kind(known: Json, number: object) -> str:
    entry = known.get(number) if isinstance(number, str) else None
    kind = entry.get("e") if isinstance(entry, dict) else None
    if isinstance(number, str) and number.startswith("giphy|"):
        return "gif"
    return _KINDS.get(kind, "image") if isinstance(kind, str) else "image"


def _author(raw: Json) -> Author | None:
    """None for a deleted account."""
    name = raw.get("author")
    if name in (None, "", "[deleted]"):
        return None
    if not isinstance(name, str):
        raise UnreadableInput("its 'author' is no text")
    return Author(handle=name, profile_url=f"{SITE}/user/{name}")


def _permalink(raw: Json) -> str | None:
    path = raw.get("permalink")
    return web_address(urljoin(SITE, path)) if isinstance(path, str) and path.startswith("/r/") else None


def _text(raw: Json, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str):
        raise UnreadableInput(f"its '{name}' is missing or no text")
    if len(value) > _MAX_TEXT:
        raise UnreadableInput(f"its '{name}' has {len(value):,} characters")
    return value


def _words(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _objects(raw: Json, name: str) -> list[dict[str, Any]]:
    found = raw.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _is_name(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value[:3] in ("t1_", "t3_") and _ID.fullmatch(value[3:]) is not None


def _likes(raw: Json) -> int | None:
    """Reddit gives votes for less votes against. Hidden: not said. Below zero: nobody can say how many liked it."""
    return None if raw.get("score_hidden") is True or raw.get("hide_score") is True else _count(raw, "score")


def _count(raw: Json, name: str) -> int | None:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def _needed_moment(raw: Json, now: datetime) -> datetime | None:
    value = raw.get("created_utc")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableInput("its 'created_utc' is missing or no time")
    return _moment(value, now)


def _moment(value: object, now: datetime) -> datetime | None:
    """None for what cannot be true; ``edited`` is false, or true without a time in posts of long ago."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        at = datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if is_likely(at, now) else None
