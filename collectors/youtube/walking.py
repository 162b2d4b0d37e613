"""Two ways down from the newest: by time (searches), and by the names that pages have (lists and comments)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from listening.collecting import Gap, GapReason, Page, Position, Unreadable
from listening.errors import TryLater

from ..protocol import Request
from .account import Account
from .reading import ids_of, read_videos, time_of
from .server import CommentsOff, Listing, NotThere, StaleToken, Youtube

FULL = 450
"""YouTube's search ends near 500 results, whatever there is. Where it ends later than here, it is asked for what is
older still."""
OVERLAP = timedelta(hours=6)
"""Search learns of some videos hours late."""
_PATIENCE = timedelta(days=1)
"""A walk that the quota stopped goes on the next day; one that is older is given up, for what is new matters more."""
_SECOND = timedelta(seconds=1)
_MOST_PAGES = 200

Step = tuple[Page, Position]


@dataclass(frozen=True, slots=True)
class Place:
    """A walk from ``top`` down to ``floor``. ``at`` is how far it came, if it began in an earlier run;
    ``token`` is what else is known of that point."""

    floor: datetime
    done: datetime
    top: datetime
    at: datetime | None
    token: str | None


def _place(before: Position, overlap: timedelta, request: Request) -> Place:
    done = _time(before.complete)
    at, _, token = (before.walk_at or "").partition(" ")
    top = _time(before.walk_from)
    return Place(
        floor=max(request.since, done - overlap) if done else request.since,
        done=done or request.since,
        top=top or min(request.until or request.now, request.now),
        at=_time(at) if top else None,
        token=token or None if top else None,
    )


def _given_up(source: str, place: Place, request: Request) -> Step | None:
    """The step over a walk that is too old; None for one that may go on."""
    if place.at is None or request.now - place.top <= _PATIENCE:
        return None
    gap = Gap(source=source, since=min(place.done, place.at), until=place.at, reason=GapReason.BUDGET)
    return Page(gaps=(gap,)), Position(complete=place.top.isoformat())


def search_walk(
    api: Youtube, words: str, before: Position, account: Account, most: int, request: Request
) -> Iterator[Step]:
    """Videos that a search finds, with their whole texts."""
    place = _place(before, OVERLAP, request)
    if step := _given_up("youtube, search", place, request):
        yield step
        before = step[1]
        place = _place(before, OVERLAP, request)
    # What was read of the seconds at which the walk stands: other videos of them may be on the page below.
    read = {name: place.at or place.top for name in (place.token or "").split(",") if name}
    at, token, seen, chain = place.at, None, set[str](), 0
    end = place.at + _SECOND if place.at else place.top
    while end > place.floor:
        account.search()
        listing = api.search(words, place.floor, end, token, most, request.now)
        chain += len(listing.items)
        page = _videos(api, [raw for raw in listing.items if _name(raw) not in read], account, request)
        oldest = min((when for raw in listing.items if (when := time_of(raw)) and when >= place.floor), default=None)
        at = min(at, oldest) if at and oldest else at or oldest
        read |= {_name(raw): time_of(raw) or place.top for raw in listing.items}
        read = {name: when for name, when in read.items() if name and at and when <= at + _SECOND}
        token = _onward(listing, seen)
        if token is None:
            stuck = at is None or at + _SECOND >= end
            if chain < FULL or at is None or stuck:
                gaps = (_cap(place, at),) if chain >= FULL and at and at > place.done else ()
                yield replace(page, gaps=gaps), Position(complete=place.top.isoformat())
                return
            end, chain = at + _SECOND, 0
            seen.clear()  # its names of pages are the same for every search
        walk_at = f"{(at or end).isoformat()} {','.join(sorted(read))}"
        yield page, Position(complete=before.complete, walk_from=place.top.isoformat(), walk_at=walk_at)
    yield Page(), Position(complete=place.top.isoformat())


def list_walk(
    source: str,
    fetch: Callable[[str | None], Listing],
    read: Callable[[Sequence[Any]], Page],
    before: Position,
    overlap: timedelta,
    account: Account,
    request: Request,
) -> Iterator[Step]:
    """A list that is newest-first, and whose pages have names only."""
    place = _place(before, overlap, request)
    if step := _given_up(source, place, request):
        yield step
        before = step[1]
        place = _place(before, overlap, request)
    at, token, seen = place.at or place.top, place.token, set[str]()
    for _ in range(_MOST_PAGES):
        account.unit()
        try:
            listing = fetch(token)
        except StaleToken as error:
            if token is None:
                raise TryLater("YouTube refuses a page that was never asked for: stopped there.") from error
            token = None  # from the top again: what is read twice is saved once
            continue
        except CommentsOff:
            listing = Listing((), None)
        page = read(listing.items)
        times = [when for raw in listing.items if (when := time_of(raw))]
        token = _onward(listing, seen)
        if token is None or (times and max(times) < place.floor):
            yield page, Position(complete=place.top.isoformat())
            return
        at = min([at, *times])
        walk_at = f"{at.isoformat()} {token}"
        yield page, Position(complete=before.complete, walk_from=place.top.isoformat(), walk_at=walk_at)


def read_uploads(api: Youtube, account: Account, request: Request) -> Callable[[Sequence[Any]], Page]:
    """For :func:`list_walk` over the videos of a channel."""
    return lambda raws: _videos(api, raws, account, request)


def playlist_page(api: Youtube, name: str, most: int, now: datetime) -> Callable[[str | None], Listing]:
    def fetch(token: str | None) -> Listing:
        try:
            return api.playlist(name, token, most, now)
        except NotThere:
            return Listing((), None)  # a channel without any video has no list of them

    return fetch


def _videos(api: Youtube, raws: Sequence[Any], account: Account, request: Request) -> Page:
    ids, broken = ids_of(raws)
    page = Page()
    if ids:
        account.unit()
        page = read_videos(api.videos(ids, request.now), request)
    letters: tuple[Unreadable, ...] = (*broken, *page.unreadable)
    return replace(page, unreadable=letters)


def _onward(listing: Listing, seen: set[str]) -> str | None:
    token = listing.next_page
    if token in seen:
        raise TryLater("YouTube gives the same page again, however often it is asked: stopped there.")
    if token:
        seen.add(token)
    return token


def _name(raw: Any) -> str:
    return next(iter(ids_of([raw])[0]), "")


def _cap(place: Place, at: datetime) -> Gap:
    """More videos in one second than search gives."""
    return Gap(source="youtube, search", since=place.done, until=at, reason=GapReason.PAGE_CAP)


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except ValueError:
        return None
