"""A local server of ours that answers as Algolia's Hacker News search does, and as its Firebase: words joined by AND,
"phrases", slices of time, a thousand hits at most. People and companies in it are invented."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlsplit

from collectors.html import to_plain
from listening.analysis import tokens
from tests.servers.web import Reply, WebServer

_FILTER = re.compile(r"created_at_i(>=|<)(-?\d+)")
_TERM = re.compile(r'"[^"]*"|\S+')


class HackerNewsServer(WebServer):
    """``hits`` are as Algolia keeps them; ``flags`` by number are what Firebase alone knows. ``most`` is the cap."""

    def __init__(self) -> None:
        super().__init__()
        self.hits: list[Any] = []
        self.flags: dict[str, dict[str, Any] | None] = {}
        self.searches: list[dict[str, str]] = []
        self.most = 1000

    def comment(self, text: str, at: datetime, **more: Any) -> str:
        """Written by ``text``, kept as HTML; returns its number."""
        number = str(38_000_000 + len(self.hits))
        html = more.pop("html", escape(text).replace("\n\n", "<p>").replace("/", "&#x2F;"))
        hit = {
            "objectID": number, "author": "anapop", "comment_text": html,
            "story_id": 37_999_000, "parent_id": 37_999_001,
            "story_title": "Ask HN: whom do you work for?", "story_url": None, "points": None, "num_comments": None,
            "title": None, "url": None, "story_text": None, "created_at_i": int(at.timestamp()),
            "created_at": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "_tags": ["comment", "author_anapop", "story_37999000"],
        }  # fmt: skip
        self.hits.append({**hit, **more})
        return number

    def story(self, title: str, at: datetime, **more: Any) -> str:
        told = {"comment_text": None, "title": title, "points": 7, "num_comments": 3, "parent_id": None}
        return self.comment("", at, **{**told, "_tags": ["story", "author_anapop"], **more})

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(path)
        if parts.path == "/api/v1/search_by_date":
            asked = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
            self.searches.append(asked)
            return self._search(asked)
        if found := re.fullmatch(r"/v0/item/(\d+)\.json", parts.path):
            return Reply(json.dumps(self._item(found[1])).encode())
        return super().answer(path, headers)

    def _search(self, asked: Mapping[str, str]) -> Reply:
        found = [hit for hit in self.hits if not isinstance(hit, dict) or self._fits(hit, asked)]
        found.sort(key=lambda hit: hit.get("created_at_i", 0) if isinstance(hit, dict) else 0, reverse=True)
        given = found[: min(self.most, int(asked["hitsPerPage"]))]
        answer = {"hits": given, "nbHits": len(found), "page": 0, "hitsPerPage": int(asked["hitsPerPage"])}
        return Reply(json.dumps(answer).encode())

    def _fits(self, hit: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
        at = hit.get("created_at_i", 0)
        for sign, number in _FILTER.findall(asked["numericFilters"]):
            if not (at >= int(number) if sign == ">=" else at < int(number)):
                return False
        if not isinstance(hit.get("author"), str):
            return True
        kept = (hit.get(name) for name in asked["restrictSearchableAttributes"].split(","))
        words = tokens("\n".join(to_plain(each).text for each in kept if isinstance(each, str)))
        prefix = asked["queryType"] == "prefixAll"
        return all(_has(words, tokens(term), prefix) for term in _TERM.findall(asked["query"]))

    def _item(self, number: str) -> dict[str, Any] | None:
        if number in self.flags and self.flags[number] is None:
            return None
        hit = next((hit for hit in self.hits if isinstance(hit, dict) and hit.get("objectID") == number), None)
        if hit is None:
            return None
        comment = "comment" in hit["_tags"]
        item = {
            "id": int(number), "by": hit["author"], "time": hit["created_at_i"],
            "type": "comment" if comment else "story",
            "text": hit["comment_text"] if comment else hit["story_text"], "parent": hit["parent_id"],
            "title": hit["title"], "url": hit["url"], "score": hit["points"], "descendants": hit["num_comments"],
        }  # fmt: skip
        return {name: value for name, value in item.items() if value is not None} | (self.flags.get(number) or {})


def _has(words: list[str], wanted: list[str], prefix: bool) -> bool:
    count = len(wanted)
    for at in range(len(words) - count + 1):
        *front, last = words[at : at + count]
        if [*front] == wanted[:-1] and (last.startswith(wanted[-1]) if prefix else last == wanted[-1]):
            return True
    return False
