"""An entry as feedparser tells it → our one shape for all feeds: plain JSON, so that it can be kept and read again."""

from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def entry(found: Json, feed: Json) -> dict[str, Any]:
    """``feed``: what stands above all entries; its author wrote those that name no other."""
    # Plain ones: feedparser's dictionaries answer for keys that they do not have, and warn about it.
    found, feed = dict(found), dict(feed)
    source = next(iter(_dicts([found.get("source")])), None)
    return {
        "id": found.get("id"),
        "link": found.get("link") or _first_link(found),
        "title": _text(found, "title"),
        "texts": [*(_part(each) for each in _dicts(found.get("content"))), *_one(_text(found, "summary"))],
        "published": found.get("published") or found.get("created"),
        "published_at": _moment(found.get("published_parsed") or found.get("created_parsed")),
        "updated": found.get("updated"),
        "updated_at": _moment(found.get("updated_parsed")),
        "authors": _authors(found) or _authors(feed),
        "source": {"title": source.get("title"), "address": source.get("href")} if source else None,
        "tags": [tag.get("term") for tag in _dicts(found.get("tags"))],
        "media": _media(found),
        "replies": found.get("slash_comments") or found.get("thr_total"),
        "language": found.get("language"),
    }


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [dict(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _one(part: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [part] if part else []


def _first_link(found: Json) -> Any:
    return next((each.get("href") for each in _dicts(found.get("links")) if each.get("rel") == "alternate"), None)


def _text(found: Json, name: str) -> dict[str, Any] | None:
    detail, value = found.get(f"{name}_detail"), found.get(name)
    if not isinstance(value, str):
        return None
    return {**_part(dict(detail) if isinstance(detail, dict) else {}), "value": value}


def _part(detail: Json) -> dict[str, Any]:
    kind = detail.get("type")
    return {
        "value": detail.get("value"),
        "html": kind != "text/plain",
        "base": detail.get("base"),
        "language": detail.get("language"),
    }


def _authors(found: Json) -> list[dict[str, Any]]:
    named = [
        {"name": each.get("name"), "email": each.get("email"), "address": each.get("href")}
        for each in _dicts(found.get("authors"))
        if each.get("name") or each.get("email")
    ]
    plain = found.get("author")
    return named or ([{"name": plain}] if isinstance(plain, str) and plain else [])


def _media(found: Json) -> list[dict[str, Any]]:
    """Attachments, each address once: many feeds give an enclosure and a media:content for one picture."""
    attached = [each for each in _dicts(found.get("links")) if each.get("rel") == "enclosure"]
    media: dict[Any, dict[str, Any]] = {}
    for each in (*_dicts(found.get("media_content")), *attached):
        address = each.get("url") or each.get("href") or len(media)
        kind = each.get("medium") or each.get("type")
        media.setdefault(address, {"type": kind, "alt": each.get("caption") or each.get("title")})
    return list(media.values())


def _moment(parsed: Any) -> str | None:
    """feedparser knows more ways to write a date than we do; it drops what is smaller than a second."""
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat() if parsed else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None
