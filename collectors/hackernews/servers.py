"""The two servers: Algolia, which finds, and Firebase, which knows what became of an item."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from listening.errors import TryLater

from ..web import Web
from .plan import Search

CAP = 1_000
"""Hits that Algolia gives of one query, on all its pages together (github.com/algolia/hn-search/issues/230)."""


@dataclass(frozen=True, slots=True)
class Found:
    """``total`` is how many there are, given or not."""

    hits: tuple[Any, ...]
    total: int


class Algolia:
    def __init__(self, web: Web, base_url: str, *, cap: int = CAP) -> None:
        self._web, self._base, self._cap = web, base_url.rstrip("/"), cap
        self.requests = 0

    def search(self, search: Search, since: int, until: int, now: datetime) -> Found:
        """What was published from ``since`` to before ``until`` (Unix seconds), newest first."""
        asked = {
            "query": search.words,
            "tags": "(story,comment,poll,job)",
            "numericFilters": f"created_at_i>={since},created_at_i<{until}",
            "hitsPerPage": self._cap,
            "typoTolerance": "false",
            "queryType": "prefixAll" if search.prefix else "prefixNone",
            "advancedSyntax": "true",
            "restrictSearchableAttributes": "title,story_text,comment_text",
            "attributesToHighlight": "[]",
        }
        self.requests += 1
        answer = self._web.get(f"{self._base}/api/v1/search_by_date?{urlencode(asked)}", now)
        said = answer.json()
        hits = said.get("hits") if isinstance(said, dict) else None
        if not isinstance(hits, list):
            raise TryLater(f"{answer.host} answered something else than hits: is base_url the search of Hacker News?")
        total = said.get("nbHits")
        counted = total if isinstance(total, int) and not isinstance(total, bool) else 0
        return Found(tuple(hits), max(counted, len(hits)))

    def is_whole(self, found: Found) -> bool:
        """Whether nothing was cut off. As many hits as can be given may be more than were counted."""
        return found.total <= len(found.hits) < self._cap


class Firebase:
    def __init__(self, web: Web, base_url: str) -> None:
        self._web, self._base = web, base_url.rstrip("/")

    def item(self, item_id: str, now: datetime) -> dict[str, Any] | None:
        """One item with its flags; None if there is none of this number."""
        answer = self._web.get(f"{self._base}/v0/item/{item_id}.json", now)
        said = answer.json()
        if said is not None and not isinstance(said, dict):
            raise TryLater(f"{answer.host} answered something else than an item: check firebase_url if this stays so.")
        return said
