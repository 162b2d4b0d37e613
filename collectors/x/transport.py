"""How tweepy, which has its host, no time-out and no bound written in, reaches another address within bounds."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
import tweepy
from requests.adapters import HTTPAdapter
from requests.utils import resolve_proxies

WRITTEN_IN = "https://api.twitter.com"
"""The host in tweepy's client.py and streaming.py."""
_LARGEST = 32 * 1024 * 1024  # bytes; 500 posts with all that belongs to them have about 3 MB


class Bounded(HTTPAdapter):
    """Sends what is meant for X to ``base_url``. An answer has to be whole within ``timeout`` seconds."""

    def __init__(self, base_url: str, timeout: float, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._base, self._timeout, self._clock = urlsplit(base_url), timeout, clock

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        asked = urlsplit(request.url or "")
        path = self._base.path.rstrip("/") + asked.path
        request.url = urlunsplit((self._base.scheme, self._base.netloc, path, asked.query, ""))
        # The proxies that fit tweepy's own host may not fit this one.
        answer = super().send(request, stream, timeout or self._timeout, verify, cert, resolve_proxies(request, None))
        if not stream:
            self._read(answer)
        return answer

    def _read(self, answer: requests.Response) -> None:
        """requests counts its time-out anew with every byte; a server that drips would hold us for days."""
        ends = self._clock() + self._timeout
        pieces: list[bytes] = []
        size = 0
        try:
            for piece in answer.iter_content(65_536):
                pieces.append(piece)
                size += len(piece)
                if self._clock() > ends:
                    raise requests.exceptions.ReadTimeout("the answer is not whole in time")
                if size > _LARGEST:
                    raise requests.exceptions.ContentDecodingError("the answer is too large")
        except requests.RequestException as error:
            if answer.ok:
                # However it ended, it had begun: what X sends is sold.
                raise requests.exceptions.ChunkedEncodingError("the answer broke off") from error
            # The status of a refusal says enough.
        finally:
            answer._content = b"".join(pieces)
            answer.close()


def client_for(base_url: str, bearer_token: str, timeout: float, session: requests.Session | None = None) -> Any:
    """tweepy's client, which never sleeps and gives answers as they came. Opens no connection."""
    # At level DEBUG tweepy logs each request with its token.
    logging.getLogger("tweepy.client").setLevel(logging.INFO)
    client = tweepy.Client(bearer_token, wait_on_rate_limit=False, return_type=requests.Response)
    if session is not None:
        client.session = session
    client.session.mount(WRITTEN_IN, Bounded(base_url, timeout))
    client.session.max_redirects = 0  # the API has none; whoever sends us elsewhere wants our token
    return client
