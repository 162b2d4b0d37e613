"""One server, in whichever of three languages it speaks: Lemmy 0.19 (v3), Lemmy 1.0 (v4), PieFed (alpha)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from listening.errors import AccessDenied, RateLimited, TryLater

from ..canonical import language_code
from ..web import Answer, Web

MOST_SEARCHES = 80
"""Of one run. lemmy.world allows an address 100 searches in ten minutes, and other brands are searched for as well."""
_WINDOW = timedelta(minutes=10)
_DIALECTS = ("v3", "v4", "alpha")


@dataclass(frozen=True, slots=True)
class Found:
    """``onward`` is what the next page is asked for with; None: this was the last."""

    views: tuple[Any, ...]
    onward: str | None


class Misunderstood(TryLater):
    """The server refuses how it was asked, or the place to go on from."""


class Server:
    def __init__(self, web: Web, base_url: str, *, page_size: int = 50, most_searches: int = MOST_SEARCHES) -> None:
        self._web, self._base, self._size, self._most = web, base_url.rstrip("/"), page_size, most_searches
        self.name = urlsplit(self._base).netloc.lower()
        self.languages: Mapping[int, str] = {}
        self.searches = 0
        self._dialect: str | None = None

    @property
    def requests(self) -> int:
        """Of all servers that share the connection."""
        return self._web.requests

    def search(self, words: str, what: str, at: str | None, now: datetime) -> Found:
        """One page, newest first. ``what``: ``Posts`` or ``Comments``; ``at``: :attr:`Found.onward` of the page before.

        Raises :class:`RateLimited` before the server has to.
        """
        dialect = self._speaks(now)
        if self.searches >= self._most:
            until = now + _WINDOW
            raise RateLimited(f"{self.name} was searched {self._most} times in this run: going on later.", until)
        self.searches += 1
        asked = {"limit": str(self._size), "listing_type": "All", "sort": "New", "type_": what}
        if dialect == "v4":
            asked = {name: value.lower() for name, value in asked.items()} | {"search_term": words}
            asked |= {"page_cursor": at} if at else {}
        else:
            asked |= {"q": words, "page": at or "1"}
        said = self._json(self._get(f"{dialect}/search?{urlencode(asked)}", now))
        views = _views(said, what)
        if views is None:
            raise TryLater(f"{self.name} answered something else than {what.lower()}: is it a Lemmy server?")
        return Found(tuple(views), self._onward(said, len(views), at))

    def view(self, what: str, number: str, now: datetime) -> Any:
        """One post or comment (``post``, ``comment``) as in a search; None if it is gone."""
        answer = self._get(f"{self._speaks(now)}/{what}?{urlencode({'id': number})}", now, accept=(400, 404, 410))
        if answer.status >= 400:
            if answer.status == 400 and "find" not in _error(answer):
                raise self._refused(answer, now)
            return None
        said = self._json(answer)
        view = said.get(f"{what}_view", said)
        return view if isinstance(view, dict) else None

    def _speaks(self, now: datetime) -> str:
        if self._dialect is None:
            for dialect in _DIALECTS:
                answer = self._get(f"{dialect}/site", now, accept=(400, 404))
                if answer.status == 404:
                    continue
                if answer.status == 400:
                    raise self._refused(answer, now)
                said = self._json(answer)
                self.languages = _languages(said)
                self._dialect = dialect
                break
            else:
                raise AccessDenied(f"{self.name} speaks neither as Lemmy nor as PieFed does: check its address.")
        return self._dialect

    def _get(self, path: str, now: datetime, accept: tuple[int, ...] = (400,)) -> Answer:
        answer = self._web.get(f"{self._base}/api/{path}", now, accept=accept)
        if urlsplit(answer.url).hostname != urlsplit(self._base).hostname:
            raise AccessDenied(
                f"{self.name} sends us to {answer.host}: read the terms of that server, then write its address instead."
            )
        if answer.status == 400 and 404 not in accept:
            raise self._refused(answer, now)
        return answer

    def _refused(self, answer: Answer, now: datetime) -> AccessDenied | TryLater:
        error = _error(answer)
        if "rate_limit" in error:
            return RateLimited(f"{self.name} asks us to wait (too many requests).", now + _WINDOW)
        if "private" in error or "logged" in error:
            return AccessDenied(f"{self.name} shows posts only to its users: ask its administrators.")
        return Misunderstood(f"{self.name} did not understand us (400): another version of Lemmy?")

    def _json(self, answer: Answer) -> dict[str, Any]:
        said = answer.json()
        if not isinstance(said, dict):
            raise TryLater(f"{self.name} answered something else than Lemmy would: check its address if this stays so.")
        return said

    def _onward(self, said: Mapping[str, Any], count: int, at: str | None) -> str | None:
        if self._dialect == "v4":
            token = said.get("next_page")
            return token if isinstance(token, str) and token and count and len(token) < 500 and token != at else None
        # A page may be short because something on it is hidden; only an empty one is surely the last.
        return str(int(at or "1") + 1) if count and (at or "1").isdecimal() else None


def _views(said: Mapping[str, Any], what: str) -> list[Any] | None:
    name = what.lower()
    for field in (name, "search", "results"):
        found = said.get(field)
        if isinstance(found, list):
            return found
    return None


def _error(answer: Answer) -> str:
    try:
        said = answer.json()
    except TryLater:
        return ""
    return str(said.get("error") or said.get("message") or "")[:200] if isinstance(said, dict) else ""


def _languages(said: Mapping[str, Any]) -> dict[int, str]:
    site = said.get("site")
    listed = said.get("all_languages") or (site.get("all_languages") if isinstance(site, dict) else None)
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    codes = ((row.get("id"), language_code(code if isinstance(code := row.get("code"), str) else None)) for row in rows)
    return {number: code for number, code in codes if isinstance(number, int) and code}
