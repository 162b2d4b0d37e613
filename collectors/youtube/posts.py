"""A video or a comment becomes a native post. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost

from ..canonical import is_likely, language_code

_VIDEO = re.compile(r"[A-Za-z0-9_-]{6,20}")
_COMMENT = re.compile(r"[A-Za-z0-9_.-]{6,100}")
_LONGEST = 50_000  # characters; YouTube allows 5,000 for a description and 10,000 for a comment
_MENTION = re.compile(r"(?<![\w@./])@(\w[\w.\-·]{1,28}\w)")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'»]")
_WATCH = "https://www.youtube.com/watch?v="

Json = Mapping[str, Any]


def post_id(own: str) -> str:
    """Ids of videos and of comments are YouTube's own and name nobody."""
    return f"youtube:{own}"


def video_of(raw: Any) -> str:
    """The id of a video; raises :class:`UnreadableInput` where it has none."""
    return _id(raw.get("id") if isinstance(raw, dict) else None, _VIDEO)


def is_public(raw: Any) -> bool:
    """Whether a video can be found by everybody: "unlisted" ones are meant for those who have the link."""
    status = raw.get("status") if isinstance(raw, dict) else None
    return not isinstance(status, dict) or status.get("privacyStatus", "public") == "public"


def to_video(raw: Any, at: datetime) -> NativePost:
    """The text is the description. Raises :class:`UnreadableInput` with the reason why this is no video."""
    own, snippet = video_of(raw), _snippet(raw)
    title, text = _text(snippet, "title"), _text(snippet, "description", "")
    counted = raw["statistics"] if isinstance(raw.get("statistics"), dict) else {}
    channel = snippet.get("channelId")
    words = f"{title}\n{text}"
    return NativePost(
        id=post_id(own),
        platform="youtube",
        native_id=own,
        native_url=_WATCH + own,
        url=_WATCH + own,
        author=_author(channel, snippet.get("channelTitle")),
        kind=Kind.POST,
        title=title or None,
        text=text,
        created_at=_moment(snippet, "publishedAt", at),
        fetched_at=at,
        language=language_code(_word(snippet, "defaultLanguage")),
        hashtags=find_hashtags(words),
        mentions=_mentions(words),
        links=tuple(dict.fromkeys(_LINK.findall(text))),
        media=(Media("video"),),
        counts=Counts(
            likes=_count(counted, "likeCount"),
            replies=_count(counted, "commentCount"),
            views=_count(counted, "viewCount"),
        ),
    )


def to_comment(raw: Any, video: str | None, replies: int | None, at: datetime) -> NativePost:
    """``video``: below which it stands, where that is known.

    Raises :class:`UnreadableInput` with the reason why this is no comment.
    """
    own, snippet = _id(raw.get("id") if isinstance(raw, dict) else None, _COMMENT), _snippet(raw)
    # The original is given to everybody or to the author only, as YouTube likes; what is shown was asked for as plain.
    text = _text(snippet, "textOriginal" if isinstance(snippet.get("textOriginal"), str) else "textDisplay")
    where = snippet.get("videoId")
    video = where if isinstance(where, str) and _VIDEO.fullmatch(where) else video
    parent = snippet.get("parentId")
    parent = parent if isinstance(parent, str) and _COMMENT.fullmatch(parent) else None
    written, changed = _moment(snippet, "publishedAt", at), _moment(snippet, "updatedAt", at, needed=False)
    channel = snippet.get("authorChannelId")
    above = parent or video
    address = f"{_WATCH}{video}&lc={own}" if video else None
    return NativePost(
        id=post_id(own),
        platform="youtube",
        native_id=f"{video or ''}/{own}",
        native_url=address,
        url=address,
        author=_author(channel.get("value") if isinstance(channel, dict) else None, snippet.get("authorDisplayName")),
        kind=Kind.COMMENT,
        text=text,
        created_at=written,
        fetched_at=at,
        edited_at=changed if changed != written else None,
        hashtags=find_hashtags(text),
        mentions=_mentions(text),
        links=tuple(dict.fromkeys(_LINK.findall(text))),
        counts=Counts(likes=_count(snippet, "likeCount"), replies=replies),
        in_reply_to=post_id(above) if above else None,
    )


def _snippet(raw: Json) -> Json:
    found = raw.get("snippet")
    if not isinstance(found, dict):
        raise UnreadableInput("it has no 'snippet', which says who wrote it, what and when")
    return found


def _id(value: Any, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise UnreadableInput("it has no id, or one that is none of YouTube's")
    return value


def _text(snippet: Json, name: str, default: str | None = None) -> str:
    value = snippet.get(name, default)
    if not isinstance(value, str):
        raise UnreadableInput(f"its '{name}' is missing or no text")
    if len(value) > _LONGEST:
        raise UnreadableInput(f"its '{name}' has {len(value):,} characters; {_LONGEST:,} are the most")
    return value.replace("\r\n", "\n").strip()


def _word(snippet: Json, name: str) -> str | None:
    value = snippet.get(name)
    return value if isinstance(value, str) else None


def _author(channel: Any, name: Any) -> Author | None:
    """By the id of the channel, which is the same below videos and comments; handles and titles change."""
    if not isinstance(channel, str) or not _COMMENT.fullmatch(channel):
        channel = None
    shown = name if isinstance(name, str) and name else None
    if channel is None:
        return Author(handle=shown.removeprefix("@"), display_name=shown) if shown and shown.strip("@ ") else None
    return Author(handle=channel, display_name=shown, profile_url=f"https://www.youtube.com/channel/{channel}")


def _mentions(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_MENTION.findall(text)))


def _count(raw: Json, name: str) -> int | None:
    """YouTube writes large numbers as text. Hidden ones are left out."""
    value = raw.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else None


def _moment(snippet: Json, name: str, now: datetime, needed: bool = True) -> datetime | None:
    value = snippet.get(name)
    if value is None and not needed:
        return None
    at = read_moment(value)
    if at is None:
        raise UnreadableInput(f"its '{name}' is missing or no time")
    return at if is_likely(at, now) else None


def read_moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
