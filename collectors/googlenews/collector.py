"""Searches of Google News, one an edition and a slice of time. Its feed gives a hundred headlines, and no next page."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Spent, Unreadable
from listening.errors import TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..feeds import Feed, read_feed
from ..feeds.reading import written
from ..matching import matches
from ..protocol import Request
from ..web import Web
from .edition import Edition
from .posts import raw_entry, to_post
from .query import Plan, plan_for
from .slices import Slice, narrower, slices

CAP = 100
"""Headlines that Google gives at most, the ones that it finds most fitting."""
OVERLAP = timedelta(hours=12)
"""Articles are found later than they were published."""
MOST_REQUESTS = 30
"""In one run; the next goes on from there."""


class GoogleNewsCollector:
    """Where a slice of time holds ``cap`` headlines or more, it is a gap too: nobody can say which are missing.

    An error ends the run: what one search meets, the next would meet as well.
    """

    platform = "googlenews"

    def __init__(
        self,
        web: Web,
        base_url: str,
        editions: Sequence[Edition],
        *,
        cap: int = CAP,
        most_requests: int = MOST_REQUESTS,
    ) -> None:
        self._web, self._base, self._editions = web, base_url.rstrip("/"), tuple(editions)
        self._cap, self._most = cap, most_requests

    def plan(self, query: Query) -> Plan:
        """What Google is asked for, and what it cannot be asked for."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by edition and search. ``complete`` is the time of the last finished walk, ``walk_at`` the end
        of the last slice that was read of an unfinished one."""
        plan = plan_for(request.query)
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        left, began = request.limit, self._web.requests
        for edition in self._editions:
            for search in plan.searches:
                for page in self._walk(edition, search, positions, request):
                    if left is None:
                        yield page
                    else:
                        yield replace(page, posts=page.posts[:left], cursor=None)
                        left -= len(page.posts[:left])
                        if left <= 0:
                            return
                    if self._web.requests - began >= self._most:
                        return

    def _walk(self, edition: Edition, search: str, positions: dict[str, Position], request: Request) -> Iterator[Page]:
        key = f"{edition.name} {sha256(search.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        before = positions.get(key, Position())
        done, reached = _time(before.complete), _time(before.walk_at)
        start = reached or (done - OVERLAP if done else request.since)
        for part in slices(start, request.now):
            asked = self._web.requests
            page = self._read(edition, search, part, done, request)
            if part.last:
                positions[key] = Position(complete=request.now.isoformat())
            else:
                positions[key] = Position(complete=before.complete, walk_at=part.until.isoformat())
            spent = replace(page.spent, requests=self._web.requests - asked)
            yield replace(page, spent=spent, cursor=Cursor(request.query.revision, dict(positions)))

    def _read(self, edition: Edition, search: str, part: Slice, done: datetime | None, request: Request) -> Page:
        """One slice; if it is too full and reaches to the present, then its newer half too, and so on. What was read
        by an earlier walk (until ``done``) is no gap."""
        whole = Page()
        since, piece = max(part.since, done or part.since), part
        for piece in narrower(part):
            found, page_address = self._ask(edition, f"{search} {piece.operators}", request.now)
            whole = _united(whole, self._page(found, edition, page_address, piece, request))
            if len(found.entries) < self._cap:
                break
        else:
            piece = replace(piece, since=piece.until)  # not even the narrowest could be seen whole
        if since < piece.since:
            source = f"googlenews, {edition.name}"
            gap = Gap(source=source, since=since, until=piece.since, reason=GapReason.PAGE_CAP)
            return replace(whole, gaps=(gap,))
        return whole

    def _ask(self, edition: Edition, words: str, now: datetime) -> tuple[Feed, str]:
        address = f"{self._base}/rss/search"
        answer = self._web.get(f"{address}?{urlencode({'q': words, **edition.parameters})}", now)
        try:
            found = read_feed(answer.body, answer.headers.get("Content-Type", ""), address)
        except UnreadableInput as error:
            where = f"Google News ({urlsplit(self._base).hostname}, {edition.name})"
            raise TryLater(f"{where} gave something that cannot be read: {error}.") from error
        if not found.whole:
            raise TryLater(f"Google News ({edition.name}) broke off in the middle of its answer.")
        return found, address

    def _page(self, found: Feed, edition: Edition, address: str, part: Slice, request: Request) -> Page:
        posts: dict[str, NativePost] = {}
        unreadable: list[Unreadable] = []
        for number, raw in enumerate(found.entries, 1):
            try:
                post = to_post(raw, edition.language, address, request.now)
            except UnreadableInput as error:
                source = f"Google News, {edition.name}, {part.operators}, entry {number}"
                body = written(raw_entry(raw, edition.language, address))
                unreadable.append(Unreadable(source=source, raw=body, reason=f"{source}: {error}."))
                continue
            if _in_time(post, request) and matches(request.query, post):
                posts[post.id] = post
        spent = Spent(posts=len(found.entries))
        return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable), spent=spent)


def _united(one: Page, other: Page) -> Page:
    posts = {post.id: post for post in (*one.posts, *other.posts)}
    unreadable = {letter.raw: letter for letter in (*one.unreadable, *other.unreadable)}
    spent = Spent(posts=one.spent.posts + other.spent.posts)
    return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable.values()), spent=spent)


def _in_time(post: NativePost, request: Request) -> bool:
    at = post.created_at
    return at is None or (at >= request.since and (request.until is None or at < request.until))


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None
