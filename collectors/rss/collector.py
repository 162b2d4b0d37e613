"""Feeds, each read whole when it has changed. What it no longer lists cannot be read any more: that is a gap."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Spent, Unreadable
from listening.errors import AccessDenied, RateLimited, TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..failures import together
from ..feeds import Entry, Feed, read_entry, read_feed
from ..feeds.reading import written
from ..matching import matches
from ..protocol import Request
from ..web import Answer, Web
from .memory import Memory, mark, remembered
from .plan import Plan
from .posts import identities, raw_entry, to_post
from .source import Source

_GONE_WAIT = timedelta(days=1)
_DENIED_WAIT = timedelta(hours=1)
PAUSE = timedelta(minutes=10)


class RssCollector:
    """Reads several feeds, one page each. One that fails does not stop the others: its error is raised at the end.

    A feed is asked whether it changed (ETag, Last-Modified), and given again only where an entry is new or changed.
    """

    platform = "rss"

    def __init__(self, feeds: Sequence[Source], web: Web, *, pause: timedelta = PAUSE) -> None:
        self._feeds, self._web, self._pause = tuple(feeds), web, pause

    def plan(self, query: Query) -> Plan:
        """What is asked of the feeds: everything."""
        return Plan(len(self._feeds))

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by feed; ``complete`` holds what is remembered of its last reading."""
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        left, failures = request.limit, list[TryLater | AccessDenied]()
        for feed in self._feeds:
            before = remembered(positions.get(feed.key, Position()).complete)
            asked = self._web.requests
            try:
                page, after, problem = self._read(feed, before, request)
                failures += [problem] if problem else []
            except (TryLater, AccessDenied) as error:
                failures.append(error)
                page, after = Page(), _told_to_wait(before, error, request.now)
            page = replace(page, spent=replace(page.spent, requests=self._web.requests - asked))
            if after != before:
                positions[feed.key] = Position(complete=after.write())
                page = replace(page, cursor=Cursor(request.query.revision, dict(positions)))
            if left is None:
                yield page
                continue
            yield replace(page, posts=page.posts[:left], cursor=None)
            left -= len(page.posts[:left])
            if left <= 0:
                return
        if failures:
            raise together(failures, len(failures) < len(self._feeds), request.now + self._pause)

    def _read(self, feed: Source, before: Memory, request: Request) -> tuple[Page, Memory, TryLater | None]:
        if before.wait and before.wait > request.now:
            raise AccessDenied(before.why) if before.denied else RateLimited(before.why, before.wait)
        answer = self._web.get(feed.address, request.now, _conditions(before), accept=(404, 410))
        if answer.status == 410:
            raise AccessDenied(f"The feed {feed.name} is gone for good (410): remove it from platforms.rss.feeds.")
        if answer.status == 404:
            raise AccessDenied(f"The feed {feed.name} is not where it was (404): mend its address, or remove it.")
        digest = sha256(answer.body).hexdigest()[:16]
        rested = replace(before, wait=None, why="", denied=False)
        if answer.status == 304 or digest == before.digest:
            return Page(), rested, None
        try:
            found = read_feed(answer.body, answer.headers.get("Content-Type", ""), feed.page)
        except UnreadableInput as error:
            raise TryLater(f"The feed {feed.name} cannot be read: {error}.") from error
        page, marks = _page(found, feed, before, request)
        if not found.whole:
            return page, rested, TryLater(f"The feed {feed.name} broke off: what came before that was read.")
        return page, _remember(answer, digest, marks or before.seen, request.now), None


def _conditions(before: Memory) -> dict[str, str]:
    conditions = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
    accepted = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
    return {"Accept": accepted, **{name: value for name, value in conditions.items() if value}}


def _remember(answer: Answer, digest: str, marks: tuple[str, ...], now: datetime) -> Memory:
    headers = answer.headers
    etag, modified = headers.get("ETag", "")[:500], headers.get("Last-Modified", "")[:100]
    return Memory(etag=etag, modified=modified, digest=digest, read_at=now, seen=marks)


def _told_to_wait(before: Memory, error: TryLater | AccessDenied, now: datetime) -> Memory:
    """A feed that refuses us is not asked again at every turn; nor is one that says when to come back."""
    if before.wait and before.wait > now:
        return before
    if isinstance(error, AccessDenied):
        wait = _GONE_WAIT if "(410)" in str(error) else _DENIED_WAIT
        return replace(before, wait=now + wait, why=str(error), denied=True)
    return replace(before, wait=error.until, why=str(error), denied=False) if error.until else before


def _page(found: Feed, feed: Source, before: Memory, request: Request) -> tuple[Page, tuple[str, ...]]:
    """What is new or changed in a feed, and the marks of all that it lists, newest first."""
    entries: list[Entry] = []
    unreadable: list[Unreadable] = []
    for number, raw in enumerate(found.entries, 1):
        try:
            entries.append(read_entry(raw, request.now, feed.page))
        except UnreadableInput as error:
            source = f"{feed.name}, entry {number}"
            body = written(raw_entry(raw, feed.host, feed.page, found.language))
            unreadable.append(Unreadable(source=source, raw=body, reason=f"{source}: {error}."))
    known = set(before.seen)
    posts: dict[str, NativePost] = {}
    marks: list[tuple[datetime, str]] = []
    for entry, identity in zip(entries, identities(entries, feed.host), strict=True):
        post = to_post(entry, identity, feed.host, found.language, request.now)
        own = mark(sha256(identity.encode("utf-8", "surrogatepass")).hexdigest(), _version(post))
        marks.append((post.created_at or request.since, own))
        if own not in known and _in_time(post, request) and matches(request.query, post):
            posts[post.id] = post
    listed = tuple(own for _, own in sorted(marks, key=lambda pair: pair[0], reverse=True))
    gaps = _gaps(feed, before, entries, listed, len(posts), request)
    spent = Spent(posts=len(found.entries))
    return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable), gaps=gaps, spent=spent), listed


def _version(post: NativePost) -> str:
    """Changes with what a reader sees."""
    said = f"{post.title}\n{post.text}\n{post.edited_at}\n{post.counts.replies}"
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def _in_time(post: NativePost, request: Request) -> bool:
    at = post.created_at
    return at is None or (at >= request.since and (request.until is None or at < request.until))


def _gaps(
    feed: Source, before: Memory, entries: Sequence[Entry], listed: tuple[str, ...], matched: int, request: Request
) -> tuple[Gap, ...]:
    """A feed lists its last entries only. On the first reading, what was before them is not known; later, if none of
    those that were new last time is listed any more, others have come and gone between."""
    dated = sorted(entry.published for entry in entries if entry.published)
    if before.read_at is None:
        if not dated or dated[0] <= request.since:
            return ()
        return (_gap(feed, request.since, dated[0], GapReason.HISTORY_WINDOW),)
    if not listed or not before.keeps_nothing_of(listed):
        return ()
    since, span = before.read_at, dated[-1] - dated[0] if dated else timedelta(0)
    until = next((moment for moment in dated if moment > since), request.now)
    estimated = round(matched * ((until - since) / span)) if span else None
    return (_gap(feed, since, until, GapReason.PAGE_CAP, estimated),) if since < until else ()


def _gap(feed: Source, since: datetime, until: datetime, reason: GapReason, estimated: int | None = None) -> Gap:
    return Gap(source=f"rss, {feed.name}", since=since, until=until, reason=reason, estimated=estimated)
