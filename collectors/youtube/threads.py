"""Comments with their replies. A thread comes with a few of them; the others are asked for, a hundred a request."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from listening.collecting import Gap, GapReason, Page
from listening.errors import UnreadableInput

from ..protocol import Request
from .account import Account
from .reading import letter, read_comments, time_of
from .server import CommentsOff, NotThere, StaleToken, Youtube

_MOST_REPLY_PAGES = 10
"""Of one thread: a thousand replies."""


def read_threads(api: Youtube, raws: Sequence[Any], account: Account, request: Request) -> Page:
    """All comments of threads that answer the query."""
    page = Page()
    for raw in raws:
        snippet = raw.get("snippet") if isinstance(raw, dict) else None
        if not isinstance(snippet, dict):
            broken = letter("thread", raw, None, UnreadableInput("it has no 'snippet'"))
            page = replace(page, unreadable=(*page.unreadable, broken))
            continue
        video = snippet.get("videoId") if isinstance(snippet.get("videoId"), str) else None
        total = snippet.get("totalReplyCount")
        total = total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
        top = snippet.get("topLevelComment")
        replies = _inline(raw)
        gaps: tuple[Gap, ...] = ()
        if total is not None and total > len(replies) and isinstance(top, dict) and isinstance(top.get("id"), str):
            replies, gaps = _all_replies(api, top["id"], replies, total, time_of(raw), account, request)
        found = read_comments([top, *replies], video, [total, *(None for _ in replies)], request)
        posts = {post.id: post for post in (*page.posts, *found.posts)}
        unreadable = (*page.unreadable, *found.unreadable)
        page = Page(posts=tuple(posts.values()), unreadable=unreadable, gaps=(*page.gaps, *gaps))
    return page


def _inline(raw: Any) -> list[Any]:
    beside = raw.get("replies")
    found = beside.get("comments") if isinstance(beside, dict) else None
    return found if isinstance(found, list) else []


def _all_replies(
    api: Youtube,
    top: str,
    inline: list[Any],
    total: int,
    written: datetime | None,
    account: Account,
    request: Request,
) -> tuple[list[Any], tuple[Gap, ...]]:
    replies: list[Any] = []
    token: str | None = None
    try:
        for _ in range(_MOST_REPLY_PAGES):
            account.unit()
            listing = api.replies(top, token, request.now)
            replies += listing.items
            if listing.next_page is None or listing.next_page == token:
                return replies, ()
            token = listing.next_page
    except (NotThere, CommentsOff, StaleToken):
        return [*inline, *replies], ()  # the thread was closed or taken away while it was read
    since = max(written or request.since, datetime(2005, 1, 1, tzinfo=UTC))
    missing = max(0, total - len(replies))
    source = "youtube, replies to one comment"
    gap = Gap(source=source, since=since, until=request.now, reason=GapReason.PAGE_CAP, estimated=missing)
    return replies, (gap,)
