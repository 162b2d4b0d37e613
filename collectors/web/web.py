"""One request, one answer or one sentence. It repeats nothing and sleeps never: when to come back is in the error."""

import ssl
import weakref
from base64 import b64encode
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache

import httpcore
import httpx

from listening.errors import AccessDenied, RateLimited, TryLater

from ..waiting import come_back
from .answer import Answer
from .limits import Limits
from .routes import Names, Routes, Stopwatch, system_names
from .unpacking import TooLarge, Undecodable, unpack

_REDIRECTS = (301, 302, 303, 307, 308)
_LONGEST_WAIT = timedelta(hours=24)
_TOO_LARGE_WAIT = timedelta(hours=1)
"""What was too large is not fetched again every two minutes."""
_PRIVATE = ("authorization", "cookie", "x-api-key", "x-goog-api-key")


class Web:
    """Opens no connection before the first request; one thread at a time.

    ``own``: addresses that the operator wrote as ``base_url``. Those (same scheme, host and port) may lead into the own
    network; whatever else leads there is refused, be it a name that resolves so or a redirect. ``requests`` counts what
    was asked, redirects included.
    """

    def __init__(
        self,
        own: Iterable[str] = (),
        *,
        limits: Limits | None = None,
        names: Names = system_names,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.requests = 0
        self._own = frozenset(_origin(httpx.URL(address)) for address in own if address)
        self._limits = limits or Limits()
        self._watch = Stopwatch()
        context = context or _usual_context()
        # Two pools: a connection that was opened for the operator's address is never used for somebody else's.
        self._outside, self._inside = (
            httpcore.ConnectionPool(
                ssl_context=context,
                max_connections=4,
                keepalive_expiry=10.0,
                network_backend=Routes(names, self._watch, inside=inside),
            )
            for inside in (False, True)
        )
        weakref.finalize(self, _close, self._outside, self._inside)

    def get(
        self, url: str, now: datetime, headers: Mapping[str, str] | None = None, *, accept: Collection[int] = ()
    ) -> Answer:
        """The answer, if it is a good one (2xx, or 304), or has one of the statuses in ``accept``.

        Raises :class:`RateLimited` or :class:`TryLater` with the time to come back where the server names one, and
        :class:`AccessDenied` where waiting does not help. No sentence holds more of an address than its host.
        """
        self._watch.start(self._limits.seconds)
        at, moved_to = _parsed(url), None
        own = _origin(at) in self._own
        sent = _headers(at, headers or {})
        for hop in range(self._limits.redirects + 1):
            answer = self._ask(at, sent, now, own, moved_to)
            onward = answer.headers.get("Location")
            if answer.status not in _REDIRECTS or not onward:
                return self._judged(answer, now, accept)
            then = _parsed(onward, at)
            if _origin(then) != _origin(at):
                own = False
                sent = {name: value for name, value in sent.items() if name.lower() not in _PRIVATE}
            # For good only if every step so far was for good.
            for_good = answer.status in (301, 308) and (hop == 0 or moved_to is not None)
            at, moved_to = then, str(then) if for_good else None
        raise TryLater(f"{answer.host} sends us from one address to the next, {hop + 1} times: stopped there.")

    def _ask(
        self, url: httpx.URL, headers: Mapping[str, str], now: datetime, own: bool, moved_to: str | None
    ) -> Answer:
        self.requests += 1
        host = url.host
        pool = self._inside if own else self._outside
        silence = self._limits.silence
        request = httpcore.Request(
            "GET",
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path or b"/"),
            headers=[(b"Host", url.netloc), *_as_bytes(headers)],
            extensions={"timeout": {"connect": silence, "read": silence, "write": silence, "pool": silence}},
        )
        try:
            response = pool.handle_request(request)
            found = httpx.Headers(response.headers)
            try:
                body = unpack(response.iter_stream(), found.get("Content-Encoding", ""), self._limits.most_bytes)
            finally:
                response.close()
        except TooLarge:
            until = now + _TOO_LARGE_WAIT
            most = self._limits.most_bytes / 1_000_000
            raise TryLater(f"{host} answered with more than {most:,.0f} MB: stopped reading.", until) from None
        except Undecodable as error:
            raise TryLater(f"{host} answered with a body that cannot be unpacked ({error}).") from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise TryLater(f"{host} cannot be read: {_why(error)}.") from error
        return Answer(response.status, found, body, str(url), host, moved_to)

    def _judged(self, answer: Answer, now: datetime, accept: Collection[int]) -> Answer:
        status, host = answer.status, answer.host
        if 200 <= status < 300 or status == 304 or status in accept:
            return answer
        until = come_back(answer.headers, now, longest=_LONGEST_WAIT)
        if status == 429:
            raise RateLimited(f"{host} asks us to wait until {until:%H:%M:%S} UTC (too many requests).", until)
        if status in (401, 407):
            raise AccessDenied(f"{host} wants a key or another one ({status}): set it, or renew it.")
        if status in (402, 403, 451):
            raise AccessDenied(f"{host} forbids us to read ({status}): ask who runs it, or mend the key.")
        if status in (404, 410):
            raise AccessDenied(f"{host} has no such page ({status}): check the address in the settings.")
        if status == 503 and "Retry-After" in answer.headers:
            raise TryLater(f"{host} is not at work ({status}) and asks us to wait.", until)
        if status >= 500 or status in (408, 425):
            raise TryLater(f"{host} has a fault of its own ({status}).")
        raise TryLater(f"{host} answered {status}, which Earshot does not know what to do with.")


@cache
def _usual_context() -> ssl.SSLContext:
    """Reading all the authorities takes a quarter of a second on a slow machine."""
    return httpx.create_ssl_context()


def _close(*pools: httpcore.ConnectionPool) -> None:
    for pool in pools:
        pool.close()


def _parsed(url: str, base: httpx.URL | None = None) -> httpx.URL:
    try:
        found = base.join(url) if base else httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        found = httpx.URL()
    if found.scheme not in ("http", "https") or not found.host:
        who = f"{base.host} sends us to" if base else "This is"
        raise AccessDenied(f"{who} something that is no web address: write one like https://news.example/feed.")
    return found


def _headers(url: httpx.URL, more: Mapping[str, str]) -> dict[str, str]:
    """A name and a password in an address are sent as a browser would."""
    usual = {"Accept-Encoding": "gzip, deflate", "User-Agent": "Earshot", "Accept": "*/*"}
    if url.userinfo:
        words = f"{url.username}:{url.password}".encode()
        usual["Authorization"] = f"Basic {b64encode(words).decode()}"
    return {**usual, **more}


def _as_bytes(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    # As they came: a server may have put anything into the ETag that it gets back.
    return [(name.encode("ascii"), value.encode("latin-1", "ignore")) for name, value in headers.items()]


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or (443 if url.scheme == "https" else 80)


def _why(error: Exception) -> str:
    """Without the address, which may hold a key or what is searched for."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "its certificate is not valid for it, or it speaks no TLS that we do"
        cause = cause.__cause__ or cause.__context__
    match error:
        case httpcore.TimeoutException():
            return "it did not answer in time"
        case httpcore.ConnectError():
            return "there is no connection to it"
        case _:
            return "its answer broke off"
