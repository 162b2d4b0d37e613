"""What an answer holds for a query: posts that match, and letters for what could not be read."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.posts import NativePost

from ..canonical import read_json
from ..matching import matches
from ..protocol import Request
from .posts import is_public, read_moment, to_comment, to_video, video_of


def read_videos(raws: Sequence[Any], request: Request) -> Page:
    """Of videos as they are asked for by id."""
    posts, unreadable, withheld = dict[str, NativePost](), list[Unreadable](), 0
    for raw in raws:
        if not is_public(raw):
            withheld += 1
            continue
        try:
            post = to_video(raw, request.now)
        except UnreadableInput as error:
            unreadable.append(letter("video", raw, None, error))
            continue
        if is_wanted(post, request):
            posts[post.id] = post
    return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable), withheld=withheld)


def read_comments(raws: Sequence[Any], video: str | None, counts: Sequence[int | None], request: Request) -> Page:
    """``counts``: the number of replies to each, where that is known."""
    posts, unreadable = dict[str, NativePost](), list[Unreadable]()
    for raw, replies in zip(raws, counts, strict=True):
        try:
            post = to_comment(raw, video, replies, request.now)
        except UnreadableInput as error:
            unreadable.append(letter("comment", raw, video, error))
            continue
        if is_wanted(post, request):
            posts[post.id] = post
    return Page(posts=tuple(posts.values()), unreadable=tuple(unreadable))


def ids_of(raws: Sequence[Any]) -> tuple[list[str], tuple[Unreadable, ...]]:
    """The videos that results of a search (or entries of a list) stand for."""
    ids, unreadable = dict[str, None](), list[Unreadable]()
    for raw in raws:
        inner = raw.get("contentDetails") or raw.get("id") if isinstance(raw, dict) else None
        try:
            ids[video_of({"id": inner.get("videoId") if isinstance(inner, dict) else None})] = None
        except UnreadableInput as error:
            unreadable.append(letter("video", raw, None, error))
    return list(ids), tuple(unreadable)


def time_of(raw: Any) -> datetime | None:
    """When a search result, an entry of a list or the comment on top of a thread was published."""
    if not isinstance(raw, dict):
        return None
    snippet, details = raw.get("snippet"), raw.get("contentDetails")
    if isinstance(details, dict) and (at := read_moment(details.get("videoPublishedAt"))):
        return at
    if not isinstance(snippet, dict):
        return None
    top = snippet.get("topLevelComment")
    inner = top.get("snippet") if isinstance(top, dict) else snippet
    return read_moment(inner.get("publishedAt")) if isinstance(inner, dict) else None


def is_wanted(post: NativePost, request: Request) -> bool:
    at = post.created_at
    in_time = at is None or (at >= request.since and (request.until is None or at < request.until))
    return in_time and matches(request.query, post)


def letter(kind: str, raw: Any, video: str | None, error: UnreadableInput) -> Unreadable:
    """What a dead letter needs to be read again."""
    own = raw.get("id") if isinstance(raw, dict) else None
    source = f"YouTube, {kind} {own[:100] if isinstance(own, str) else 'without id'}"
    try:
        body = json.dumps({"kind": kind, "video": video, "item": raw}).encode()
    except RecursionError:
        body = b"nested too deeply to be written down"
    return Unreadable(source=source, raw=body, reason=f"{source}: {error}.")


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A video or a comment that could not be read, tried again."""
    try:
        kept = read_json(raw)
        if not isinstance(kept, dict):
            raise UnreadableInput("it is not an object")
        item, video = kept.get("item"), kept.get("video")
        if kept.get("kind") == "comment":
            return Page(posts=(to_comment(item, video if isinstance(video, str) else None, None, at),))
        return Page(posts=(to_video(item, at),)) if is_public(item) else Page(withheld=1)
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
