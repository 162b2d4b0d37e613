"""Searches of Lemmy servers, newest first, page by page, until what the walk before has seen."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Removal, RemovalReason, Spent, Unreadable
from listening.errors import AccessDenied, TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..failures import together
from ..matching import matches
from ..protocol import Request
from .plan import Plan, plan_for
from .posts import is_hidden, published, removal, to_post
from .server import Found, Misunderstood, Server

OVERLAP = timedelta(hours=1)
"""What other servers wrote arrives late, and stands at the time of its writing."""
MOST_PAGES = 40
"""Of one walk. Behind them a search is a burden to a server; what is older is a gap."""


class LemmyCollector:
    """Collects from several servers. One that fails does not stop the others: its error is raised at the end."""

    platform = "lemmy"

    def __init__(self, servers: Sequence[Server], *, comments: bool = True, most_pages: int = MOST_PAGES) -> None:
        self._servers, self._most = tuple(servers), most_pages
        self._kinds = ("Posts", "Comments") if comments else ("Posts",)

    def plan(self, query: Query) -> Plan:
        """What is asked of the servers, and what cannot be."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by server, kind and search. ``complete`` is the time of the newest item of a finished walk;
        ``walk_from`` that of an unfinished one, and ``walk_at`` the page it goes on with, and how many were read."""
        plan = plan_for(request.query)
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        left = request.limit
        failures: list[TryLater | AccessDenied] = []
        for server in self._servers:
            try:
                for words in plan.searches:
                    for what in self._kinds:
                        for page in self._walk(server, words, what, positions, request):
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
            raise together(failures, len(failures) < len(self._servers), request.now + timedelta(minutes=10))

    def still_there(self, id_here: str, native_id: str, now: datetime) -> NativePost | Removal | None:
        """What became of an item that was collected: its present form, or its removal; None if its server is no longer
        one of ours. Raises as :meth:`collect` does."""
        name, what, number = [*native_id.split("/"), "", ""][:3]
        server = next((server for server in self._servers if server.name == name), None)
        if server is None or what not in ("post", "comment") or not (number.isascii() and number.isdecimal()):
            return None
        view = server.view(what, number, now)
        if view is None:
            return Removal(id_here, RemovalReason.DELETED)
        try:
            if gone := removal(view, name):
                return Removal(id_here, gone.reason)
            if is_hidden(view):
                return Removal(id_here, RemovalReason.WITHDRAWN)
            post = to_post(view, name, now, server.languages)
        except UnreadableInput as error:
            raise TryLater(f"{name} gave {what} {number} in a form that cannot be read: {error}.") from error
        # A server that was set up anew gives old numbers to new posts.
        return post if post.id == id_here else Removal(id_here, RemovalReason.DELETED)

    def _walk(
        self, server: Server, words: str, what: str, positions: dict[str, Position], request: Request
    ) -> Iterator[Page]:
        key = f"{server.name} {what} {sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        before = positions.get(key, Position())
        done = _time(before.complete, request.now)
        stop = done - OVERLAP if done else request.since
        newest, (read, at) = _time(before.walk_from, request.now), _walked(before.walk_at)
        asked = server.requests
        views: tuple[object, ...] = ()
        while True:
            try:
                found = server.search(words, what, at, request.now)
            except Misunderstood:
                # A place that the server no longer knows would be refused for ever: the next run begins anew.
                if at is not None:
                    positions[key] = Position(before.complete)
                    yield Page(cursor=Cursor(request.query.revision, dict(positions)))
                raise
            if views and found.views == views:
                raise TryLater(f"{server.name} gives the same page again and again: stopped there.")
            views = found.views
            times = [moment for view in found.views if (moment := published(view, request.now))]
            read += 1
            if newest is None and times:
                newest = min(max(times), request.now)
            page = _read(found, server, what, request)
            ended = found.onward is None or found.onward == at or bool(times and max(times) < stop)
            if not ended and read >= self._most:
                ended, until = True, min(times, default=request.now)
                if (done or stop) < until:
                    source = f"lemmy, {server.name}"
                    gap = Gap(source=source, since=done or stop, until=until, reason=GapReason.PAGE_CAP)
                    page = replace(page, gaps=(gap,))
            at = found.onward
            if ended:
                positions[key] = Position(_text(max(filter(None, (newest, done)), default=None)))
            else:
                positions[key] = Position(_text(done), _text(newest), f"{read} {at}")
            spent = Spent(requests=server.requests - asked, posts=len(found.views))
            asked = server.requests
            yield replace(page, spent=spent, cursor=Cursor(request.query.revision, dict(positions)))
            if ended:
                return


def _read(found: Found, server: Server, what: str, request: Request) -> Page:
    posts: dict[str, NativePost] = {}
    unreadable: list[Unreadable] = []
    gone: list[Removal] = []
    withheld = 0
    for view in reversed(found.views):
        try:
            if taken := removal(view, server.name):
                gone.append(taken)
                continue
            if is_hidden(view):
                withheld += 1
                continue
            post = to_post(view, server.name, request.now, server.languages)
        except UnreadableInput as error:
            source = f"{server.name}, {what.lower()}, {_number(view)}"
            unreadable.append(Unreadable(source=source, raw=_body(view), reason=f"{source}: {error}."))
            continue
        if _in_time(post, request) and matches(request.query, post):
            posts[post.id] = post
    return Page(
        posts=tuple(posts.values()), unreadable=tuple(unreadable), removed_if_kept=tuple(gone), withheld=withheld
    )


def _in_time(post: NativePost, request: Request) -> bool:
    at = post.created_at
    return at is None or (at >= request.since and (request.until is None or at < request.until))


def _number(view: object) -> str:
    own = (view.get("comment") or view.get("post")) if isinstance(view, dict) else None
    name = own.get("id") if isinstance(own, dict) else None
    return f"number {str(name)[:40]}" if name else "without a number"


def _body(view: object) -> bytes:
    try:
        return json.dumps(view).encode()
    except RecursionError:
        return b"nested too deeply to be written down"


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time(text: str | None, now: datetime) -> datetime | None:
    """Never later than now: a clock that was wrong for a while must not make us deaf until its time has come."""
    try:
        return min(datetime.fromisoformat(text).astimezone(UTC), now) if text else None
    except (ValueError, OverflowError):
        return None


def _walked(text: str | None) -> tuple[int, str | None]:
    """How many pages were read, and with what the next is asked for."""
    count, _, at = (text or "").partition(" ")
    return (int(count), at) if at and count.isascii() and count.isdecimal() else (0, None)
