"""YouTube: searches, which are few a day, and known channels, which are nearly free."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from listening.collecting import Cursor, Page, Position, Removal, RemovalReason, Spent
from listening.errors import AccessDenied, ConfigError, RateLimited, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..protocol import Request
from . import account as accounts
from .account import Account
from .posts import is_public, to_comment, to_video
from .query import Plan, plan_for
from .server import MOST_IDS, NotThere, Youtube
from .threads import read_threads
from .walking import Step, list_walk, playlist_page, read_uploads, search_walk

PAGE = 50
AGAIN = timedelta(days=1)
"""Comments of the last day are read again: for their replies, their edits and their likes."""
_NEXT_TURN = timedelta(minutes=30)


class YoutubeCollector:
    """``searches`` and ``units`` are what a brand may use a day. Positions are by stream; one more says what was used.

    Where the searches of the day are used up, the channels go on being read, and what search finds waits for the next
    day; what waited for longer than a day is given up and becomes a gap.
    """

    platform = "youtube"

    def __init__(
        self,
        api: Youtube,
        *,
        channels: Sequence[str] = (),
        searches: int = 50,
        units: int = 4_000,
        page_size: int = PAGE,
    ) -> None:
        self._api, self._channels = api, tuple(dict.fromkeys(channels))
        self._searches, self._units, self._page_size = searches, units, page_size

    def plan(self, query: Query) -> Plan:
        """What is asked of YouTube, and what cannot be."""
        return plan_for(query)

    def collect(self, request: Request) -> Iterator[Page]:
        """``complete`` of a stream is the time up to which it was read, ``walk_from`` where an unfinished walk began,
        and ``walk_at`` how far down it came."""
        plan = self.plan(request.query)
        if not self._channels and not (plan.searches and self._searches):
            raise ConfigError(
                f"YouTube must be asked for words, and the query '{request.query.text[:80]}' can do without any: add a "
                "word, a phrase or a hashtag, or name channels in platforms.youtube.channels."
            )
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        account = Account(request.now, self._searches, self._units)
        account.remember(positions.get(accounts.KEY))
        left, asked = request.limit, self._api.requests
        for page in self._pages(plan, positions, account, request):
            positions[accounts.KEY] = account.position
            spent = Spent(requests=self._api.requests - asked, posts=len(page.posts))
            asked = self._api.requests
            if left is None:
                yield replace(page, spent=spent, cursor=Cursor(request.query.revision, dict(positions)))
                continue
            yield replace(page, spent=spent, posts=page.posts[:left])
            left -= len(page.posts[:left])
            if left <= 0:
                return

    def still_there(self, id_here: str, native_id: str, now: datetime) -> NativePost | Removal | None:
        """What became of a post that was collected. Raises as :meth:`collect` does."""
        return self.still_there_many({id_here: native_id}, now).get(id_here)

    def still_there_many(self, kept: Mapping[str, str], now: datetime) -> dict[str, NativePost | Removal]:
        """``kept``: our ids → YouTube's. Their present form, or their removal, fifty a request (one unit); what could
        not be told is left out."""
        answers: dict[str, NativePost | Removal] = {}
        for comments in (False, True):
            asked = {here: own for here, own in kept.items() if ("/" in own) == comments}
            for start in range(0, len(asked), MOST_IDS):
                batch = dict(list(asked.items())[start : start + MOST_IDS])
                answers |= self._ask_again(batch, comments, now)
        return answers

    def _ask_again(self, batch: Mapping[str, str], comments: bool, now: datetime) -> dict[str, NativePost | Removal]:
        answers: dict[str, NativePost | Removal] = {}
        ids = {here: own.rpartition("/")[2] for here, own in batch.items()}
        ask = self._api.comments if comments else self._api.videos
        try:
            found = ask(list(ids.values()), now)
        except NotThere:
            found = ()  # of comments, YouTube says so where none of them is left
        there = {raw["id"]: raw for raw in found if isinstance(raw, dict) and isinstance(raw.get("id"), str)}
        for here, own in ids.items():
            raw = there.get(own)
            if raw is None:
                answers[here] = Removal(here, RemovalReason.DELETED)
            elif not comments and not is_public(raw):
                answers[here] = Removal(here, RemovalReason.WITHDRAWN)
            else:
                try:
                    video = batch[here].rpartition("/")[0] or None
                    answers[here] = to_comment(raw, video, None, now) if comments else to_video(raw, now)
                except UnreadableInput:
                    continue  # it is there, in a form of tomorrow: nothing is known of it
        return answers

    def _pages(self, plan: Plan, positions: dict[str, Position], account: Account, request: Request) -> Iterator[Page]:
        used_up: accounts.Spent | None = None
        if self._searches:
            try:
                for words in plan.searches:
                    key = f"search {sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
                    before = positions.get(key, Position())
                    steps = search_walk(self._api, words, before, account, self._page_size, request)
                    yield from _kept(steps, key, positions)
            except accounts.Spent as error:
                used_up = error
                account.no_more_searches()
        yield from self._of_channels(positions, account, request)
        if used_up:
            yield Page()  # what YouTube said of the day is remembered
            until = min(used_up.until or request.now, request.now + _NEXT_TURN) if self._channels else used_up.until
            raise RateLimited(used_up.sentence, until)

    def _of_channels(self, positions: dict[str, Position], account: Account, request: Request) -> Iterator[Page]:
        if not self._channels:
            return
        uploads: dict[str, str] = {}
        for start in range(0, len(self._channels), MOST_IDS):
            account.unit()
            uploads |= self._api.uploads(self._channels[start : start + MOST_IDS], request.now)
        api, most, now = self._api, self._page_size, request.now
        for channel in self._channels:
            if channel not in uploads:
                continue
            key = f"uploads {channel}"
            videos, read = playlist_page(api, uploads[channel], most, now), read_uploads(api, account, request)
            before = positions.get(key, Position())
            source = f"youtube, videos of {channel}"
            yield from _kept(list_walk(source, videos, read, before, AGAIN, account, request), key, positions)
            key, source = f"comments {channel}", f"youtube, comments of {channel}"
            before = positions.get(key, Position())
            steps = list_walk(
                source,
                lambda token, channel=channel: api.threads(channel, token, most, now),  # type: ignore[misc]
                lambda raws: read_threads(api, raws, account, request),
                before,
                AGAIN,
                account,
                request,
            )
            yield from _kept(steps, key, positions)
        gone = [channel for channel in self._channels if channel not in uploads]
        if gone:
            names = ", ".join(gone[:5])
            raise AccessDenied(f"YouTube has no channel {names} (any more): mend platforms.youtube.channels.")


def _kept(steps: Iterator[Step], key: str, positions: dict[str, Position]) -> Iterator[Page]:
    for page, position in steps:
        positions[key] = position
        yield page
