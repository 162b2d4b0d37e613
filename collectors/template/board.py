"""A notice board with a JSON API, as a complete source: settings, collector, one item to one post."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from json import dumps
from typing import Any

from listening.collecting import Cursor, Page, Position, Spent, Unreadable
from listening.errors import ConfigError, TryLater, UnreadableInput
from listening.hashtags import find_hashtags
from listening.platforms.section import Platform
from listening.posts import Author, Counts, NativePost
from listening.privacy import find_mentions

from ..canonical import is_likely, language_code, read_json
from ..html import to_plain
from ..matching import matches
from ..protocol import Request
from ..web import Web


class BoardSettings(Platform):
    """In a platform of yours this stands in ``listening/platforms/<name>.py``."""

    base_url: str = ""


def build(mine: BoardSettings) -> "BoardCollector":
    if not mine.base_url:
        raise ConfigError("The board needs an address: set platforms.board.base_url.")
    return BoardCollector(Web([mine.base_url]), mine.base_url)


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A dead letter, tried again by the code of today."""
    try:
        return Page(posts=(to_post(read_json(raw), at),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))


class BoardCollector:
    """The board gives what was written or edited, oldest change first; so each page is a safe place to resume."""

    platform = "board"

    def __init__(self, web: Web, base_url: str, page_size: int = 100) -> None:
        self._web, self._base, self._size = web, base_url.rstrip("/"), page_size

    def collect(self, request: Request) -> Iterator[Page]:
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        at = (kept.positions.get("changes") if kept else None) or Position(complete="0")
        after, left = int(at.complete or 0), request.limit
        while True:
            answer = self._web.get(f"{self._base}/api/changes?after={after}&limit={self._size}", request.now).json()
            try:
                items, upto, more = list(answer["posts"]), int(answer["upto"]), bool(answer["more"])
            except (TypeError, KeyError, ValueError) as error:
                raise TryLater("The board answers in a shape that is not known: read its changelog.") from error
            page = self._page(items, request)
            if left is None:
                yield replace(page, cursor=Cursor(request.query.revision, {"changes": Position(complete=str(upto))}))
            else:
                yield replace(page, posts=page.posts[:left])
                left -= len(page.posts[:left])
            if not more or left == 0:
                return
            if upto <= after:
                raise TryLater("The board sends us in a circle: its pages do not go on.")
            after = upto

    def _page(self, items: list[Any], request: Request) -> Page:
        posts: dict[str, NativePost] = {}
        unreadable = []
        for item in items:
            try:
                post = to_post(item, request.now)
            except UnreadableInput as error:
                source = f"board, post {item.get('id') if isinstance(item, dict) else '?'}"
                reason = f"{source}: {error}."
                unreadable.append(Unreadable(source=source, raw=dumps(item).encode(), reason=reason))
                continue
            in_time = post.created_at and request.since <= post.created_at < (
                request.until or datetime.max.replace(tzinfo=UTC)
            )
            if in_time and matches(request.query, post):
                posts[post.id] = post
        spent = Spent(requests=1, posts=len(items))
        return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable), spent=spent)


def to_post(raw: Any, now: datetime) -> NativePost:
    """Pure: the same post from the same item on every run. Raises :class:`UnreadableInput` with the reason."""
    try:
        own, plain = int(raw["id"]), to_plain(raw["html"])
        created = datetime.fromisoformat(raw["published"]).astimezone(UTC)
        edited = datetime.fromisoformat(raw["edited"]).astimezone(UTC) if raw["edited"] else None
        handle, likes, language = raw["author"]["name"], raw["likes"], raw["language"]
        if not is_likely(created, now) or not isinstance(handle, str) or type(likes) not in (int, type(None)):
            raise ValueError("its time, author or likes cannot be true")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise UnreadableInput(f"it is no post as the board describes them ({error})") from error
    return NativePost(
        id=f"board:{own}", platform="board", native_id=str(own), native_url=None, url=None,
        author=Author(handle=handle), text=plain.text, links=plain.links, created_at=created, edited_at=edited,
        fetched_at=now, language=language_code(str(language)), hashtags=find_hashtags(plain.text),
        mentions=find_mentions(plain.text), counts=Counts(likes=likes),
    )  # fmt: skip
