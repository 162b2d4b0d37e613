"""A local server of ours that speaks both wires of a Jetstream, and what goes wrong with one.

Names and people in it are invented. Behind the replay it goes on with live posts of strangers, as the network does.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

POSTS = "app.bsky.feed.post"
ANA = "did:plc:ana4yh2k3s5w6q7t8r9e2d3f"
BEN = "did:plc:ben4yh2k3s5w6q7t8r9e2d3f"


def micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def record(text: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A post in Bluesky's words; any field can be replaced, also by nonsense."""
    written = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"$type": POSTS, "createdAt": written, "langs": ["en"], "text": text, **more}


@dataclass(slots=True)
class Refusal:
    """The answer to a request for a connection. ``kind`` is its Content-Type."""

    status: int
    body: bytes = b'{"error": "scripted"}'
    headers: dict[str, str] = field(default_factory=dict)


class Jetstream:
    """``with Jetstream(now) as server:`` serves at ``server.address``.

    ``frames`` are (seen, frame) in the order of the stream. ``refusals`` answer one connection each; ``cut_after``
    frames the connection breaks, with ``code``; ``live`` False: it stays silent after the replay.
    """

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.frames: list[tuple[int, str | bytes]] = []
        self.refusals: list[Refusal] = []
        self.always: Refusal | None = None
        self.cut_after: int | None = None
        self.code: int | None = None
        self.live = True
        self.lookback: timedelta | None = timedelta(hours=36)
        self.asked: list[dict[str, list[str]]] = []
        self.paths: list[str] = []
        self.own_form: Callable[[dict[str, Any]], str] | None = None
        self._seq = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    @property
    def name(self) -> str:
        return self.address.removeprefix("ws://")

    def __enter__(self) -> Self:
        self._server = serve(self._stream, "127.0.0.1", 0, process_request=self._refuse, close_timeout=1)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._thread.join()

    def publish(self, text: str, at: datetime, rkey: str = "", did: str = ANA, **more: Any) -> str:
        """A new post, written and seen ``at``; returns its address."""
        seen = more.pop("seen", at)
        rkey = rkey or f"3k{len(self.frames):08d}"
        self.commit("create", rkey, seen, did, record(text, at, **more))
        return f"at://{did}/{POSTS}/{rkey}"

    def edit(self, uri: str, text: str, at: datetime) -> None:
        did, _, rkey = uri.removeprefix("at://").split("/")
        self.commit("update", rkey, at, did, record(text, at))

    def delete(self, uri: str, at: datetime) -> None:
        did, _, rkey = uri.removeprefix("at://").split("/")
        self.commit("delete", rkey, at, did, None)

    def commit(self, operation: str, rkey: str, seen: datetime, did: str, said: Any) -> None:
        body: dict[str, Any] = {"rev": "3mptbypluud2a", "operation": operation, "collection": POSTS, "rkey": rkey}
        if operation != "delete":
            body |= {"record": said, "cid": "bafyreiguce4jh7kcbmof3pmcvasifqtw24b6isakj5ve5ga2b4z4alpc4i"}
        self._add(did, seen, "commit", body)

    def account(self, did: str, status: str | None, seen: datetime) -> None:
        """``status`` None: the account is active."""
        said: dict[str, Any] = {"active": status is None, "did": did, "seq": 7, "time": "2026-07-04T14:38:07.877Z"}
        self._add(did, seen, "account", said | ({"status": status} if status else {}))

    def say(self, frame: str | bytes, seen: datetime) -> None:
        """A frame of any kind."""
        self.frames.append((micros(seen), frame))

    def _add(self, did: str, seen: datetime, kind: str, body: dict[str, Any]) -> None:
        event = {"did": did, "time_us": micros(seen), "kind": kind, kind: body}
        self.say(self.own_form(event) if self.own_form else json.dumps(event, separators=(",", ":")), seen)

    def _refuse(self, connection: ServerConnection, request: Request) -> Response | None:
        self.paths.append(request.path)
        self.asked.append(parse_qs(urlsplit(request.path).query))
        refusal = self.refusals.pop(0) if self.refusals else self.always
        if refusal is None:
            return None
        headers = Headers({"Content-Length": str(len(refusal.body)), "Connection": "close", **refusal.headers})
        return Response(refusal.status, HTTPStatus(refusal.status).phrase, headers, refusal.body)

    def _stream(self, connection: ServerConnection) -> None:
        url = urlsplit(connection.request.path if connection.request else "")
        second = url.path.startswith("/xrpc/")
        cursor = int(parse_qs(url.query)["cursor"][0])
        oldest = micros(self.now - self.lookback) if self.lookback else 0
        sent = 0
        try:
            if second and cursor < oldest:
                info = {"$type": "network.bsky.jetstream.subscribeEvents#info", "name": "OutdatedCursor"}
                connection.send(json.dumps({"$type": "message", "payload": info}, separators=(",", ":")))
            for seen, frame in list(self.frames):
                if seen < max(cursor, oldest):
                    continue
                if sent == self.cut_after:
                    return self._cut(connection)
                connection.send(self._as_v2(frame) if second and isinstance(frame, str) else frame)
                sent += 1
            if sent == self.cut_after:
                return self._cut(connection)
            for n in range(5 if self.live else 0):
                did = f"did:plc:stranger{n}"
                body: dict[str, Any] = {"operation": "create", "collection": POSTS, "rkey": f"live{n}"}
                body["record"] = record("Tea", self.now)
                event = {"did": did, "time_us": micros(self.now) + n, "kind": "commit", "commit": {"rev": "r", **body}}
                frame = json.dumps(event, separators=(",", ":"))
                connection.send(self._as_v2(frame) if second else frame)
            for _ in connection:  # until the client goes
                pass
        except ConnectionClosed:
            pass

    def _cut(self, connection: ServerConnection) -> None:
        if self.code is not None:
            connection.close(self.code)
        else:
            connection.socket.shutdown(2)

    def _as_v2(self, frame: str) -> str:
        try:
            event = json.loads(frame)
        except (ValueError, RecursionError):
            return frame
        if not isinstance(event, dict) or not isinstance(event.get("time_us"), int):
            return frame
        self._seq += 1
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=event["time_us"])
        kind, time = event["kind"], at.isoformat(timespec="microseconds").replace("+00:00", "Z")
        head = {
            "$type": f"network.bsky.jetstream.subscribeEvents#{kind}",
            "seq": self._seq, "did": event["did"], "time": time,
        }  # fmt: skip
        body = event[kind] if kind == "commit" else {kind: event[kind]}
        return json.dumps({"$type": "message", "payload": head | body}, separators=(",", ":"))
