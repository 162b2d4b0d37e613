"""A local server of ours that answers whatever a test scripts, and keeps what it was asked."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reply:
    """``cut``: the body ends before its announced length. ``reset``: the connection ends before any answer.
    ``drip``: so many seconds between any two bytes, of the head too. ``seconds``: silence before the answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "application/json"
    cut: bool = False
    reset: bool = False
    drip: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: Mapping[str, str]


class WebServer:
    """``with WebServer() as server:`` serves at ``server.address``. ``pages`` are the answers by path (with its query);
    ``faults`` go first, one a request, None in it is an ordinary answer; ``always`` stands for all pages."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.pages: dict[str, Reply] = {}
        self.faults: deque[Reply | None] = deque()
        self.always: Reply | None = None
        self.asked: list[Asked] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = False
        if context:
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        return self._http.server_port

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.name}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        """What is sent for a path; a subclass that speaks a protocol has its own."""
        return self.pages.get(path, Reply(b'{"error": "no such page"}', 404))


def _handler(server: WebServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {name.title(): value for name, value in self.headers.items()}
            server.asked.append(Asked(self.path, headers))
            fault = server.faults.popleft() if server.faults else server.always
            self._send(fault or server.answer(self.path, headers))

        def _send(self, reply: Reply) -> None:
            self.close_connection = True  # no idle thread is left behind when the server stops
            time.sleep(reply.seconds)
            if reply.reset:
                return
            length = len(reply.body) * (2 if reply.cut else 1)
            lines = [f"HTTP/1.1 {reply.status} Scripted", f"Content-Type: {reply.kind}", "Connection: close"]
            if reply.status != 304:
                lines.append(f"Content-Length: {length}")
            lines += [f"{name}: {value}" for name, value in reply.headers.items()]
            try:
                for piece in _pieces(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + reply.body, reply.drip):
                    self.wfile.write(piece)
            except OSError:
                pass  # the client gave up on a slow answer

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler


def _pieces(whole: bytes, drip: float) -> Iterator[bytes]:
    if not drip:
        yield whole
        return
    for byte in whole:
        yield bytes([byte])
        time.sleep(drip)
