"""A local server of ours that answers as Lemmy 0.19 (v3), Lemmy 1.0 (v4) or PieFed (alpha) do; all is invented."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.servers.web import Reply, WebServer


@dataclass(slots=True)
class Item:
    """What was written. ``views`` are made of it in the dialect that is spoken; ``more`` goes over its own part."""

    number: int
    text: str
    at: datetime
    title: str | None = None
    """None: a comment."""
    edited: datetime | None = None
    home: str | None = None
    author: str = "anapop"
    more: dict[str, Any] = field(default_factory=dict)
    raw: Any = None


class LemmyServer(WebServer):
    """``ignores_pages``: it gives the first page for every page."""

    def __init__(self, dialect: str = "v3") -> None:
        super().__init__()
        self.dialect = dialect
        self.items: list[Item] = []
        self.searches: list[dict[str, str]] = []
        self.ignores_pages = False

    def publish(self, text: str, at: datetime, title: str | None = None, **more: Any) -> Item:
        own = {name: more.pop(name) for name in ("home", "author", "raw", "number") if name in more}
        item = Item(**{"number": len(self.items) + 1, **own}, text=text, at=at, title=title, more=more)
        self.items.append(item)
        return item

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        front = f"/api/{self.dialect}/"
        if not parts.path.startswith(front):
            return super().answer(path, headers)
        match parts.path.removeprefix(front):
            case "site":
                languages = [{"id": 0, "code": "und"}, {"id": 37, "code": "en"}, {"id": 149, "code": "ro"}]
                return _json({"site_view": {}, "all_languages": languages})
            case "search":
                self.searches.append(asked)
                return self._search(asked)
            case "post" | "comment" as what:
                found = [each for each in self.items if str(each.number) == asked["id"]]
                if not found:
                    return _json({"error": "not_found"}, 404)
                return _json({f"{what}_view": self.view(found[0])})
        return super().answer(path, headers)

    def view(self, item: Item) -> Any:
        if item.raw is not None:
            return item.raw
        return {"v3": self._v3, "v4": self._v4, "alpha": self._alpha}[self.dialect](item)

    def _search(self, asked: Mapping[str, str]) -> Reply:
        newer = self.dialect == "v4"
        words = asked["search_term" if newer else "q"].casefold()
        comments = asked["type_"].casefold() == "comments"
        found = [
            item
            for item in sorted(self.items, key=lambda item: (item.at, item.number), reverse=True)
            if (item.title is None) == comments
            and (item.raw is not None or _contains(f"{item.title or ''} {item.text}".casefold(), words.split()))
        ]
        if not asked.get("page", "1").isascii() or not asked.get("page", "1").isdecimal():
            return _json({"error": "unknown", "message": "Query deserialize error: invalid digit"}, 400)
        page = int(asked.get("page_cursor", "P0")[1:]) if newer else int(asked.get("page", "1")) - 1
        limit = int(asked["limit"])
        at = 0 if self.ignores_pages else page * limit
        views = [self.view(item) for item in found[at : at + limit]]
        onward = f"P{page + 1}" if len(found) > (page + 1) * limit else None
        if newer:
            return _json({"search": views, "next_page": onward})
        return _json({"type_": asked["type_"], "posts" if not comments else "comments": views})

    def _own(self, item: Item, home: str) -> dict[str, Any]:
        what = "comment" if item.title is None else "post"
        address = f"https://{home}/{what}/{item.number}"
        own: dict[str, Any] = {
            "id": item.number,
            "ap_id": address,
            "deleted": False,
            "removed": False,
            "language_id": 37,
        }
        return own | ({"path": f"0.{item.number}"} if item.title is None else {"nsfw": False})

    def _parts(self, item: Item, own: dict[str, Any], address: str) -> dict[str, Any]:
        home = item.home or self.name
        person = {"name": item.author, address: f"https://{home}/u/{item.author}", "display_name": "Ana Pop"}
        community = {"name": "work", address: f"https://{self.name}/c/work", "title": "Work"}
        view: dict[str, Any] = {"creator": person, "community": community}
        if item.title is None:
            above = {"id": 900, "ap_id": f"https://{self.name}/post/900", "name": "Whom do you work for?"}
            return view | {"comment": own | item.more, "post": above}
        return view | {"post": own | item.more}

    def _v3(self, item: Item) -> Any:
        own = self._own(item, item.home or self.name) | {"published": _stamp(item.at)}
        own |= {"updated": _stamp(item.edited)} if item.edited else {}
        own |= {"content": item.text} if item.title is None else {"name": item.title, "body": item.text}
        counts = {"score": 2, "upvotes": 5, "downvotes": 3, "child_count" if item.title is None else "comments": 1}
        return self._parts(item, own, "actor_id") | {"counts": counts}

    def _v4(self, item: Item) -> Any:
        own = self._own(item, item.home or self.name) | {"published_at": _stamp(item.at), "score": 2, "upvotes": 5}
        own |= {"updated_at": _stamp(item.edited)} if item.edited else {}
        own |= {"content": item.text} if item.title is None else {"name": item.title, "body": item.text}
        own |= {"child_count" if item.title is None else "comments": 1}
        return self._parts(item, own, "ap_id") | {"type_": "comment" if item.title is None else "post"}

    def _alpha(self, item: Item) -> Any:
        own = self._own(item, item.home or self.name) | {"published": _stamp(item.at), "body": item.text}
        own |= {"updated": _stamp(item.edited)} if item.edited else {}
        own |= {} if item.title is None else {"title": item.title}
        counts = {"score": 2, "upvotes": 5, "downvotes": 3, "child_count" if item.title is None else "comments": 1}
        view = self._parts(item, own, "actor_id") | {"counts": counts}
        view["creator"] = view["creator"] | {"user_name": item.author}
        return view


def _contains(text: str, words: list[str]) -> bool:
    """As ``%acme%corp%`` does."""
    at = 0
    for word in words:
        at = text.find(word, at)
        if at < 0:
            return False
        at += len(word)
    return True


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _json(said: object, status: int = 200) -> Reply:
    return Reply(json.dumps(said).encode(), status)
