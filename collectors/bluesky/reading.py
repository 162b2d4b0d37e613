"""One slice of a stream, from a cursor until it has caught up or has read enough."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.collecting import Cursor, Gap, GapReason, Page, Position, Spent
from listening.errors import TryLater
from listening.posts import NativePost

from ..protocol import Request
from .appview import AppView, with_followers
from .folding import Stretch
from .needles import Needles
from .progress import Hole, Progress
from .stream import Silent, Stream
from .wires import Wire, microseconds, moment

_LOOKBACK = timedelta(hours=36)
"""What hosts keep (github.com/bluesky-social/jetstream, docs/README.md 5.1, November 2026). An older cursor is moved up
to there, on v1 without a word."""
_CREATE = re.compile(rb'"operation"\s*:\s*"create"')
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """How much is read in one run, and how long a host may say nothing. ``page``: events a page."""

    page: int = 5_000
    events: int = 400_000
    seconds: float = 240.0
    silence: float = 15.0
    quiet: timedelta = timedelta(minutes=10)


def reached(position: Position) -> int:
    """The time of a position, 0 for one that holds none."""
    text = position.walk_at or position.complete or ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0


def read(
    stream: Stream,
    wire: Wire,
    appview: AppView | None,
    size: Slice,
    host: str,
    at: int,
    positions: dict[str, Position],
    request: Request,
) -> Iterator[Page]:
    """Pages until now; raises :class:`TryLater` after the last whole one where the stream breaks off."""
    needles, source = Needles(request.query), stream.host
    before = min(max(map(reached, positions.values()), default=0), microseconds(request.now))
    progress = Progress(at, microseconds(request.now), size.quiet // _MICROSECOND)
    ends = time.monotonic() + size.seconds
    stretch, gaps, count = Stretch(request), list[Gap](), 0
    problem: TryLater | None = None
    silent = False

    def page(finished: bool) -> Page:
        cursor = None
        if progress.at >= before or finished:
            here = str(max(progress.at, before))
            positions[host] = Position(complete=here) if finished else Position(walk_at=here)
            cursor = Cursor(request.query.revision, dict(positions))
        asked = appview.requests if appview else 0
        posts, withheld = _with_authors(tuple(stretch.posts.values()), appview, request.now)
        return Page(
            posts=posts,
            removed_if_kept=tuple(stretch.removed.values()),
            removed_authors=tuple(stretch.authors.values()),
            unreadable=tuple(stretch.unreadable),
            gaps=tuple(gaps),
            withheld=withheld,
            spent=Spent(requests=(appview.requests - asked if appview else 0) + (count <= size.page), posts=len(posts)),
            cursor=cursor,
        )

    try:
        for frame in stream.frames():
            count += 1
            seen = wire.seen(frame)
            if seen is None or not _CREATE.search(frame) or needles.may_match(frame):
                event = stretch.fold(frame, wire.read, source)
                if event is not None and event.what == "error":
                    problem = TryLater(f"{source} ended the stream ({event.name}): the rest is read next time.")
                    break
                seen = event.seen if event else None
            if seen is not None and (hole := progress.heard(seen)):
                gaps.append(_gap(hole, at, source, request.now))
            if progress.caught_up or (count >= size.events and progress.at >= before):
                break
            # What is gone over again goes as a whole: a page that ends between a post and its deletion, and is the
            # last one, would bring the post back.
            if count % size.page == 0 and progress.at >= before:
                yield page(finished=False)
                stretch, gaps = Stretch(request), []
                if time.monotonic() >= ends:
                    break
    except Silent as error:
        silent = True  # all that the host has was heard
        if progress.behind > size.quiet // _MICROSECOND:
            since = f"{moment(progress.at):%Y-%m-%d %H:%M} UTC"
            problem = TryLater(f"{error} All until {since} was heard: it is tried again from there.")
    except TryLater as error:
        problem = error
    if silent or progress.at >= before:
        yield page(finished=progress.caught_up)
    if problem is not None:
        raise problem


def _gap(hole: Hole, began: int, source: str, now: datetime) -> Gap:
    since = moment(hole.since)
    too_old = hole.since == began and since < now - _LOOKBACK
    return Gap(
        source=f"bluesky, {source}",
        since=since,
        until=moment(hole.until),
        reason=GapReason.HISTORY_WINDOW if too_old else GapReason.OUTAGE,
    )


def _with_authors(
    posts: tuple[NativePost, ...], appview: AppView | None, now: datetime
) -> tuple[tuple[NativePost, ...], int]:
    """Posts with their authors' followers, without those of authors who want to be left out; and how many these are."""
    if appview is None or not posts:
        return posts, 0
    profiles = appview.profiles((post.author.handle for post in posts if post.author), now)
    wants_out = {did for did, profile in profiles.items() if profile.wants_out}
    kept = [with_followers(post, profiles) for post in posts if not post.author or post.author.handle not in wants_out]
    return tuple(kept), len(posts) - len(kept)
