"""Hashtag timelines of Mastodon servers, walked forward: oldest first, so that every page is a safe place to stop."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from listening.collecting import Cursor, Page, Position, Removal, RemovalReason, Spent, Unreadable
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater, UnreadableInput
from listening.hashtags import fold_hashtag
from listening.posts import NativePost
from listening.query import Query

from ..matching import matches
from ..protocol import Request
from .ids import earlier, id_at, is_possible, order
from .plan import Plan, plan_for
from .posts import asks_to_be_left_out, post_id, to_post
from .server import Server

PAGE = 40
"""The most that servers give at once."""
_MAX_PAGES = 250
"""Of one hashtag and server in one run; the next run goes on from there."""
OVERLAP = timedelta(minutes=30)
"""Posts of other servers arrive late and are sorted in by the time of their writing: a finished walk is gone over again
from this much earlier. It also brings the edits and the growing counts of the last half hour."""


class MastodonCollector:
    """Collects from several servers. One that fails does not stop the others: its error is raised at the end."""

    platform = "mastodon"

    def __init__(self, servers: Sequence[Server], *, page_size: int = PAGE, overlap: timedelta = OVERLAP) -> None:
        self._servers, self._page_size, self._overlap = tuple(servers), page_size, overlap

    def plan(self, query: Query) -> Plan:
        """What is asked of the servers, and what cannot be."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by server and hashtag. ``complete`` is the newest status of a finished walk, ``walk_at`` the
        last one read of an unfinished walk, which goes on from just there."""
        plan = plan_for(request.query)
        if not plan.tags:
            raise ConfigError(
                f"Mastodon can be asked for hashtags only, and the query '{request.query.text[:80]}' has none that "
                "finds its posts: add a hashtag, or take mastodon off the brand's platforms."
            )
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        left = request.limit
        failures: list[TryLater | AccessDenied] = []
        for server in self._servers:
            try:
                for tag in plan.tags:
                    for page in self._walk(server, tag, positions, request):
                        if left is None:
                            yield page
                            continue
                        yield replace(page, posts=page.posts[:left], cursor=None)
                        left -= len(page.posts[:left])
                        if left <= 0:
                            return
            except (TryLater, AccessDenied) as error:
                failures.append(error)
        if failures:
            raise _together(failures)

    def still_there(self, id_here: str, native_id: str, now: datetime) -> NativePost | Removal | None:
        """What became of a post that was collected: its present form, or its removal; None if its server is no longer
        one of ours and cannot be asked. Raises as :meth:`collect` does."""
        name, _, local_id = native_id.rpartition("/")
        server = next((server for server in self._servers if server.name == name), None)
        if server is None or not local_id:
            return None
        raw = server.status(local_id, now)
        if raw is None:
            return Removal(id_here, RemovalReason.DELETED)
        if asks_to_be_left_out(raw):
            return Removal(id_here, RemovalReason.WITHDRAWN)
        post = to_post(raw, server.name, now, {})
        # A server that was set up anew gives old numbers to new posts.
        return post if post.id == id_here else Removal(id_here, RemovalReason.DELETED)

    def _walk(self, server: Server, tag: str, positions: dict[str, Position], request: Request) -> Iterator[Page]:
        key = f"{server.name} #{fold_hashtag(tag)}"
        before = positions.get(key, Position())
        at = before.walk_at or (earlier(before.complete, self._overlap) if before.complete else id_at(request.since))
        end = id_at(request.until) if request.until else None
        for _ in range(_MAX_PAGES):
            asked = server.requests
            raws = server.tag(tag, at, self._page_size, request.now)
            spent = Spent(requests=server.requests - asked, posts=len(raws))
            newest = _newest(raws, request.now, end)
            if not raws or (newest is None and end):  # nothing newer: this walk is done
                positions[key] = Position(complete=max(at, before.complete or "", key=order))
                yield Page(spent=spent, cursor=Cursor(request.query.revision, dict(positions)))
                return
            page = replace(_read(raws, server, tag, request), spent=spent)
            if newest is None or order(newest) <= order(at):
                yield page
                raise TryLater(
                    f"{server.name} gives no newer posts of #{tag}, however often it is asked: stopped there."
                )
            at = newest
            positions[key] = Position(complete=before.complete, walk_at=at)
            yield replace(page, cursor=Cursor(request.query.revision, dict(positions)))


def _newest(raws: Sequence[Any], now: datetime, end: str | None) -> str | None:
    ids = [str(raw["id"]) for raw in raws if isinstance(raw, dict) and isinstance(raw.get("id"), str | int)]
    possible = [i for i in ids if is_possible(i, now) and (end is None or order(i) < order(end))]
    return max(possible, key=order, default=None)


def _read(raws: Sequence[Any], server: Server, tag: str, request: Request) -> Page:
    uris = {str(raw.get("id")): raw["uri"] for raw in raws if isinstance(raw, dict) and isinstance(raw.get("uri"), str)}
    posts: dict[str, NativePost] = {}
    unreadable: list[Unreadable] = []
    withheld = 0
    for raw in sorted(raws, key=_age):
        if asks_to_be_left_out(raw):
            withheld += 1
            continue
        try:
            post = to_post(raw, server.name, request.now, uris)
        except UnreadableInput as error:
            name = raw.get("id") if isinstance(raw, dict) else None
            source = f"{server.name}, #{tag}, status {name or 'without id'}"
            unreadable.append(Unreadable(source=source, raw=_body(raw), reason=f"{source}: {error}."))
            continue
        in_time = request.until is None or post.created_at is None or post.created_at < request.until
        if in_time and matches(request.query, post):
            posts[post.id] = post
    return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable), withheld=withheld)


def _body(raw: Any) -> bytes:
    try:
        return json.dumps(raw).encode()
    except RecursionError:
        return b"nested too deeply to be written down"


def _age(raw: Any) -> tuple[int, str]:
    return order(str(raw.get("id"))) if isinstance(raw, dict) else (0, "")


def _together(failures: Sequence[TryLater | AccessDenied]) -> EarshotError:
    """One error for all servers that failed: the others' pages were given already."""
    if len(failures) == 1:
        return failures[0]
    said = " ".join(str(error) for error in failures)
    if all(isinstance(error, AccessDenied) for error in failures):
        return AccessDenied(said)
    until = min((error.until for error in failures if isinstance(error, TryLater) and error.until), default=None)
    limited = [error for error in failures if isinstance(error, RateLimited)]
    return RateLimited(said, until) if len(limited) == len(failures) else TryLater(said, until)


__all__ = ["MastodonCollector", "post_id"]
