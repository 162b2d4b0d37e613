"""Searches of Hacker News, slice by slice of time: Algolia shows a thousand hits of a search and never the rest."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Removal, RemovalReason, Spent, Unreadable
from listening.errors import AccessDenied, TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..matching import matches
from ..protocol import Request
from .plan import Plan, Search, plan_for
from .posts import is_gone, of_hit, of_item, removal, why_gone
from .servers import Algolia, Firebase, Found

OVERLAP = timedelta(hours=6)
"""Algolia has an item some minutes after it was written, and authors may change it for two hours: what was read is
read again, and brings edits and growing counts."""
MOST_REQUESTS = 400
"""Of Algolia in one run; it allows 10,000 in an hour. The next run goes on from there."""
MOST_VERIFIED = 30
"""New items of one run whose fate Firebase is asked about at once; all are asked about when posts are re-checked."""


class HackerNewsCollector:
    """Reads oldest slices first, so that each is a safe place to stop."""

    platform = "hackernews"

    def __init__(
        self,
        algolia: Algolia,
        firebase: Firebase,
        *,
        most_requests: int = MOST_REQUESTS,
        most_verified: int = MOST_VERIFIED,
    ) -> None:
        self._algolia, self._firebase = algolia, firebase
        self._most, self._most_verified = most_requests, most_verified

    def plan(self, query: Query) -> Plan:
        """What is asked for, and what nothing there can match."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by search, in Unix seconds. ``complete`` is the end of the last finished walk, ``walk_at`` the
        end of the last slice that was read of an unfinished one."""
        plan = plan_for(request.query)
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        left, began = request.limit, self._algolia.requests
        verify = _Verifier(self._firebase, self._most_verified, request.now)
        for search in plan.searches:
            for page in self._walk(search, positions, verify, request):
                if left is None:
                    yield page
                else:
                    yield replace(page, posts=page.posts[:left], cursor=None)
                    left -= len(page.posts[:left])
                    if left <= 0:
                        return
                if self._algolia.requests - began >= self._most:
                    return

    def still_there(self, id_here: str, native_id: str, now: datetime) -> NativePost | Removal | None:
        """What became of an item that was collected: its present form, or its removal. Raises as :meth:`collect`."""
        if not (native_id.isascii() and native_id.isdecimal()):
            return None
        item = self._firebase.item(native_id, now)
        gone = why_gone(item)
        if item is None or gone:
            return Removal(id_here, gone or RemovalReason.DELETED)
        try:
            post = of_item(item, now)
        except UnreadableInput as error:
            raise TryLater(f"Hacker News' item {native_id} cannot be read: {error}.") from error
        return post if post.id == id_here else None

    def _walk(
        self, search: Search, positions: dict[str, Position], verify: "_Verifier", request: Request
    ) -> Iterator[Page]:
        words = f"{search.words}{'*' * search.prefix}"
        key = sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        before = positions.get(key, Position())
        # A clock that was wrong for a while must not make us deaf until its time has come.
        done, reached = (_seconds(text, request.now) for text in (before.complete, before.walk_at))
        first = math.floor(request.since.timestamp())
        start = reached or (done - int(OVERLAP.total_seconds()) if done else first)
        now = request.now if request.until is None else min(request.now, request.until)
        end = math.ceil(now.timestamp()) + 1
        slices = [(min(start, end - 1), end)]
        asked = self._algolia.requests
        while slices:
            since, until = slices.pop()
            found = self._algolia.search(search, since, until, request.now)
            whole = self._algolia.is_whole(found)
            if not whole and until - since > 1:
                _refuse_other_times(found, since, until)
                middle = (since + until) // 2
                slices += [(middle, until), (since, middle)]
                continue
            page = verify.page(_read(found, request), done or first)
            if not whole:
                page = replace(page, gaps=(_gap(since, until, found),))
            if slices:
                positions[key] = Position(complete=before.complete, walk_at=str(until))
            else:
                positions[key] = Position(complete=str(max(end - 1, done or 0)))
            spent = Spent(requests=self._algolia.requests - asked + verify.taken(), posts=len(found.hits))
            asked = self._algolia.requests
            yield replace(page, spent=spent, cursor=Cursor(request.query.revision, dict(positions)))


class _Verifier:
    """Asks about new items while the bound allows it. A server that fails is left alone: the items stay, and are
    asked about when posts are re-checked."""

    def __init__(self, firebase: Firebase, most: int, now: datetime) -> None:
        self._firebase, self._left, self._now, self._asked = firebase, most, now, 0

    def page(self, page: Page, new_since: int) -> Page:
        """``page`` without what is deleted or dead already. Those are removals, or the next walk would bring them."""
        posts, removed = list[NativePost](), list[Removal]()
        for post in page.posts:
            new = post.created_at is not None and post.created_at.timestamp() >= new_since
            gone = self._fate(post) if new and self._left > 0 else None
            if gone:
                removed.append(Removal(post.id, gone))
            else:
                posts.append(post)
        return replace(page, posts=tuple(posts), removed=tuple(removed))

    def taken(self) -> int:
        """Requests since the last call."""
        asked, self._asked = self._asked, 0
        return asked

    def _fate(self, post: NativePost) -> RemovalReason | None:
        self._left -= 1
        self._asked += 1
        try:
            item = self._firebase.item(post.native_id, self._now)
        except (TryLater, AccessDenied):
            self._left = 0
            return None
        # A new item may be at Algolia before it is here.
        return why_gone(item) if item is not None else None


def _read(found: Found, request: Request) -> Page:
    posts: dict[str, NativePost] = {}
    unreadable: list[Unreadable] = []
    gone: list[Removal] = []
    for raw in reversed(found.hits):
        if is_gone(raw):
            gone.append(removal(raw))
            continue
        try:
            post = of_hit(raw, request.now)
        except UnreadableInput as error:
            name = str(raw.get("objectID"))[:40] if isinstance(raw, dict) else ""
            source = f"Hacker News, item {name or 'without a number'}"
            unreadable.append(Unreadable(source=source, raw=_body(raw), reason=f"{source}: {error}."))
            continue
        in_time = request.until is None or post.created_at is None or post.created_at < request.until
        if in_time and matches(request.query, post):
            posts[post.id] = post
    return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable), removed_if_kept=tuple(gone))


def _refuse_other_times(found: Found, since: int, until: int) -> None:
    """Cutting time does not help where the server does not look at it."""
    times = [hit.get("created_at_i") for hit in found.hits if isinstance(hit, dict)]
    other = [at for at in times if isinstance(at, int | float) and not since <= at < until]
    if 2 * len(other) > len(found.hits):
        raise TryLater(
            "The search of Hacker News gives items of other times than asked for: check base_url if this stays so."
        )


def _body(raw: object) -> bytes:
    try:
        return json.dumps(raw).encode()
    except RecursionError:
        return b"nested too deeply to be written down"


def _gap(since: int, until: int, found: Found) -> Gap:
    missing = found.total - len(found.hits)
    return Gap(
        source="hackernews",
        since=datetime.fromtimestamp(since, UTC),
        until=datetime.fromtimestamp(until, UTC),
        reason=GapReason.PAGE_CAP,
        estimated=missing if missing > 0 else None,
    )


def _seconds(text: str | None, now: datetime) -> int | None:
    seconds = int(text) if text and text.isascii() and text.isdecimal() and len(text) < 20 else None
    return None if seconds is None else min(seconds, math.ceil(now.timestamp()))
