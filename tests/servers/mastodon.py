"""A local server of ours that speaks Mastodon's protocol: hashtag timelines, single statuses, and what goes wrong.

Names and people in it are invented.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from listening.hashtags import find_hashtags, fold_hashtag


@dataclass(frozen=True, slots=True)
class Fault:
    """The answer to one request instead of the real one. ``cut``: the body ends before its announced length."""

    status: int = 200
    body: bytes = b'{"error": "scripted"}'
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    seconds: float = 0.0
    kind: str = "application/json"


def account(name: str = "ana@social.example", **more: Any) -> dict[str, Any]:
    """An account in Mastodon's words."""
    user, _, host = name.partition("@")
    return {
        "id": "1", "username": user, "acct": name, "display_name": user.title(), "note": "<p>Nurse</p>", "bot": False,
        "url": f"https://{host or 'social.example'}/@{user}", "followers_count": 1234, "discoverable": True,
        "indexable": True, "noindex": False, "fields": [], **more,
    }  # fmt: skip


def status_id(at: datetime, number: int = 0) -> str:
    """A snowflake: milliseconds, then 16 bits."""
    return str((int(at.timestamp() * 1000) << 16) + number)


class MastodonServer:
    """``with MastodonServer() as server:`` serves at ``server.address``. ``faults`` are given out one a request for a
    timeline or a status; None in it is an ordinary answer. ``asked`` are those requests so far."""

    def __init__(self) -> None:
        self.statuses: dict[str, Any] = {}
        self.faults: deque[Fault | None] = deque()
        self.always: Fault | None = None
        self.token: str | None = None
        self.asked: list[str] = []
        self.tokens_seen: set[str | None] = set()
        self.deaf_to_min_id = False
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def publish(self, html: str, at: datetime, number: int = 0, **more: Any) -> str:
        """A new status; returns its id here. Any field can be replaced, also by nonsense."""
        own = status_id(at, number)
        uri = more.pop("uri", f"https://social.example/users/ana/statuses/{own}")
        tags = [{"name": tag.casefold(), "url": f"https://social.example/tags/{tag}"} for tag in find_hashtags(html)]
        status = {
            "id": own, "uri": uri, "url": f"https://social.example/@ana/{own}", "account": account(), "content": html,
            "created_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"), "edited_at": None,
            "visibility": "public", "spoiler_text": "", "language": "en", "in_reply_to_id": None, "reblog": None,
            "favourites_count": 0, "reblogs_count": 0, "replies_count": 0, "tags": tags, "mentions": [], "emojis": [],
            "media_attachments": [], "poll": None, "card": None, **more,
        }  # fmt: skip
        self.statuses[own] = status
        return own

    def edit(self, own: str, html: str, at: datetime) -> None:
        self.statuses[own] |= {"content": html, "edited_at": at.isoformat().replace("+00:00", "Z")}

    def delete(self, own: str) -> None:
        del self.statuses[own]

    def timeline(self, tag: str, query: Mapping[str, list[str]]) -> list[Any]:
        """Newest first; with ``min_id`` those next after it, as the real server does."""
        tagged = [own for own, status in self.statuses.items() if fold_hashtag(tag) in _tags_of(status)]
        found = [(int(own), self.statuses[own]) for own in sorted(tagged, key=int)]
        limit = min(int(query.get("limit", ["20"])[0]), 40)
        if "min_id" in query and not self.deaf_to_min_id:
            after = [pair for pair in found if pair[0] > int(query["min_id"][0])]
            return [status for _, status in reversed(after[:limit])]
        return [status for _, status in reversed(found[-limit:])]


def _tags_of(status: Any) -> set[str]:
    """A status that is nonsense stands under every hashtag that the tests ask for."""
    tags = status.get("tags") if isinstance(status, dict) else None
    return {fold_hashtag(tag["name"]) for tag in tags} if isinstance(tags, list) else {"acme"}


def _handler(server: MastodonServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            url = urlsplit(self.path)
            path = [unquote(part) for part in url.path.strip("/").split("/")]
            if path[:2] == ["api", "v2"]:
                return self._send(Fault(404))
            server.asked.append(self.path)
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            server.tokens_seen.add(token)
            fault = server.faults.popleft() if server.faults else server.always
            if fault:
                return self._send(fault)
            if server.token and token != server.token:
                return self._send(Fault(401, b'{"error": "The access token is invalid"}'))
            if path[:4] == ["api", "v1", "timelines", "tag"] and len(path) == 5:
                return self._send(Fault(body=json.dumps(server.timeline(path[4], parse_qs(url.query))).encode()))
            if path[:3] == ["api", "v1", "statuses"] and path[-1] in server.statuses:
                return self._send(Fault(body=json.dumps(server.statuses[path[-1]]).encode()))
            return self._send(Fault(404, b'{"error": "Record not found"}'))

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
                self.wfile.write(answer.body)
            except OSError:
                pass  # the client gave up on a slow answer
            # One answer a connection: no idle thread is left behind when the server stops.
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
