"""Cells into values: numbers as people write them, lists in one cell, accounts, and addresses that name nobody."""

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from listening.posts import Author, Kind

# A column called "source" often holds a file's or a program's name; only these are platforms.
PLATFORMS = frozenset({
    "x", "linkedin", "facebook", "instagram", "threads", "mastodon", "bluesky", "reddit", "tiktok", "youtube",
    "glassdoor", "indeed", "kununu", "hackernews", "lemmy", "quora", "telegram", "vk", "ok", "pinterest", "tumblr",
    "medium", "discord", "xing", "weibo", "wechat", "wykop", "blind", "comparably", "trustpilot", "google", "rss",
    "news", "blog", "forum", "files",
})  # fmt: skip
_SAME = {
    "twitter": "x", "x.com": "x", "twitter.com": "x", "ig": "instagram", "fb": "facebook", "yt": "youtube",
    "bsky": "bluesky", "hacker news": "hackernews", "hn": "hackernews", "vkontakte": "vk", "teamblind": "blind",
}  # fmt: skip
_KINDS = {kind.value: kind for kind in Kind} | {
    "retweet": Kind.REPOST,
    "reblog": Kind.REPOST,
    "boost": Kind.REPOST,
    "share": Kind.REPOST,
    "tweet": Kind.POST,
}
_COUNT = re.compile(r"(\d{1,3}(?:[,\u00a0\u202f ' ]\d{3})+|\d+)(?:\.(\d+))?\s*([kKmM])?")
_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)
_NAMES = ("text", "name", "tag", "username", "acct", "url")  # of a hashtag, an account or a link that is an object
_LIST = re.compile(r"[\s,;|]+")
# Pages of a post whose address carries no name: (server, how the path begins).
_NAMELESS = (
    ("x.com", "/i/web/status/"), ("x.com", "/i/status/"), ("twitter.com", "/i/web/status/"),
    ("twitter.com", "/i/status/"), ("reddit.com", "/comments/"), ("news.ycombinator.com", "/item"),
    ("youtube.com", "/watch"), ("linkedin.com", "/feed/update/"), ("instagram.com", "/p/"), ("instagram.com", "/reel/"),
)  # fmt: skip


def text_of(value: Any) -> str:
    """A cell as text; numbers as written, nothing for nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, bool | dict | list) else str(value)


def platform_of(value: Any) -> str | None:
    """A platform's name in our spelling, or None if it is no platform that we know of."""
    word = text_of(value).strip().casefold()
    word = _SAME.get(word, word)
    return word if word in PLATFORMS else None


def kind_of(value: Any, is_reply: bool) -> Kind:
    """The kind that is named, else reply or post."""
    word = text_of(value).strip().casefold()
    return _KINDS.get(word, Kind.REPLY if is_reply else Kind.POST)


def count_of(value: Any) -> int | None:
    """``1,234`` and ``1.2K`` too. None for what is no count: unknown is not zero."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return int(value) if 0 <= value < 1e15 else None
    match = _COUNT.fullmatch(text_of(value).strip())
    if not match:
        return None
    whole = float(f"{re.sub(r'[^0-9]', '', match[1])[:15]}.{match[2] or 0}")
    return round(whole * {"": 1, "k": 1_000, "m": 1_000_000}[(match[3] or "").casefold()])


def list_of(value: Any) -> tuple[str, ...]:
    """A cell with several values: a JSON list, or words parted by spaces, commas, semicolons or bars."""
    if isinstance(value, str):
        text = value.strip()
        if not text.startswith("["):
            return tuple(word for word in _LIST.split(text) if word)
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            return tuple(word for word in _LIST.split(text.strip("[]").replace("'", " ").replace('"', " ")) if word)
    if not isinstance(value, list):
        return ()
    plain = (next(filter(None, map(item.get, _NAMES)), "") if isinstance(item, dict) else item for item in value)
    return tuple(text for item in plain if (text := text_of(item).strip()))


def media_of(value: Any) -> tuple[tuple[str, str | None], ...]:
    """(type, description) of each attachment. An address in the cell says that there is one, and is not kept."""
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        found = ((text_of(m.get("type")), text_of(m.get("alt") or m.get("description"))) for m in value)
        return tuple((kind or "unknown", alt or None) for kind, alt in found)
    words = map(str.casefold, list_of(value))
    return tuple((word if word in ("photo", "image", "video", "audio", "gif") else "unknown", None) for word in words)


def author_of(handle: Any, name: Any, followers: Any) -> Author | None:
    """The account, if the row names one; also where an export nests it as an object."""
    if isinstance(handle, dict):
        nested = handle
        names = ("username", "handle", "acct", "screen_name", "name", "id")
        handle = next((nested[key] for key in names if nested.get(key)), None)
        name = name or nested.get("display_name") or nested.get("name")
        followers = followers if followers is not None else nested.get("followers") or nested.get("followers_count")
    handle, name = text_of(handle).strip().lstrip("@＠").strip(), text_of(name).strip()
    if not (handle or name):
        return None
    return Author(handle=handle or name, display_name=name or None, followers=count_of(followers))


def links_in(text: str) -> Iterable[str]:
    """Web addresses in a text, without the full stop or bracket that follows them."""
    return (match[0].rstrip(".,;:!?)]}'…") for match in _LINK.finditer(text))


def nameless(address: str | None) -> str | None:
    """``address`` if its form is known to carry no one's name, else None."""
    if not address:
        return None
    parts = urlsplit(address)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("old.").removeprefix("m.")
    known = any(host == server and parts.path.startswith(start) for server, start in _NAMELESS)
    return address if known and "@" not in address and not parts.fragment else None
