"""GDELT's files, read in the order of their making: each is a safe place to stop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import md5

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Spent, Unreadable
from listening.errors import TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..canonical import CLOCKS_DIFFER
from ..protocol import Request
from ..web import Web
from .archive import MOST_BYTES, Damaged, lines
from .feeds import QUARTER, Feed, Latest, read_latest, read_stamp, slot_after, written
from .plan import Plan, plan_for
from .posts import read_article, to_post

MOST_FILES = 96
"""Of one feed in one run, a day; the next run goes on from there."""
MOST_BACK = timedelta(days=30)
_MAY_STILL_COME = timedelta(hours=2)
"""A file that is missing or damaged for longer than this stays so."""
_STANDS_STILL = timedelta(hours=3)
_MOST_LETTERS = 20
"""Dead letters of one file; one that is nonsense from end to end needs no more to be mended."""

_MOST_WRONG = 1_000
"""Lines of one file; it is none of GDELT's, or of another version."""


@dataclass(frozen=True, slots=True)
class _NotYet(Exception):
    """A file that may still come, or come whole."""


class GdeltCollector:
    """``complete`` of a feed's position is the name of the last file that was read."""

    platform = "gdelt"

    def __init__(
        self,
        web: Web,
        base_url: str,
        feeds: Sequence[Feed],
        *,
        most_back: timedelta = MOST_BACK,
        most_files: int = MOST_FILES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._web, self._base, self._feeds = web, base_url.rstrip("/"), tuple(feeds)
        self._most_back, self._most_files, self._most_bytes = most_back, most_files, most_bytes

    def plan(self, query: Query) -> Plan:
        """What of the query can be answered."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """One page a file. An error ends the run: all files come from one place."""
        plan_for(request.query)
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        left, asked = request.limit, self._web.requests
        for feed in self._feeds:
            for page, position in self._walk(feed, positions.get(feed.name, Position()), request):
                positions[feed.name] = position
                page = replace(page, spent=Spent(requests=self._web.requests - asked, posts=len(page.posts)))
                asked = self._web.requests
                if left is None:
                    yield replace(page, cursor=Cursor(request.query.revision, dict(positions)))
                    continue
                yield replace(page, posts=page.posts[:left])
                left -= len(page.posts[:left])
                if left <= 0:
                    return

    def _walk(self, feed: Feed, before: Position, request: Request) -> Iterator[tuple[Page, Position]]:
        latest = self._latest(feed, request.now)
        read = read_stamp(before.complete)
        wanted = slot_after(request.since) if read is None else read + QUARTER
        slot = max(wanted, slot_after(request.now - self._most_back))
        gaps = _gap(feed, wanted - QUARTER, slot - QUARTER, GapReason.HISTORY_WINDOW) if wanted < slot else None
        end = min(latest.slot, slot_after(request.until)) if request.until else latest.slot
        for _ in range(self._most_files):
            if slot > end:
                break
            try:
                page = self._file(feed, slot, latest, request)
            except _NotYet:
                return
            if gaps:
                page, gaps = replace(page, gaps=(gaps, *page.gaps)), None
            yield page, Position(complete=written(slot))
            slot += QUARTER
        if request.now - latest.slot > _STANDS_STILL:
            raise TryLater(
                f"GDELT has published no file ({feed.title}) since {latest.slot:%d %B, %H:%M} UTC: it stands still."
            )

    def _latest(self, feed: Feed, now: datetime) -> Latest:
        answer = self._web.get(f"{self._base}/{feed.latest}", now)
        found = read_latest(answer.body[:10_000].decode("ascii", "replace"))
        if found is None or found.slot > now + CLOCKS_DIFFER:
            raise TryLater(f"{answer.host} does not say which file of GDELT is the newest: look at base_url.")
        return found

    def _file(self, feed: Feed, slot: datetime, latest: Latest, request: Request) -> Page:
        answer = self._web.get(f"{self._base}/{feed.file_of(slot)}", request.now, accept=(404,))
        recent = request.now - slot < _MAY_STILL_COME
        missing = _gap(feed, slot - QUARTER, slot, GapReason.OUTAGE)
        if answer.status == 404:
            if recent:
                raise _NotYet
            return Page(gaps=(missing,))
        if slot == latest.slot and md5(answer.body, usedforsecurity=False).hexdigest() != latest.md5:
            raise TryLater(f"GDELT's newest file ({feed.title}) is not the one that was announced: it comes again.")
        try:
            return self._page(feed, slot, answer.body, request)
        except Damaged as error:
            if recent:
                raise TryLater(f"GDELT's file of {slot:%H:%M} UTC ({feed.title}) cannot be read: {error}.") from error
            return Page(gaps=(missing,))

    def _page(self, feed: Feed, slot: datetime, packed: bytes, request: Request) -> Page:
        posts: dict[str, NativePost] = {}
        unreadable: list[Unreadable] = []
        wrong = 0
        for number, line in enumerate(lines(packed, self._most_bytes), 1):
            if not line:
                continue
            try:
                article = read_article(line)
            except UnreadableInput as error:
                source = f"GDELT, {feed.title}, file {written(slot)}, line {number}"
                wrong += 1
                if wrong > _MOST_WRONG:
                    raise Damaged("its lines are no records of articles") from error
                if len(unreadable) < _MOST_LETTERS:
                    unreadable.append(Unreadable(source=source, raw=line[:100_000], reason=f"{source}: {error}."))
                continue
            if article and article.answers(request.query):
                post = to_post(article, request.now)
                if request.until is None or post.created_at is None or post.created_at < request.until:
                    posts[post.id] = post
        return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable))


def _gap(feed: Feed, since: datetime, until: datetime, reason: GapReason) -> Gap:
    return Gap(source=f"gdelt, {feed.title}", since=since, until=until, reason=reason)
