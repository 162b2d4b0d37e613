"""One server, spoken to through Mastodon.py, its failures told as ours."""

import warnings
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from mastodon import Mastodon
from mastodon.errors import MastodonError, MastodonNetworkError, MastodonRatelimitError, MastodonWarning

from listening.errors import AccessDenied, RateLimited, TryLater

from ..canonical import read_json
from ..waiting import come_back, read_time

_TOKEN = "platforms.mastodon.access_token (EARSHOT_PLATFORMS__MASTODON__ACCESS_TOKEN), or the server's own entry"


class Server:
    """``client`` must throw on rate limits and have a time-out. ``requests`` counts what was asked of the server.

    Mastodon.py drops the headers of a 429 and casts what it cannot read into None; therefore the answers themselves are
    looked at, as they come by in the client's session.
    """

    def __init__(self, client: Mastodon) -> None:
        self._client = client
        self.name: str = urlsplit(str(client.api_base_url)).netloc
        self.requests = 0
        self._answer: requests.Response | None = None
        client.session.hooks["response"].append(self._keep)

    def tag(self, tag: str, after: str, limit: int, now: datetime) -> list[Any]:
        """Statuses with a hashtag, the oldest ones newer than ``after``; newest first, as the server sends them."""
        path = quote(tag, safe="")
        found = self._ask(lambda: self._client.timeline_hashtag(path, min_id=after, limit=limit), now)
        if not isinstance(found, list):
            raise TryLater(f"{self.name} answered something else than a list of posts: is it a Mastodon server?")
        return found

    def status(self, local_id: str, now: datetime) -> dict[str, Any] | None:
        """One status; None if it is gone."""
        try:
            found = self._ask(lambda: self._client.status(quote(local_id, safe="")), now)
        except TryLater:
            if self._answer is not None and self._answer.status_code in (404, 410):
                return None
            raise
        if not isinstance(found, dict):
            raise TryLater(f"{self.name} answered something else than a post: is it a Mastodon server?")
        return found

    def _keep(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        self.requests += 1
        self._answer = answer
        for name in ("X-RateLimit-Reset", "Date"):
            if name in answer.headers and read_time(answer.headers[name]) is None:
                del answer.headers[name]  # Mastodon.py would fail a good answer because of it

    def _ask(self, call: Callable[[], object], now: datetime) -> Any:
        self._answer = None
        try:
            with warnings.catch_warnings():
                # It warns where a timeline is closed to us; the answer says so too, and that one counts.
                warnings.simplefilter("ignore", MastodonWarning)
                call()
        except MastodonNetworkError as error:
            raise TryLater(f"{self.name} cannot be reached: {_why(error.__context__)}.") from error
        except MastodonRatelimitError as error:
            raise self._too_many(now) from error
        except (MastodonError, RecursionError) as error:
            raise self._refused(now) from error
        if self._answer is None:
            raise TryLater(f"{self.name} gave no answer.")
        try:
            return read_json(self._answer.content)
        except (ValueError, RecursionError) as error:
            raise self._refused(now) from error

    def _too_many(self, now: datetime) -> RateLimited:
        until = come_back(self._answer.headers if self._answer is not None else {}, now)
        return RateLimited(f"{self.name} asks us to wait until {until:%H:%M:%S} UTC (too many requests).", until)

    def _refused(self, now: datetime) -> AccessDenied | TryLater:
        status = self._answer.status_code if self._answer is not None else 0
        if status == 401 and self._client.access_token:
            return AccessDenied(f"{self.name} does not accept our access token (401): renew {_TOKEN}.")
        if status in (401, 422):
            return AccessDenied(
                f"{self.name} shows hashtags only to its users ({status}): set an access token, {_TOKEN}."
            )
        if status == 403:
            return AccessDenied(f"{self.name} forbids us to read (403): ask its administrators, or mend {_TOKEN}.")
        if status in (404, 410):
            return TryLater(f"{self.name} knows no such page ({status}): check base_url if this stays so.")
        if status >= 500:
            until = come_back(self._answer.headers, now) if self._answer is not None and status == 503 else None
            return TryLater(f"{self.name} has a fault of its own ({status}).", until)
        if 200 <= status < 300:
            return TryLater(f"{self.name} did not answer in JSON (a web page?): check base_url if this stays so.")
        return TryLater(f"{self.name} answered {status}, which Earshot does not know what to do with.")


def _why(cause: BaseException | None) -> str:
    """Without the address, which may hold what is searched for."""
    match cause:
        case requests.exceptions.Timeout():
            return "it did not answer in time"
        case requests.exceptions.SSLError():
            return "its certificate is not valid for it"
        case requests.exceptions.ChunkedEncodingError() | requests.exceptions.ContentDecodingError():
            return "its answer broke off"
        case requests.exceptions.TooManyRedirects():
            return "it sends us in circles"
        case _:
            return "there is no connection to it, or it broke off"
