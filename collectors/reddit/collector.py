"""Reddit: searches, watched subreddits, and threads, each a stream with a place of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from listening.collecting import Cursor, Page, Position, Removal, RemovalReason
from listening.errors import AccessDenied, ConfigError, RateLimited, TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..failures import together
from ..protocol import Request
from .door import MOST_AT_ONCE, Door
from .plan import Plan, plan_for, with_tags_as_words
from .posts import author_is_gone, is_gone, to_post
from .reading import Reader
from .session import Closed
from .threads import Positions, follow, forget_old, read_threads
from .walking import Stream, Walk

PAGE = MOST_AT_ONCE
OVERLAP = timedelta(hours=1)
"""What was held back is shown later, at its old place, and search learns of a post some minutes late: a finished walk
is gone over again from so much earlier. It also brings the edits and the votes of that hour."""
_MOST_FAULTS = 3
_NEXT_TRY = timedelta(minutes=5)
_NOWHERE = Position()


class RedditCollector:
    """A subreddit that is closed to us does not stop the others: what was said of it is raised at the end."""

    platform = "reddit"

    def __init__(
        self,
        door: Door,
        *,
        subreddits: Sequence[str] = (),
        watched: Sequence[str] = (),
        comments: bool = True,
        hashtags_as_words: bool = False,
        page_size: int = PAGE,
        overlap: timedelta = OVERLAP,
    ) -> None:
        self._door, self._page_size, self._overlap = door, page_size, overlap
        self._subreddits, self._watched = tuple(subreddits), tuple(watched)
        self._comments, self._hashtags_as_words = comments, hashtags_as_words

    def plan(self, query: Query) -> Plan:
        """What is asked of Reddit, and what cannot be."""
        return plan_for(query, self._hashtags_as_words)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by stream. ``complete`` is the newest of a finished walk, ``walk_from`` where an unfinished one
        began and ``walk_at`` how far down it came. Those of threads say how many comments were read."""
        streams = self._streams(self.plan(request.query))
        if not streams:
            raise ConfigError(
                f"Reddit's search cannot be asked for the query '{request.query.text[:80]}': add a word, a phrase or a "
                "hashtag, or name subreddits to be read whole in platforms.reddit.watched_subreddits."
            )
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        forget_old(positions, request.since)
        wanted = with_tags_as_words(request.query) if self._hashtags_as_words else request.query
        reader = Reader(wanted, request.until, request.now)
        left = request.limit
        for page in self._pages(streams, positions, reader, request):
            if left is None:
                yield replace(page, cursor=Cursor(request.query.revision, dict(positions)))
                continue
            yield replace(page, posts=page.posts[:left])
            left -= len(page.posts[:left])
            if left <= 0:
                return

    def still_there(self, id_here: str, native_id: str, now: datetime) -> NativePost | Removal | None:
        """What became of a post that was collected. Raises as :meth:`collect` does."""
        return self.still_there_many({id_here: native_id}, now).get(id_here)

    def still_there_many(self, kept: Mapping[str, str], now: datetime) -> dict[str, NativePost | Removal]:
        """``kept``: our ids → Reddit's. Their present form, or their removal, a hundred a request; what could not be
        told is left out. A post whose account was deleted goes too: Reddit asks for all that was its author's."""
        answers: dict[str, NativePost | Removal] = {}
        asked = [(here, native) for here, native in kept.items() if native[:3] in ("t1_", "t3_")]
        for start in range(0, len(asked), MOST_AT_ONCE):
            batch = asked[start : start + MOST_AT_ONCE]
            there = self._door.things([native for _, native in batch], now)
            for here, native in batch:
                raw = there.get(native)
                if raw is None or is_gone(raw) or author_is_gone(raw):
                    answers[here] = Removal(here, RemovalReason.DELETED)
                    continue
                try:
                    answers[here] = to_post(raw, now)
                except UnreadableInput:
                    continue  # it is there, in a form of tomorrow: nothing is known of it
        return answers

    def _pages(
        self, streams: Sequence[Stream], positions: Positions, reader: Reader, request: Request
    ) -> Iterator[Page]:
        failures: list[TryLater | AccessDenied] = []
        faults = 0
        for stream in streams:
            walk = Walk(self._door, stream, reader, request.since, self._overlap, self._page_size)
            try:
                for page, position in walk.pages(positions.get(stream.key) or _NOWHERE):
                    positions[stream.key] = position
                    if self._comments and stream.timed:  # comments of watched subreddits have a stream of their own
                        follow(positions, reader)
                    yield page
            except Closed as error:
                failures.append(error)
            except (RateLimited, AccessDenied):
                raise  # it would say so of every stream
            except TryLater as error:
                failures.append(error)
                faults += 1
                if faults == _MOST_FAULTS:
                    break
        if self._comments and not faults:
            yield from read_threads(self._door, positions, reader)
        if failures:
            answered = len(failures) < len(streams)
            raise together(failures, answered, request.now + _NEXT_TRY)

    def _streams(self, plan: Plan) -> list[Stream]:
        streams = []
        for place in self._subreddits or (None,):
            for number, query in enumerate(plan.queries, 1):
                params = {"q": query, "sort": "new", "type": "link", "include_over_18": "on"}
                key = f"search {f'r/{place}' if place else 'all'} {number}"
                if place:
                    params["restrict_sr"] = "on"
                path = f"r/{place}/search" if place else "search"
                streams.append(Stream(key, path, f"r/{place}" if place else "Reddit", params, timed=True))
        for place in self._watched:
            streams.append(Stream(f"new r/{place}", f"r/{place}/new", f"r/{place}", {}))
            if self._comments:
                streams.append(Stream(f"comments r/{place}", f"r/{place}/comments", f"r/{place}", {}))
        return streams
