"""A real HTTP server on this machine that answers as told."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Arrival:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        (value,) = [value for key, value in self.headers if key.lower() == name.lower()]
        return value


@dataclass
class Hook:
    """``code`` and ``headers`` are the answer; 0 breaks the connection, -1 keeps it open in silence until ``done``.

    ``thinks``: seconds between the arrival and the answer.
    """

    port: int = 0
    code: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    thinks: float = 0
    arrivals: list[Arrival] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    hook: Hook

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        hook = self.server.hook
        body = self.rfile.read(int(self.headers["Content-Length"]))
        hook.arrivals.append(Arrival(self.command, self.path, list(self.headers.items()), body))
        time.sleep(hook.thinks)
        if hook.code == -1:
            hook.done.wait(10)
        if hook.code <= 0:
            self.close_connection = True
            return
        try:
            self.send_response(hook.code)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            self.close_connection = True  # whoever asked is gone

    do_GET = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Hook]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.hook = hook = Hook(port=server.server_address[1])
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hook
    finally:
        hook.done.set()
        server.shutdown()
        thread.join(10)
        server.server_close()
