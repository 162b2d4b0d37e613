"""A local server of ours that speaks X's protocol: searches, counts, look-ups, and what goes wrong.

It understands X's query language by itself, so that what is asked can be compared with what was meant. Names and people
in it are invented.
"""

import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from listening.analysis import tokens
from listening.hashtags import find_hashtags

EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657_000, tzinfo=UTC)
_SIGN = re.compile(r'\s*(\(|\)|-(?=[^\s-])|"[^"]*"|[^\s()]+)')


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer to one request instead of the real one. ``cut``: the body ends before its announced length;
    ``reset``: the connection ends before any answer; ``drip``: seconds between any two bytes."""

    status: int = 200
    body: bytes = b'{"title": "scripted"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    reset: bool = False
    drip: float = 0.0
    seconds: float = 0.0
    kind: str = "application/json"


def post_number(at: datetime, number: int = 0) -> str:
    """A snowflake: milliseconds since X's epoch, then 22 bits."""
    return str((((at - EPOCH) // timedelta(milliseconds=1)) << 22) + number)


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def moment(post_id: str) -> datetime:
    return EPOCH + timedelta(milliseconds=int(post_id) >> 22)


class XServer:
    """``with XServer() as server:`` serves at ``server.address``. ``faults`` are given out one a request; None in it is
    an ordinary answer. ``sold`` is what X would bill: posts, and counts."""

    def __init__(self, token: str = "token-of-acme") -> None:
        self.token = token
        self.now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.posts: dict[str, Any] = {}
        self.users: dict[str, Any] = {}
        self.media: dict[str, Any] = {}
        self.polls: dict[str, Any] = {}
        self.beside: dict[str, Any] = {}
        self.gone: dict[str, str] = {}
        self.faults: deque[Fault | None] = deque()
        self.always: Fault | None = None
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sold = 0
        self.counts_sold = 0
        self.most = 0
        self.same_page_again = False
        self.empty_pages = 0
        self.user("100", "ana_p")
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

    def user(self, key: str, name: str, **more: Any) -> None:
        self.users[key] = {
            "id": key, "username": name, "name": name.title(), "protected": False,
            "public_metrics": {"followers_count": 1234, "following_count": 1, "tweet_count": 9, "listed_count": 0},
            **more,
        }  # fmt: skip

    def publish(self, text: str, at: datetime, number: int = 0, **more: Any) -> str:
        """A new post, its text written as people write; returns its id. Any field can be replaced, also by nonsense."""
        own = post_number(at, number)
        tags = [{"start": 0, "end": 1, "tag": tag} for tag in find_hashtags(text)]
        names = [{"start": 0, "end": 1, "username": name, "id": "1"} for name in re.findall(r"@(\w{1,15})", text)]
        self.posts[own] = {
            "id": own, "text": escape(text, quote=False), "author_id": "100", "created_at": iso(at), "lang": "en",
            "edit_history_tweet_ids": [own], "conversation_id": own,
            "entities": {"hashtags": tags, "mentions": names, "urls": []},
            "public_metrics": {"like_count": 3, "retweet_count": 2, "reply_count": 1, "quote_count": 0,
                               "impression_count": 90, "bookmark_count": 0},
            **more,
        }  # fmt: skip
        return own

    def edit(self, own: str, text: str, at: datetime) -> str:
        """An edit is a new post with the ids of all versions; search knows only the newest."""
        old = self.posts.pop(own)
        new = self.publish(text, at)
        self.posts[new] = {**old, **{key: self.posts[new][key] for key in ("id", "text", "created_at", "entities")}}
        self.posts[new]["edit_history_tweet_ids"] = [*old["edit_history_tweet_ids"], new]
        self.beside[own] = {**old, "edit_history_tweet_ids": self.posts[new]["edit_history_tweet_ids"]}
        return new

    def delete(self, own: str, problem: str = "resource-not-found") -> None:
        del self.posts[own]
        self.gone[own] = problem

    def search(self, query: Mapping[str, str], largest: int) -> dict[str, Any]:
        found = self._found(query, largest == 100)
        most = int(query.get("max_results", "10"))
        if not 10 <= most <= largest:
            return {"status": 400, "errors": [{"parameters": {"max_results": [str(most)]}, "message": "out of range"}]}
        if self.empty_pages and "next_token" not in query:
            self.empty_pages -= 1
            return {"meta": {"result_count": 0, "next_token": "t0"}}
        start = 0 if self.same_page_again else int(query.get("next_token", "t0")[1:])
        page = found[start : start + most]
        self.sold += len(page)
        self.most = max(self.most, most)
        answer: dict[str, Any] = {"meta": {"result_count": len(page)}}
        if page:
            answer |= {"data": page, "includes": self._includes(page)}
            answer["meta"] |= {"newest_id": page[0].get("id"), "oldest_id": page[-1].get("id")}
            if errors := self._missing(page):
                answer["errors"] = errors
        if start + most < len(found) or self.same_page_again:
            answer["meta"]["next_token"] = f"t{start + most}"
        return answer

    def count(self, query: Mapping[str, str], recent: bool) -> dict[str, Any]:
        self.counts_sold += 1
        return {"data": [], "meta": {"total_tweet_count": len(self._found(query, recent))}}

    def look_up(self, ids: list[str]) -> dict[str, Any]:
        everything = {**self.beside, **self.posts}
        page = [everything[own] for own in ids if own in everything]
        self.sold += len(page)
        answer: dict[str, Any] = {"errors": [self._error(own, "ids") for own in ids if own not in everything]}
        if page:
            answer |= {"data": page, "includes": self._includes(page)}
        return answer

    def refused_time(self, query: Mapping[str, str]) -> str | None:
        """Which bound lies before the window of recent search."""
        edge = self.now - timedelta(days=7)
        for name in ("since_id", "until_id"):
            if name in query and moment(query[name]) < edge:
                return name
        for name in ("start_time", "end_time"):
            if name in query and datetime.fromisoformat(query[name]) < edge:
                return name
        return None

    def _found(self, query: Mapping[str, str], recent: bool) -> list[Any]:
        """Newest first."""
        wanted = matcher(query["query"])
        edge = self.now - timedelta(days=7) if recent else EPOCH
        found = []
        for key, post in sorted(self.posts.items(), key=lambda item: int(item[0]), reverse=True):
            number, at = int(key), moment(key)
            if number <= int(query.get("since_id", "0")) or number >= int(query.get("until_id", str(1 << 63))):
                continue
            if at < edge:
                continue
            if "start_time" in query and at < datetime.fromisoformat(query["start_time"]):
                continue
            if "end_time" in query and at >= datetime.fromisoformat(query["end_time"]):
                continue
            if wanted(post):
                found.append(post)
        return found

    def _includes(self, page: list[Any]) -> dict[str, Any]:
        posts = [post for post in page if isinstance(post, dict)]
        named = [r.get("id") for p in posts for r in p.get("referenced_tweets") or () if isinstance(r, dict)]
        everything = {**self.beside, **self.posts}
        beside = [everything[own] for own in dict.fromkeys(named) if own in everything]
        all_of = [*posts, *beside]
        keys = {key for p in all_of for many in _dict(p.get("attachments")).values() for key in many}
        authors = {p.get("author_id") for p in all_of}
        return {
            "users": [user for key, user in self.users.items() if key in authors],
            "tweets": beside,
            "media": [item for key, item in self.media.items() if key in keys],
            "polls": [item for key, item in self.polls.items() if key in keys],
        }

    def _missing(self, page: list[Any]) -> list[Any]:
        posts = [post for post in page if isinstance(post, dict)]
        named = [r.get("id") for p in posts for r in p.get("referenced_tweets") or () if isinstance(r, dict)]
        return [self._error(own, "referenced_tweets.id") for own in named if own in self.gone]

    def _error(self, own: str, parameter: str) -> dict[str, Any]:
        problem = self.gone.get(own, "resource-not-found")
        return {
            "value": own, "resource_id": own, "resource_type": "tweet", "parameter": parameter,
            "title": "Not Found Error" if problem == "resource-not-found" else "Authorization Error",
            "detail": "scripted", "type": f"https://api.twitter.com/2/problems/{problem}",
        }  # fmt: skip


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class Misunderstood(Exception):
    """What X answers with 400."""


def matcher(text: str) -> Any:
    """X's query language: terms, "phrases", #tags, @names, lang:, -, OR, parentheses. AND binds before OR."""
    signs: list[str] = []
    at = 0
    while match := _SIGN.match(text, at):
        signs.append(match[1])
        at = match.end()
    if text[at:].strip():
        raise Misunderstood(text[at:])
    found, kind = _either(signs)
    if signs or kind != _WANTED:
        raise Misunderstood("a sign too many, or nothing that is wanted")
    return found


_WANTED, _BESIDE, _NOT = 2, 1, 0
"""What stands alone; what may only stand beside such a term; what says only what is not wanted."""


def _either(signs: list[str]) -> tuple[Any, int]:
    parts = [_all(signs)]
    while signs and signs[0] == "OR":
        signs.pop(0)
        parts.append(_all(signs))
    least = min(kind for _, kind in parts)
    if len(parts) > 1 and least == _NOT:
        raise Misunderstood("an alternative that only says what is not wanted")
    return (lambda post: any(each(post) for each, _ in parts)), least


def _all(signs: list[str]) -> tuple[Any, int]:
    parts: list[tuple[Any, int]] = []
    while signs and signs[0] not in ("OR", ")"):
        parts.append(_one(signs))
    if not parts:
        raise Misunderstood("a term is missing")
    return (lambda post: all(each(post) for each, _ in parts)), max(kind for _, kind in parts)


def _one(signs: list[str]) -> tuple[Any, int]:
    sign = signs.pop(0)
    if sign == "-":
        inner, _ = _one(signs)
        return (lambda post: not inner(post)), _NOT
    if sign == "(":
        found = _either(signs)
        if not signs or signs.pop(0) != ")":
            raise Misunderstood("a parenthesis is open")
        return found
    if sign.startswith("#"):
        wanted = sign[1:].casefold()
        return (lambda post: wanted in {t["tag"].casefold() for t in _entities(post, "hashtags")}), _WANTED
    if sign.startswith("@"):
        name = sign[1:].casefold()
        return (lambda post: name in {m["username"].casefold() for m in _entities(post, "mentions")}), _WANTED
    if sign == "is:retweet":
        return (lambda post: "retweeted" in json.dumps(_dict(post).get("referenced_tweets"))), _BESIDE
    if sign.startswith("lang:"):
        return (lambda post: _dict(post).get("lang") == sign[5:]), _BESIDE
    if not sign.startswith('"') and (":" in sign or '"' in sign):
        raise Misunderstood(sign)
    words = tokens(sign.strip('"'))
    return (lambda post: _in_order(_tokens(post), words)), _WANTED


def _entities(post: Any, name: str) -> Iterator[Any]:
    for holder in (_dict(post), _dict(_dict(post).get("note_tweet"))):
        found = _dict(holder.get("entities")).get(name)
        yield from (item for item in (found if isinstance(found, list) else ()) if isinstance(item, dict))


def _tokens(post: Any) -> list[str]:
    note = _dict(_dict(post).get("note_tweet"))
    text = note.get("text") or _dict(post).get("text")
    return tokens(text) if isinstance(text, str) else []


def _in_order(found: list[str], wanted: list[str]) -> bool:
    return any(found[i : i + len(wanted)] == wanted for i in range(len(found) - len(wanted) + 1))


def _handler(server: XServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            server.asked.append((url.path, query))
            fault = server.faults.popleft() if server.faults else server.always
            if fault:
                return self._send(fault)
            if self.headers.get("Authorization") != f"Bearer {server.token}":
                return self._send(Fault(401, b'{"title": "Unauthorized", "status": 401}'))
            return self._send(self._answer(url.path, query))

        def _answer(self, path: str, query: dict[str, str]) -> Fault:
            parts = path.strip("/").split("/")[-3:]
            if path.endswith("/2/tweets"):
                return Fault(body=json.dumps(server.look_up(query["ids"].split(","))).encode())
            archive = parts[-1] == "all"
            if len(query.get("query", "").encode("utf-16-le")) // 2 > (1024 if archive else 512):
                return Fault(400, b'{"errors": [{"parameters": {"query": ["too long"]}}]}')
            if not archive and (name := server.refused_time(query)):
                problem = {"errors": [{"parameters": {name: [query[name]]}, "message": "must be on or after"}]}
                return Fault(400, json.dumps(problem).encode())
            try:
                if parts[-2] == "counts":
                    return Fault(body=json.dumps(server.count(query, not archive)).encode())
                answer = server.search(query, 500 if archive else 100)
            except Misunderstood as error:
                problem = {"errors": [{"parameters": {"query": [query["query"]]}, "message": str(error)}]}
                return Fault(400, json.dumps(problem).encode())
            return Fault(answer.pop("status", 200), json.dumps(answer).encode())

        def _send(self, answer: Fault) -> None:
            self.close_connection = True  # no idle thread is left behind when the server stops
            time.sleep(answer.seconds)
            if answer.reset:
                return
            self.send_response_only(answer.status)  # without a Date: the tests send their own
            self.send_header("Content-Type", answer.kind)
            self.send_header("Connection", "close")
            self.send_header("Content-Length", str(len(answer.body) * (2 if answer.cut else 1)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            try:
                self.end_headers()
                for piece in [answer.body] if not answer.drip else [bytes([byte]) for byte in answer.body]:
                    self.wfile.write(piece)
                    time.sleep(answer.drip)
            except OSError:
                pass  # the client gave up on a slow answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
