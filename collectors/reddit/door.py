"""Reddit, spoken to through praw: listings, threads and single things, as Reddit's JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from praw import Reddit
from prawcore.exceptions import PrawcoreException, RequestException

from listening.errors import EarshotError, TryLater

from .posts import fullname
from .session import Answers

MOST_AT_ONCE = 100
"""Things that Reddit gives in one answer, and takes in one question (reddit.com/dev/api, November 2026)."""
_MOST_COMMENTS = 500


@dataclass(frozen=True, slots=True)
class Listing:
    """One page, newest first. ``after``: where the next one begins; None: there is none."""

    things: list[Any]
    after: str | None


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments of a thread in no order, and the ids of those that were left out of the answer."""

    things: list[Any]
    left_out: list[str]


class Door:
    """``reddit`` has to speak through ``answers``, which keeps what praw's objects would hide and never sleeps."""

    def __init__(self, reddit: Reddit, answers: Answers) -> None:
        self._reddit, self._answers = reddit, answers

    @property
    def requests(self) -> int:
        """How many were made so far."""
        return self._answers.asked

    def listing(self, path: str, params: Mapping[str, str], what: str, now: datetime) -> Listing:
        """``what`` names for people what is asked: ``Reddit``, or a part of it that may be closed alone."""
        found = self._ask(path, params, what, now)
        inner = found.get("data") if isinstance(found, dict) and found.get("kind") == "Listing" else None
        if not isinstance(inner, dict) or not isinstance(inner.get("children"), list):
            raise TryLater("Reddit answered something else than a list of posts: check base_url if this stays so.")
        after = inner.get("after")
        return Listing(inner["children"], after if isinstance(after, str) and 0 < len(after) < 40 else None)

    def things(self, names: Sequence[str], now: datetime) -> dict[str, Any]:
        """Each of at most :data:`MOST_AT_ONCE` fullnames that is still there."""
        listing = self.listing("api/info", {"id": ",".join(names), "limit": str(MOST_AT_ONCE)}, "Reddit", now)
        return {name: raw for raw in listing.things if (name := fullname(raw)) is not None}

    def thread(self, name: str, now: datetime) -> Comments:
        """The newest comments of a submission."""
        path = f"comments/{name.removeprefix('t3_')}"
        params = {"sort": "new", "limit": str(_MOST_COMMENTS), "depth": "10", "showmore": "true"}
        found = self._ask(path, params, f"A thread ({name})", now)
        if not isinstance(found, list) or len(found) != 2:
            raise TryLater("Reddit answered something else than a thread: check base_url if this stays so.")
        return _flat(found[1])

    def more(self, name: str, children: Sequence[str], now: datetime) -> Comments:
        """Comments of a submission that a thread left out, at most :data:`MOST_AT_ONCE`."""
        params = {"link_id": name, "children": ",".join(children), "api_type": "json", "sort": "new"}
        found = self._ask("api/morechildren", params, f"A thread ({name})", now)
        inner = found.get("json") if isinstance(found, dict) else None
        inner = inner.get("data") if isinstance(inner, dict) else None
        if not isinstance(inner, dict) or not isinstance(inner.get("things"), list):
            raise TryLater("Reddit answered something else than comments: check base_url if this stays so.")
        return _flat({"data": {"children": inner["things"]}})

    def _ask(self, path: str, params: Mapping[str, str], what: str, now: datetime) -> Any:
        self._answers.now, self._answers.what = now, what
        try:
            self._reddit.request(method="GET", path=path, params=dict(params))
        except RequestException as error:
            if isinstance(error.original_exception, EarshotError):
                raise error.original_exception from None
            raise TryLater("Reddit cannot be reached.") from None
        except PrawcoreException as error:
            raise TryLater(f"Reddit answered in a way that praw does not know ({type(error).__name__}).") from None
        return self._answers.found


def _flat(root: Any) -> Comments:
    """Without recursion: threads may be nested as deeply as they like."""
    found = Comments([], [])
    waiting = [root]
    while waiting:
        listing = waiting.pop()
        inner = listing.get("data") if isinstance(listing, dict) else None
        children = inner.get("children") if isinstance(inner, dict) else None
        for thing in children if isinstance(children, list) else ():
            inside = thing.get("data") if isinstance(thing, dict) else None
            if isinstance(thing, dict) and thing.get("kind") == "more":
                ids = inside.get("children") if isinstance(inside, dict) else None
                found.left_out.extend(one for one in (ids if isinstance(ids, list) else ()) if _is_id(one))
                continue
            replies = inside.pop("replies", None) if isinstance(inside, dict) else None
            found.things.append(thing)
            if isinstance(replies, dict):
                waiting.append(replies)
    return found


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 13 and value.isascii() and value.isalnum()
