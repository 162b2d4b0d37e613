"""X, spoken to through tweepy, its failures told as ours."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

import requests
import tweepy

from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater

from ..canonical import read_json
from ..waiting import come_back
from .answers import Answer

_TOKEN = "platforms.x.bearer_token (EARSHOT_PLATFORMS__X__BEARER_TOKEN)"
_CONSOLE = "the developer console of X"
_WINDOW = timedelta(minutes=15)  # X counts requests by fifteen minutes
_TIMES = frozenset({"since_id", "until_id", "start_time", "end_time", "next_token", "pagination_token"})

_FIELDS = {
    "expansions": [
        "author_id",
        "referenced_tweets.id",
        "referenced_tweets.id.author_id",
        "attachments.media_keys",
        "attachments.poll_ids",
    ],
    "tweet_fields": [
        "article",
        "attachments",
        "author_id",
        "conversation_id",
        "created_at",
        "edit_history_tweet_ids",
        "entities",
        "in_reply_to_user_id",
        "lang",
        "note_tweet",
        "public_metrics",
        "referenced_tweets",
        "withheld",
    ],
    "user_fields": ["name", "protected", "public_metrics", "username"],
    "media_fields": ["alt_text", "media_key", "type"],
    "poll_fields": ["options"],
}


class BrokenOff(TryLater):
    """X began to give what was asked for and did not end: it may have been paid for."""


class Server:
    """``client`` is tweepy's, without waiting and with bounds (:func:`~collectors.x.transport.client_for`).

    ``requests`` counts what was asked. The answers themselves are looked at as they come by in the client's session:
    tweepy's errors fail on bodies and headers that are not what they expect.
    """

    def __init__(self, client: Any, *, archive: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self.archive, self._clock = client, archive, clock
        self.requests = 0
        self._answer: requests.Response | None = None
        self._last_from_archive: float | None = None
        client.session.hooks["response"].append(self._keep)

    @property
    def longest_query(self) -> int:
        return 1_024 if self.archive else 512

    @property
    def largest_page(self) -> int:
        return 500 if self.archive else 100

    def search(self, query: str, most: int, now: datetime, **bounds: Any) -> Answer:
        """Newest first. ``bounds``: ``since_id``, ``until_id``, ``start_time``, ``end_time``, ``next_token``."""
        ask = self._client.search_all_tweets if self.archive else self._client.search_recent_tweets
        if self.archive:
            self._one_a_second(now)
        return Answer.of(self._ask(lambda: ask(query, max_results=most, **_FIELDS, **_sent(bounds)), now))

    def count(self, query: str, now: datetime, **bounds: Any) -> int | None:
        """How many posts a search would bring, None if X gives only a part of the answer."""
        ask = self._client.get_all_tweets_count if self.archive else self._client.get_recent_tweets_count
        if self.archive:
            self._one_a_second(now)
        meta = self._ask(lambda: ask(query, granularity="day", **_sent(bounds)), now).get("meta")
        total = meta.get("total_tweet_count") if isinstance(meta, dict) and not meta.get("next_token") else None
        return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None

    def posts(self, ids: Sequence[str], now: datetime) -> Answer:
        """At most 100 posts by their ids."""
        return Answer.of(self._ask(lambda: self._client.get_tweets(list(ids), **_FIELDS), now))

    def _one_a_second(self, now: datetime) -> None:
        at = self._clock()
        if self._last_from_archive is not None and at - self._last_from_archive < 1:
            raise RateLimited("X searches its archive once a second: the next page comes then.", now + _A_SECOND)
        self._last_from_archive = at

    def _keep(self, answer: requests.Response, *_: Any, **__: Any) -> None:
        self._answer = answer

    def _ask(self, call: Callable[[], object], now: datetime) -> dict[str, Any]:
        self._answer = None
        self.requests += 1
        try:
            call()
        except requests.RequestException as error:
            self._unreachable(error)
        except (tweepy.TweepyException, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise self._refused(now) from error
        answer = self._answer
        if answer is None:
            raise TryLater("X gave no answer.")
        try:
            found = read_json(answer.content)
        except (ValueError, RecursionError) as error:
            raise self._refused(now) from error
        if not isinstance(found, dict):
            raise TryLater("X answered something else than posts: check platforms.x.base_url if this stays so.")
        return found

    def _unreachable(self, error: requests.RequestException) -> NoReturn:
        match error:
            case requests.exceptions.ContentDecodingError() | requests.exceptions.ChunkedEncodingError():
                raise BrokenOff("The answer of X broke off, was too slow or too large.") from error
            case requests.exceptions.Timeout():
                why = "it did not answer in time"
            case requests.exceptions.SSLError():
                why = "its certificate is not valid for it"
            case requests.exceptions.TooManyRedirects():
                why = "it sends us elsewhere, which X never does: check platforms.x.base_url"
            case _:
                why = "there is no connection to it, or it broke off"
        raise TryLater(f"X cannot be reached: {why}.") from error

    def _refused(self, now: datetime) -> EarshotError:
        answer = self._answer
        status = answer.status_code if answer is not None else 0
        if answer is None:
            return TryLater("X gave no answer.")
        if status == 429:
            return _too_many(answer, now)
        if status == 400:
            return _not_understood(answer)
        if status == 401:
            return AccessDenied(
                f"X does not accept our bearer token (401): it expired or was withdrawn. Make a new one in {_CONSOLE} "
                f"and set {_TOKEN}."
            )
        if status == 402:
            return AccessDenied(
                f"The prepaid credit at X is used up (402): buy credit in {_CONSOLE}, or wait for its next billing "
                "cycle if a spending limit is set there."
            )
        if status == 403:
            return AccessDenied(
                "X refuses our app (403): its approval was withdrawn, its project is suspended, or its plan has no "
                f"such search. Look in {_CONSOLE}."
            )
        if status == 404:
            return TryLater("X knows no such page (404): check platforms.x.base_url if this stays so.")
        if status >= 500:
            return TryLater(f"X has a fault of its own ({status}).", _until(answer, now) if status == 503 else None)
        if 200 <= status < 300:
            if answer.content.lstrip()[:1] == b"{":
                return BrokenOff("The answer of X broke off: it is no whole JSON.")
            return TryLater("X did not answer in JSON (a web page?): check platforms.x.base_url if this stays so.")
        return TryLater(f"X answered {status}, which Earshot does not know what to do with.")


_A_SECOND = timedelta(seconds=1)


def _sent(bounds: dict[str, Any]) -> dict[str, Any]:
    return {
        name: f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)
        for name, value in bounds.items()
        if value is not None
    }


def _problem(answer: requests.Response) -> dict[str, Any]:
    try:
        found = read_json(answer.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _too_many(answer: requests.Response, now: datetime) -> EarshotError:
    if "usage-cap" in str(_problem(answer).get("type")):
        return AccessDenied(
            f"The monthly cap of posts that X sells is reached (429): it ends with the month, or look in {_CONSOLE}."
        )
    until = _until(answer, now)
    return RateLimited(f"X asks us to wait until {until:%H:%M:%S} UTC (too many requests).", until)


def _until(answer: requests.Response, now: datetime) -> datetime:
    """X writes its header's name with one more hyphen than others."""
    given = answer.headers
    headers = {"X-RateLimit-Reset": given.get("x-rate-limit-reset"), **{n: given.get(n) for n in _ALSO}}
    kept = {name: value for name, value in headers.items() if value is not None}
    return come_back(kept, now, usual=_WINDOW, longest=_WINDOW)


_ALSO = ("Retry-After", "Date")


def _not_understood(answer: requests.Response) -> EarshotError:
    """Without X's own words, which repeat what is searched for."""
    errors = _problem(answer).get("errors")
    named: set[str] = set()
    for error in errors if isinstance(errors, list) else ():
        parameters = error.get("parameters") if isinstance(error, dict) else None
        named |= set(parameters) if isinstance(parameters, dict) else set()
    if named & _TIMES:
        return TryLater("X no longer searches the time that it was asked about (400): the next run asks anew.")
    return ConfigError(
        "X does not understand the question (400): simplify the brand's query, or take x off its platforms."
    )
