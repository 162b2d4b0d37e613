"""The connection below praw: it never sleeps, never tries again on its own, and tells every failure as ours.

prawcore sleeps up to 10 seconds a call to spread requests (from ``x-ratelimit-*``), and up to 6 before it repeats a
5xx, a broken answer or a silent one; some answers make it fail with a KeyError or ValueError. All of it starts from
what the session below it returns, and a session may be given to it: this one raises instead of returning what prawcore
would sleep over, and takes away the headers that it would spread requests by, after reading them.
"""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError, ReadTimeoutError

from listening.errors import AccessDenied, EarshotError, RateLimited, TryLater

from ..canonical import read_json
from ..waiting import come_back

TIMEOUT = 20.0
"""Seconds for a whole answer, and until a silent server counts as down."""
_MOST_BYTES = 20_000_000
_CHUNK = 65_536
_KEYS = "platforms.reddit.client_id and client_secret (EARSHOT_PLATFORMS__REDDIT__CLIENT_ID, …__CLIENT_SECRET)"
_REFUSALS = {
    "private": "is private",
    "banned": "was banned by Reddit",
    "quarantined": "is quarantined, and apps may not read it",
    "gold_only": "is for subscribers only",
}


class Closed(AccessDenied):
    """One subreddit or thread is closed to us, not all of Reddit."""


class Answers(requests.Session):
    """``now`` is the run's time, for waits. ``what`` names for people what is asked. ``found`` is the last answer."""

    def __init__(self, timeout: float = TIMEOUT) -> None:
        super().__init__()
        self.now: datetime | None = None
        self.what = "Reddit"
        self.asked = 0
        self.found: Any = None
        self._timeout = timeout
        self._full_until: datetime | None = None

    def request(self, method: str | bytes, url: str | bytes, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """Raises :class:`EarshotError` only; what it returns is JSON with status 200."""
        if self._full_until and (self.now is None or self.now < self._full_until):
            raise _limited(self._full_until)
        self.asked += 1
        self.found = None
        signing_in = urlsplit(str(url)).path.endswith("/api/v1/access_token")
        # A redirect would take our keys along, or lead to a page for people.
        kwargs |= {"timeout": self._timeout, "stream": True, "allow_redirects": False}
        try:
            answer = super().request(method, url, **kwargs)
            body = self._read(answer)
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            # From nothing: the address in the client's error holds what is searched for.
            raise TryLater(f"Reddit cannot be reached: {_why(error)}.") from None
        self._refuse(answer, body, signing_in)
        try:
            self.found = read_json(body)
        except (ValueError, RecursionError):
            raise TryLater("Reddit did not answer in JSON (a web page?): check base_url if this stays so.") from None
        if signing_in:
            _check_token(self.found)
        self._note_room(answer.headers)
        # Public in all but name: prawcore reads the body from here.
        answer._content, answer._content_consumed = (body if signing_in else b"{}"), True  # type: ignore[attr-defined]
        return answer

    def _read(self, answer: requests.Response) -> bytes:
        """The whole body within the time-out, however slowly it drips."""
        until = time.monotonic() + self._timeout
        parts: list[bytes] = []
        size = 0
        with answer:
            while part := answer.raw.read1(_CHUNK, decode_content=True):
                size += len(part)
                parts.append(part)
                if time.monotonic() > until:
                    raise requests.exceptions.ReadTimeout
                if size > _MOST_BYTES:
                    raise TryLater("Reddit's answer is larger than any of its pages: it was not read to its end.")
        return b"".join(parts)

    def _note_room(self, headers: Mapping[str, str]) -> None:
        """Reddit counts requests over ten minutes. Where none is left, the next one is not made."""
        left = headers.get("x-ratelimit-remaining", "")
        if self.now and left.replace(".", "", 1).isdecimal() and left.isascii() and float(left) < 1:
            self._full_until = come_back(headers, self.now)
        for name in ("x-ratelimit-remaining", "x-ratelimit-used", "x-ratelimit-reset"):
            headers.pop(name, None)  # type: ignore[attr-defined]

    def _refuse(self, answer: requests.Response, body: bytes, signing_in: bool) -> None:
        status = answer.status_code
        if status == 200:
            return
        if status == 429:
            self._full_until = come_back(answer.headers, self.now) if self.now else None
            raise _limited(self._full_until)
        if signing_in and status in (400, 401, 403, 404):
            raise AccessDenied(f"Reddit does not know our app ({status}): its approval was revoked, or mend {_KEYS}.")
        if status == 401:
            raise AccessDenied(
                "Reddit no longer accepts our access (401): the app was suspended or its approval revoked; ask Reddit, "
                f"then mend {_KEYS}."
            )
        if status in (302, 301, 307, 308, 403, 404, 410, 451):
            raise self._closed(status, body)
        if status >= 500:
            until = come_back(answer.headers, self.now) if status == 503 and self.now else None
            raise TryLater(f"Reddit has a fault of its own ({status}).", until)
        raise TryLater(f"Reddit answered {status}, which Earshot does not know what to do with.")

    def _closed(self, status: int, body: bytes) -> EarshotError:
        if self.what == "Reddit":
            if status == 403:
                return AccessDenied(
                    "Reddit forbids us to read (403): the app was suspended, its approval revoked, or the user agent "
                    "is not accepted; ask Reddit, or mend platforms.reddit.user_agent."
                )
            return TryLater(f"Reddit knows no such page ({status}): check base_url if this stays so.")
        try:
            said = read_json(body)
            reason = said.get("reason") if isinstance(said, dict) else None
        except (ValueError, RecursionError):
            reason = None
        why = _REFUSALS.get(reason) if isinstance(reason, str) else None
        why = why or ("may not be read by us" if status in (403, 451) else "is not there")
        return Closed(f"{self.what} on Reddit {why} ({status}): take it off platforms.reddit, or ask its moderators.")


def _limited(until: datetime | None) -> RateLimited:
    said = f"until {until:%H:%M:%S} UTC" if until else "a while"
    return RateLimited(f"Reddit asks us to wait {said} (too many requests).", until)


def _check_token(found: Any) -> None:
    """What prawcore would fail over. An ``error`` comes with status 200."""
    if isinstance(found, dict) and "error" in found:
        raise AccessDenied(f"Reddit gives our app no access: its approval was revoked, or mend {_KEYS}.")
    lasts = found.get("expires_in") if isinstance(found, dict) else None
    well_formed = (
        isinstance(found, dict)
        and isinstance(found.get("access_token"), str)
        and found["access_token"].isascii()
        and found["access_token"].isprintable()
        and isinstance(found.get("scope"), str)
        and isinstance(lasts, int)
        and 0 < lasts < 10**7
    )
    if not well_formed:
        raise TryLater("Reddit gave something else than an access token: check reddit_url if this stays so.")


def _why(cause: BaseException) -> str:
    match cause:
        case requests.exceptions.Timeout() | ReadTimeoutError() | TimeoutError():
            return "it did not answer in time"
        case requests.exceptions.SSLError():
            return "its certificate is not valid for it"
        case requests.exceptions.ChunkedEncodingError() | HTTPError():
            return "its answer broke off"
        case _:
            return "there is no connection to it, or it broke off"
