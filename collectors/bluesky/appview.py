"""What Bluesky shows of posts and authors, asked of its public AppView; never its search."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from listening.collecting import Removal, RemovalReason
from listening.errors import TryLater, UnreadableInput
from listening.posts import Counts, NativePost

from ..web import Web
from .posts import Json, post_id, read_time, self_labels, to_post

_AT_ONCE = 25
"""docs.bsky.app: the most posts, and the most profiles, of one request."""
_LEAVE_OUT = "!no-unauthenticated"
"""The author wants to be shown to people who are logged in, and we are not."""


@dataclass(frozen=True, slots=True)
class Profile:
    wants_out: bool
    followers: int | None


class AppView:
    """``requests`` counts what was asked."""

    def __init__(self, web: Web, address: str) -> None:
        self._web, self._address = web, address

    @property
    def requests(self) -> int:
        return self._web.requests

    def profiles(self, dids: Iterable[str], now: datetime) -> dict[str, Profile]:
        """By DID; those that nobody shows any more are missing."""
        found: dict[str, Profile] = {}
        for some in _some(sorted(set(dids))):
            for raw in self._ask("app.bsky.actor.getProfiles", "actors", some, "profiles", now):
                if isinstance(raw.get("did"), str):
                    found[raw["did"]] = Profile(asks_to_be_left_out(raw), _count(raw, "followersCount"))
        return found

    def posts(self, uris: Mapping[str, str], now: datetime) -> dict[str, NativePost | Removal]:
        """What became of posts, by id here; ``uris``: id here → ``at://`` address. Unreadable ones are missing."""
        found: dict[str, NativePost | Removal] = {i: Removal(i, RemovalReason.DELETED) for i in uris}
        for some in _some(sorted(set(uris.values()))):
            for raw in self._ask("app.bsky.feed.getPosts", "uris", some, "posts", now):
                uri = raw.get("uri")
                id_here = post_id(uri) if isinstance(uri, str) else ""
                if id_here in found:
                    try:
                        found[id_here] = _judged(raw, str(uri), id_here, now)
                    except UnreadableInput:
                        del found[id_here]  # it is there, and nobody can say what became of it
        return self._with_followers(found, now)

    def _with_followers(
        self, found: Mapping[str, NativePost | Removal], now: datetime
    ) -> dict[str, NativePost | Removal]:
        """A post comes without its author's followers: what was known must not be forgotten by looking again."""
        dids = {one.author.handle for one in found.values() if isinstance(one, NativePost) and one.author}
        profiles = self.profiles(dids, now)
        return {
            id_here: with_followers(one, profiles) if isinstance(one, NativePost) else one
            for id_here, one in found.items()
        }

    def _ask(self, method: str, name: str, values: Sequence[str], under: str, now: datetime) -> Iterator[Json]:
        url = f"{self._address}/xrpc/{method}?{urlencode([(name, value) for value in values])}"
        answer = self._web.get(url, now)
        said = answer.json()
        items = said.get(under) if isinstance(said, dict) else None
        if not isinstance(items, list):
            raise TryLater(f"{answer.host} answered without '{under}': check platforms.bluesky.appview_url.")
        yield from (item for item in items if isinstance(item, dict))


def asks_to_be_left_out(labelled: Json) -> bool:
    return _LEAVE_OUT in self_labels(labelled)


def _judged(raw: Mapping[str, Any], uri: str, id_here: str, now: datetime) -> NativePost | Removal:
    author = raw.get("author")
    if isinstance(author, dict) and asks_to_be_left_out(author):
        return Removal(id_here, RemovalReason.WITHDRAWN)
    numbers = (_count(raw, name) for name in ("likeCount", "repostCount", "replyCount", "quoteCount"))
    likes, reposts, replies, quotes = numbers
    counts = Counts(likes=likes, reposts=reposts, replies=replies, quotes=quotes)
    return to_post(raw.get("record"), uri, at=now, seen=read_time(raw.get("indexedAt")), counts=counts)


def with_followers(post: NativePost, profiles: Mapping[str, Profile]) -> NativePost:
    profile = profiles.get(post.author.handle) if post.author else None
    if profile is None or post.author is None:
        return post
    return replace(post, author=replace(post.author, followers=profile.followers))


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _some(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[at : at + _AT_ONCE] for at in range(0, len(values), _AT_ONCE))
