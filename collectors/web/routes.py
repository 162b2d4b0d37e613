"""Where a connection may lead to. The address that was checked is the one that is used: no second look-up of a name."""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Sequence

import httpcore

from listening.addresses import is_public
from listening.errors import AccessDenied, TryLater

Names = Callable[[str, int], Sequence[str]]
"""A host and a port → the addresses to connect to, best first."""


def system_names(host: str, port: int) -> Sequence[str]:
    """As this machine resolves them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).split("%", 1)[0] for entry in found))


class Stopwatch:
    """The time that is left for one answer. A server that sends a byte now and then does not get more of it."""

    def __init__(self) -> None:
        self._end = 0.0

    def start(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, at_most: float | None) -> float:
        """Seconds for the next step; raises what a time-out raises when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the answer took too long as a whole")
        return left if at_most is None else min(left, at_most)


class Routes(httpcore.NetworkBackend):
    """Opens connections. ``inside``: also to addresses that are not on the public internet."""

    def __init__(self, names: Names, watch: Stopwatch, *, inside: bool) -> None:
        self._names, self._watch, self._inside = names, watch, inside
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failed: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses(host, port):
            try:
                left = self._watch.left(timeout)
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
                return _Watched(stream, self._watch)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error  # the host's next address may listen (localhost is ::1 and 127.0.0.1)
        raise failed or httpcore.ConnectError("no address")

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._names(host, port)
        except (OSError, UnicodeError) as error:
            raise TryLater(f"The name {host} does not resolve now: check its spelling if this stays so.") from error
        # One private address among several is enough: which of them is used must not be the name server's choice.
        if not self._inside and not all(map(is_public, addresses)):
            raise AccessDenied(
                f"{host} leads to an address that is not on the public internet, and was not asked. If it is a server "
                "of your own, write its address as the platform's base_url."
            )
        return addresses


class _Watched(httpcore.NetworkStream):
    """A connection on which no single step may outlast the answer's time."""

    def __init__(self, stream: httpcore.NetworkStream, watch: Stopwatch) -> None:
        self._stream, self._watch = stream, watch

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._watch.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._watch.left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._watch.left(timeout))
        return _Watched(secured, self._watch)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
