"""An item of a JSON Feed (jsonfeed.org, 1.0 and 1.1) → our one shape for all feeds."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

Json = Mapping[str, Any]


def entry(item: Any, feed: Json, address: str) -> dict[str, Any]:
    """An item that is no object gives an entry without anything, which is refused when it is read."""
    if not isinstance(item, dict):
        return {"item": item}
    html, plain, summary = item.get("content_html"), item.get("content_text"), item.get("summary")
    texts = [{"value": html, "html": True}, {"value": plain, "html": False}, {"value": summary, "html": False}]
    own_id = item.get("id")
    attachments = item.get("attachments")
    return {
        "id": str(own_id) if isinstance(own_id, int | float) and not isinstance(own_id, bool) else own_id,
        "link": _whole(item.get("url") or item.get("external_url"), address),
        "title": {"value": item.get("title"), "html": False},
        "texts": [{**text, "base": address} for text in texts if isinstance(text["value"], str) and text["value"]],
        "published": item.get("date_published"),
        "updated": item.get("date_modified"),
        "authors": _authors(item) or _authors(feed),
        "tags": item.get("tags"),
        "media": [
            *({"type": "image"} for name in ("image",) if isinstance(item.get(name), str)),
            *(
                {"type": each.get("mime_type"), "alt": each.get("title")}
                for each in (attachments if isinstance(attachments, list) else [])
                if isinstance(each, dict)
            ),
        ],
        "language": item.get("language"),
    }


def _whole(link: Any, address: str) -> Any:
    try:
        return urljoin(address, link) if isinstance(link, str) and link else link
    except ValueError:
        return None


def _authors(given: Json) -> list[dict[str, Any]]:
    many, one = given.get("authors"), given.get("author")  # 1.1 has many, 1.0 had one
    found = [*(many if isinstance(many, list) else []), one]
    return [
        {"name": each.get("name"), "address": each.get("url")}
        for each in found
        if isinstance(each, dict) and (each.get("name") or each.get("url"))
    ]
