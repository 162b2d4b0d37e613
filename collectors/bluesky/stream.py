"""One connection to a Jetstream, its failures told as ours."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    InvalidURI,
    WebSocketException,
)
from websockets.sync.client import ClientConnection, connect

from listening.errors import AccessDenied, RateLimited, TryLater

from ..waiting import come_back

_ZSTD = b"\x28\xb5\x2f\xfd"
_NORMAL = 1000
_LARGEST = 4 * 1_000_000
"""Bytes of a frame: we ask for a quarter of it at most, and whoever sends more is no Jetstream."""


class Stream:
    """``silence``: seconds without a frame after which a host counts as hanging."""

    def __init__(self, connection: ClientConnection, close: ExitStack, host: str, silence: float) -> None:
        self._connection, self._close, self.host, self._silence = connection, close, host, silence

    def frames(self) -> Iterator[bytes]:
        """Frames as they come. Ends where the host says a regular good-bye.

        Raises :class:`TryLater` when the connection breaks, and :class:`Silent` when nothing comes any more.
        """
        while True:
            try:
                frame = self._connection.recv(timeout=self._silence, decode=False)
            except TimeoutError as error:
                raise Silent(f"{self.host} sent nothing for {self._silence:g} seconds.") from error
            except ConnectionClosed as error:
                if error.rcvd is not None and error.rcvd.code == _NORMAL:
                    return
                raise TryLater(f"{self.host} broke the connection off: the rest is read next time.") from error
            body = bytes(frame) if not isinstance(frame, bytes) else frame
            if body.startswith(_ZSTD):
                raise TryLater(
                    f"{self.host} sends compressed frames, which it was not asked for: check base_url if this stays so."
                )
            yield body

    def close(self) -> None:
        """Safe to call twice."""
        self._close.close()


class Silent(TryLater):
    """Nothing came: a hang, or a network in which nobody posted just now."""


def opened(address: str, now: datetime, silence: float) -> Stream:
    """A stream, to be closed. Raises :class:`TryLater`, :class:`RateLimited` or :class:`AccessDenied`."""
    host = urlsplit(address).netloc.rpartition("@")[2]
    stack = ExitStack()
    try:
        connection = stack.enter_context(
            connect(
                address,
                compression=None,  # costs more time than it saves: everything passes by, and hardly anything is kept
                open_timeout=silence,
                close_timeout=1,
                ping_interval=None,  # while a page is stored nobody reads pongs; who is silent is noticed anyway
                max_size=_LARGEST,
                max_queue=1_000,
                user_agent_header="Earshot",
            )
        )
    except InvalidStatus as error:
        raise _refused(host, error, now) from error
    except (InvalidURI, InvalidMessage, InvalidHandshake) as error:
        raise TryLater(f"{host} does not speak WebSocket there: check base_url if this stays so.") from error
    except TimeoutError as error:
        raise TryLater(f"{host} did not answer in time.") from error
    except (OSError, EOFError, WebSocketException) as error:
        raise TryLater(f"{host} cannot be reached: there is no connection to it, or it broke off.") from error
    return Stream(connection, stack, host, silence)


def _refused(host: str, error: InvalidStatus, now: datetime) -> AccessDenied | TryLater:
    status, given = error.response.status_code, httpx.Headers(list(error.response.headers.raw_items()))
    if status == 429:
        until = come_back(given, now)
        return RateLimited(f"{host} asks us to wait until {until:%H:%M:%S} UTC (too many requests).", until)
    if status in (401, 403, 451):
        return AccessDenied(f"{host} forbids us to listen ({status}): ask who runs it, or name another base_url.")
    if status == 400:
        return TryLater(f"{host} does not accept what it is asked (400): check platforms.bluesky.wire.")
    if status in (404, 410):
        return TryLater(f"{host} has no stream there ({status}): check base_url and wire in platforms.bluesky.")
    if status >= 500:
        return TryLater(
            f"{host} has a fault of its own ({status}).", come_back(given, now) if "Retry-After" in given else None
        )
    return TryLater(f"{host} answered {status}, which Earshot does not know what to do with.")
