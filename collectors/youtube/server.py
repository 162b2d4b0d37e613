"""YouTube's Data API, asked by key; its refusals told as ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from listening.errors import AccessDenied, EarshotError, RateLimited, TryLater

from ..waiting import come_back
from ..web import Answer, Web
from .account import Spent, next_day

MOST_IDS = 50
"""Videos or comments that can be asked for at once."""
_KEY = "platforms.youtube.api_key (EARSHOT_PLATFORMS__YOUTUBE__API_KEY)"
_DAY_IS_SPENT = ("quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg")
_TOO_FAST = ("rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED")
_BAD_KEY = ("keyInvalid", "keyExpired", "API_KEY_INVALID", "ipRefererBlocked", "API_KEY_SERVICE_BLOCKED")
_NOT_ON = ("accessNotConfigured", "SERVICE_DISABLED")
_NOT_THERE = ("videoNotFound", "channelNotFound", "playlistNotFound", "commentNotFound", "commentThreadNotFound")


class CommentsOff(EarshotError):
    """Nobody can comment there."""


class NotThere(EarshotError):
    """The channel, list or thread is gone."""


class StaleToken(EarshotError):
    """A page that was once offered is no longer known by its name."""


@dataclass(frozen=True, slots=True)
class Listing:
    """``next_page`` is the name of the page below this one."""

    items: Sequence[Any]
    next_page: str | None


class Youtube:
    """The key goes into a header, where no log keeps it."""

    def __init__(self, web: Web, base_url: str, api_key: str) -> None:
        self._web, self._base, self._key = web, base_url.rstrip("/"), api_key

    @property
    def requests(self) -> int:
        return self._web.requests

    def search(
        self, words: str, since: datetime, until: datetime, page: str | None, most: int, now: datetime
    ) -> Listing:
        """Videos, newest first. One of the searches of the day."""
        bounds = {"publishedAfter": _written(since), "publishedBefore": _written(until)}
        asked = {"part": "snippet", "type": "video", "order": "date", "safeSearch": "none", "q": words, **bounds}
        return self._list("search", asked, page, most, now)

    def videos(self, ids: Sequence[str], now: datetime) -> Sequence[Any]:
        """Those of ``ids`` (:data:`MOST_IDS` at most) that are there."""
        return self._ask("videos", {"part": "snippet,statistics,status", "id": ",".join(ids)}, now).items

    def comments(self, ids: Sequence[str], now: datetime) -> Sequence[Any]:
        """Those of ``ids`` (:data:`MOST_IDS` at most) that are there."""
        return self._ask("comments", {"part": "snippet", "textFormat": "plainText", "id": ",".join(ids)}, now).items

    def uploads(self, channels: Sequence[str], now: datetime) -> Mapping[str, str]:
        """The list of the videos of each channel that is there."""
        asked = {"part": "contentDetails", "id": ",".join(channels), "maxResults": str(MOST_IDS)}
        found = self._ask("channels", asked, now).items
        return {name: playlist for item in found if (name := _at(item, "id")) and (playlist := _uploads(item))}

    def playlist(self, name: str, page: str | None, most: int, now: datetime) -> Listing:
        return self._list("playlistItems", {"part": "contentDetails,snippet", "playlistId": name}, page, most, now)

    def threads(self, channel: str, page: str | None, most: int, now: datetime) -> Listing:
        """Comments on everything of a channel with some replies each, newest comment first."""
        asked = {"part": "snippet,replies", "order": "time", "textFormat": "plainText"}
        return self._list("commentThreads", {**asked, "allThreadsRelatedToChannelId": channel}, page, most, now)

    def replies(self, comment: str, page: str | None, now: datetime) -> Listing:
        asked = {"part": "snippet", "parentId": comment, "textFormat": "plainText"}
        return self._list("comments", asked, page, 100, now)

    def _list(self, what: str, asked: Mapping[str, str], page: str | None, most: int, now: datetime) -> Listing:
        more = {"maxResults": str(most), **({"pageToken": page} if page else {})}
        return self._ask(what, {**asked, **more}, now)

    def _ask(self, what: str, asked: Mapping[str, str], now: datetime) -> Listing:
        address = f"{self._base}/{what}?{urlencode(asked)}"
        answer = self._web.get(address, now, {"X-Goog-Api-Key": self._key}, accept=(400, 403, 404, 429))
        if answer.status >= 400:
            raise _refusal(answer, now)
        found = answer.json()
        items = found.get("items", []) if isinstance(found, dict) else None
        if not isinstance(items, list):
            raise TryLater(f"{answer.host} answered something else than a list: is base_url the address of YouTube?")
        following = found.get("nextPageToken")
        return Listing(items, following if isinstance(following, str) and following else None)


def _refusal(answer: Answer, now: datetime) -> EarshotError:
    reasons, said = _reasons(answer)
    if any(name in reasons for name in _DAY_IS_SPENT) or ("per day" in said and answer.status == 429):
        until = next_day(now)
        return Spent(f"YouTube: the project's quota of the day is used up until {until:%H:%M} UTC.", until)
    if answer.status == 429 or any(name in reasons for name in _TOO_FAST):
        until = come_back(answer.headers, now)
        return RateLimited(f"YouTube asks us to wait until {until:%H:%M:%S} UTC (too many requests).", until)
    if any(name in reasons for name in _NOT_ON):
        return AccessDenied(
            "YouTube: the project of the key has no access to the YouTube Data API v3. Switch it on in the project's "
            "console, under APIs and services."
        )
    if any(name in reasons for name in _BAD_KEY) or "API key" in said:
        return AccessDenied(f"YouTube does not accept the key: copy it again, or allow this machine to use it: {_KEY}.")
    if "commentsDisabled" in reasons:
        return CommentsOff("Comments are switched off there.")
    if "invalidPageToken" in reasons:
        return StaleToken("YouTube no longer knows the page at which an earlier run stopped.")
    if any(name in reasons for name in _NOT_THERE):
        return NotThere("YouTube has no such thing (any more).")
    if answer.status == 404:
        return AccessDenied(f"{answer.host} has no such page (404): check platforms.youtube.base_url.")
    if answer.status == 403:
        return AccessDenied(f"YouTube forbids us to read (403): look at the key and its limits: {_KEY}.")
    return TryLater(f"YouTube does not understand what it was asked ({answer.status}): tell us if this stays so.")


def _reasons(answer: Answer) -> tuple[frozenset[str], str]:
    """Why, as YouTube says it in one of its two ways, and in words."""
    try:
        found = answer.json()
    except TryLater:
        return frozenset(), ""
    error = found.get("error") if isinstance(found, dict) else None
    if not isinstance(error, dict):
        return frozenset(), ""
    entries = [each for name in ("errors", "details") if isinstance(error.get(name), list) for each in error[name]]
    named = [error.get("status"), *(_at(each, "reason") for each in entries)]
    words = error.get("message")
    return frozenset(name for name in named if isinstance(name, str)), words if isinstance(words, str) else ""


def _uploads(item: Any) -> str | None:
    name = _at(_at(_at(item, "contentDetails"), "relatedPlaylists"), "uploads")
    return name if isinstance(name, str) and name else None


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _written(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
