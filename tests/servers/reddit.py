"""A local server of ours that speaks Reddit's protocol: tokens, listings with a cap, threads, things by name, and what
goes wrong. Names and people in it are invented."""

import base64
import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from listening.query import Searchable, parse

TOKEN = "/api/v1/access_token"
KEYS = ("my-app", "s3cret-key")
_FIRST = 36**5


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer to one request instead of the real one. ``cut``: the body ends before its announced length; ``drip``:
    it comes in single bytes, with so many seconds between."""

    status: int = 200
    body: bytes = b'{"message": "scripted", "error": 0}'
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0
    drip: float = 0.0
    kind: str = "application/json; charset=UTF-8"


def base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


class RedditServer:
    """``with RedditServer() as server:`` serves at ``server.address``. ``faults`` are given out one a request (tokens
    apart, they have ``token_fault``); None in it is an ordinary answer. ``asked`` are those requests so far."""

    def __init__(self, cap: int = 1000) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.cap = cap
        self.faults: deque[Fault | None] = deque()
        self.always: Fault | None = None
        self.token_fault: Fault | None = None
        self.closed: dict[str, Fault] = {}
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        self.tokens = 0
        self.agents: set[str | None] = set()
        self.deaf_to_after = False
        self.most_comments = 500
        self._next = _FIRST
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def submit(self, text: str, at: datetime, title: str = "A day", place: str = "work", **more: Any) -> str:
        """A new submission; returns its fullname. Any field can be replaced, also by nonsense."""
        own = base36(self._next)
        self._next += 1
        self.things[f"t3_{own}"] = {"kind": "t3", "data": submission(own, text, at, title, place) | more}
        return f"t3_{own}"

    def comment(self, text: str, at: datetime, parent: str, author: str = "ion_v", **more: Any) -> str:
        """A new comment below a submission or a comment; returns its fullname."""
        own = base36(self._next)
        self._next += 1
        thread = parent if parent.startswith("t3_") else self.things[parent]["data"]["link_id"]
        above = self.things[thread]["data"]
        above["num_comments"] += 1
        place = above["subreddit"]
        self.things[f"t1_{own}"] = {
            "kind": "t1",
            "data": {
                "id": own, "name": f"t1_{own}", "body": text, "author": author, "author_fullname": "t2_ion",
                "created_utc": at.timestamp(), "edited": False, "score": 1, "score_hidden": False, "link_id": thread,
                "parent_id": parent, "permalink": f"/r/{place}/comments/{thread[3:]}/a_day/{own}/", "subreddit": place,
                "replies": "", "link_title": above["title"], **more,
            },
        }  # fmt: skip
        return f"t1_{own}"

    def edit(self, name: str, at: datetime, **changes: Any) -> None:
        self.things[name]["data"] |= {"edited": at.timestamp(), **changes}

    def delete(self, name: str) -> None:
        """Its author deletes it: it leaves every listing, and its shell remains."""
        text = "body" if name.startswith("t1_") else "selftext"
        self.things[name]["data"] |= {text: "[deleted]", "author": "[deleted]", "gone": True}

    def answer(self, path: Sequence[str], query: Mapping[str, str]) -> object:
        match path:
            case ["api", "info"]:
                found = [self.things[name] for name in query["id"].split(",") if name in self.things]
                return _listing(found, None)
            case ["api", "morechildren"]:
                found = [self.things[f"t1_{own}"] for own in query["children"].split(",")]
                return {"json": {"errors": [], "data": {"things": found}}}
            case ["comments", own]:
                return [_listing([self.things[f"t3_{own}"]], None), self._tree(f"t3_{own}")]
            case ["search"]:
                return self._page(self._search(query, None), query)
            case ["r", place, "search"]:
                return self._page(self._search(query, place), query)
            case ["r", place, "new"]:
                return self._page((raw for raw in self._newest() if _is(raw, "t3", place)), query)
            case ["r", place, "comments"]:
                return self._page((raw for raw in self._newest() if _is(raw, "t1", place)), query)
        return None

    def _newest(self) -> list[dict[str, Any]]:
        return [raw for raw in reversed(self.things.values()) if not raw["data"].get("gone")]

    def _search(self, query: Mapping[str, str], place: str | None) -> Iterator[dict[str, Any]]:
        assert len(query["q"]) <= 512
        asked = parse(query["q"])
        for raw in self._newest():
            words = f"{raw['data'].get('title')}\n{raw['data'].get('selftext')}"
            nonsense = not isinstance(raw["data"].get("title"), str)
            if _is(raw, "t3", place) and (nonsense or asked.matches(Searchable.of(words.replace("#", " ")))):
                yield raw

    def _page(self, found: Iterator[dict[str, Any]], query: Mapping[str, str]) -> object:
        listing = list(found)[: self.cap]
        names = [f"{raw['kind']}_{raw['data'].get('id')}" for raw in listing]
        start = 0
        if "after" in query and not self.deaf_to_after:
            if query["after"] not in names:  # it was deleted: the real one gives nothing either
                return _listing([], None)
            start = names.index(query["after"]) + 1
        end = start + min(int(query.get("limit", "25")), 100)
        return _listing(listing[start:end], names[end - 1] if end < len(listing) else None)

    def _tree(self, thread: str) -> object:
        """Newest first; what is too much is named in a "more" only."""
        mine = [raw for raw in reversed(self.things.values()) if raw["data"].get("link_id") == thread]
        shown, left = mine[: self.most_comments], mine[self.most_comments :]
        names = {raw["data"]["name"] for raw in shown}

        def below(parent: str) -> list[object]:
            found: list[object] = []
            for raw in shown:
                top = raw["data"]["parent_id"] == parent
                if top or (parent == thread and raw["data"]["parent_id"] not in names):
                    inner = below(raw["data"]["name"])
                    found.append(
                        {"kind": "t1", "data": raw["data"] | {"replies": _listing(inner, None) if inner else ""}}
                    )
            return found

        children = below(thread)
        if left:
            children.append(
                {"kind": "more", "data": {"count": len(left), "children": [raw["data"]["id"] for raw in left]}}
            )
        return _listing(children, None)


def submission(own: str, text: str, at: datetime, title: str, place: str) -> dict[str, Any]:
    """A self post in Reddit's words."""
    path = f"/r/{place}/comments/{own}/a_day/"
    return {
        "id": own, "name": f"t3_{own}", "title": title, "selftext": text, "is_self": True, "author": "ana_popescu",
        "author_fullname": "t2_ana", "created_utc": at.timestamp(), "edited": False, "score": 1, "hide_score": False,
        "num_comments": 0, "num_crossposts": 0, "view_count": None, "permalink": path, "over_18": False,
        "url": f"https://www.reddit.com{path}", "subreddit": place, "subreddit_name_prefixed": f"r/{place}",
        "removed_by_category": None, "link_flair_text": None, "quarantine": False, "domain": f"self.{place}",
    }  # fmt: skip


def _is(raw: dict[str, Any], kind: str, place: str | None) -> bool:
    return raw["kind"] == kind and place in (None, raw["data"].get("subreddit"))


def _listing(children: Sequence[object], after: str | None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(children), "children": children}}


def _handler(server: RedditServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.tokens += 1
            if server.token_fault:
                return self._send(server.token_fault)
            expected = "Basic " + base64.b64encode(":".join(KEYS).encode()).decode()
            if not self.path.endswith(TOKEN) or self.headers.get("Authorization") != expected:
                return self._send(Fault(401, b'{"message": "Unauthorized", "error": 401}'))
            token = {"access_token": "t0ken", "token_type": "bearer", "expires_in": 86400, "scope": "*"}
            return self._send(Fault(body=json.dumps(token).encode()))

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            path = [unquote(part) for part in url.path.strip("/").split("/")]
            server.asked.append(self.path)
            server.agents.add(self.headers.get("User-Agent"))
            fault = server.faults.popleft() if server.faults else server.always
            fault = fault or (server.closed.get(path[1]) if path[0] == "r" else None)
            if fault:
                return self._send(fault)
            if self.headers.get("Authorization") != "bearer t0ken":
                return self._send(Fault(401, b'{"message": "Unauthorized", "error": 401}'))
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            found = server.answer(path, query)
            if found is None:
                return self._send(Fault(404, b'{"message": "Not Found", "error": 404}'))
            return self._send(Fault(body=json.dumps(found).encode(), headers=server.headers))

        def _send(self, answer: Fault) -> None:
            time.sleep(answer.seconds)
            self.send_response_only(answer.status)  # without a Date: the tests send their own
            self.send_header("Content-Type", answer.kind)
            self.send_header("Connection", "close")
            self.send_header("Content-Length", str(len(answer.body) * (2 if answer.cut else 1)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            try:
                self.end_headers()
                for start in range(0, len(answer.body), 1 if answer.drip else 1_000_000):
                    self.wfile.write(answer.body[start : start + (1 if answer.drip else 1_000_000)])
                    time.sleep(answer.drip)
            except OSError:
                pass  # the client gave up on a slow answer
            # One answer a connection: no idle thread is left behind when the server stops.
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
