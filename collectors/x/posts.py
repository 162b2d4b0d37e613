"""A post of X becomes a native post. Pure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags, unique_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost

from ..canonical import is_likely, language_code, web_address
from .answers import Includes, Json, attached, references
from .ids import read_id, time_of

_LONGEST = 200_000  # characters; X allows 25,000, and a reader should have a bound
_UNKNOWN = frozenset({"und", "qam", "qct", "qht", "qme", "qst", "zxx", "art"})
"""X's words for "no language": undetermined, only mentions, cashtags, hashtags, media links, very short, none."""
_OLD_CODES = {"iw": "he", "in": "id", "ji": "yi"}
_EVERYWHERE = frozenset({"XX", "XY"})
"""Withheld in all countries; withheld for copyright."""
_PERMALINK = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:twitter|x)\.com/(?:[A-Za-z0-9_]{1,15}|i/web)/status/(\d{1,19})[^\s]*"
)


def post_id(native_id: str) -> str:
    return f"x:{native_id}"


def is_withheld(raw: Any, includes: Includes) -> bool:
    """Whether the post is not public: its author's account is protected, or it is withheld everywhere."""
    if not isinstance(raw, dict):
        return False
    shown = [raw, *(includes.posts.get(key) for kind, key in references(raw).items() if kind == "retweeted")]
    return any(_is_kept_back(post, includes) for post in shown if isinstance(post, dict))


def _is_kept_back(raw: Json, includes: Includes) -> bool:
    author = includes.users.get(str(raw.get("author_id")), {})
    for thing in (raw, author):
        withheld = thing.get("withheld")
        if isinstance(withheld, dict):
            countries = withheld.get("country_codes")
            named = {code for code in countries if isinstance(code, str)} if isinstance(countries, list) else set()
            if withheld.get("copyright") is True or named & _EVERYWHERE:
                return True
    return author.get("protected") is True


def to_post(raw: Any, includes: Includes, at: datetime) -> NativePost:
    """Raises :class:`UnreadableInput` with the reason why this is no post."""
    if not isinstance(raw, dict):
        raise UnreadableInput("it is not an object")
    own = read_id(raw.get("id"))
    if own is None:
        raise UnreadableInput("its 'id' is missing or no number")
    if not isinstance(raw.get("text"), str):
        raise UnreadableInput("its text ('text') is missing or no text")
    if read_id(raw.get("author_id")) is None:
        raise UnreadableInput("it has no author ('author_id')")
    first = _first_version(raw) or own
    written = _moment(raw, at)
    refers = references(raw)
    original = includes.posts.get(refers.get("retweeted", ""))
    # X shortens the text of a repost; that of the original is whole, and so is what hangs on it.
    shown = original if original is not None and isinstance(original.get("text"), str) else raw
    text, entities = _whole_text(shown)
    links = tuple(dict.fromkeys(_links(entities)))
    tags = (tag.get("tag") for tag in _objects(entities, "hashtags"))
    author = _author(str(raw["author_id"]), includes)
    media = attached(shown, "media_keys") or attached(raw, "media_keys")
    return NativePost(
        id=post_id(str(first)),
        platform="x",
        native_id=str(own),
        native_url=f"https://x.com/{author.handle}/status/{own}" if author.profile_url else None,
        url=f"https://x.com/i/status/{own}",  # leads to the post, and names nobody
        author=author,
        kind=_kind(refers),
        text=text,
        title=_title(shown),
        created_at=_likely(time_of(first), at) if first != own else written,
        fetched_at=at,
        edited_at=written if first != own else None,
        language=_language(shown.get("lang")),
        hashtags=unique_hashtags((*find_hashtags(text), *(tag for tag in tags if isinstance(tag, str)))),
        mentions=tuple(dict.fromkeys(_mentions(entities))),
        links=links,
        media=(*(_media(key, includes) for key in media), *_polls(shown, includes)),
        # What X counts for a repost are the original's: they would be summed twice.
        counts=Counts() if "retweeted" in refers else _counts(raw),
        in_reply_to=_referred("replied_to", refers, includes),
        reposted=_referred("retweeted", refers, includes),
        quoted=_referred("quoted", refers, includes),
    )


def _first_version(raw: Json) -> int | None:
    """An edited post is a new post to X; the id of its first version is ours."""
    history = raw.get("edit_history_tweet_ids")
    ids = [read_id(item) for item in history] if isinstance(history, list) else []
    return min((item for item in ids if item is not None), default=None)


def _kind(refers: dict[str, str]) -> Kind:
    if "retweeted" in refers:
        return Kind.REPOST
    return Kind.QUOTE if "quoted" in refers else Kind.REPLY if "replied_to" in refers else Kind.POST


def _referred(kind: str, refers: dict[str, str], includes: Includes) -> str | None:
    key = refers.get(kind)
    if key is None:
        return None
    first = _first_version(includes.posts.get(key, {}))
    return post_id(str(first) if first is not None else key)


def _whole_text(raw: Json) -> tuple[str, Json]:
    """The text without X's shortening of texts and addresses, and what X found in it."""
    note = raw.get("note_tweet")
    long = note if isinstance(note, dict) and isinstance(note.get("text"), str) else None
    text = long["text"] if long else raw["text"]
    # X writes these three as HTML does, and nothing else; the last must be the ampersand.
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if len(text) > _LONGEST:
        raise UnreadableInput(f"its text has {len(text):,} characters; {_LONGEST:,} are the most")
    entities = long.get("entities") if long and isinstance(long.get("entities"), dict) else raw.get("entities")
    entities = entities if isinstance(entities, dict) else {}
    swaps: dict[str, str] = {}
    for item in _objects(entities, "urls"):
        short = item.get("url")
        if isinstance(short, str) and short.startswith(("https://t.co/", "http://t.co/")):
            swaps[short] = _address(item) or ("" if _is_media(item) else short)
    for short in sorted(swaps, key=len, reverse=True):
        text = text.replace(short, swaps[short])
    return text.strip(), entities


def _is_media(item: Json) -> bool:
    return isinstance(item.get("media_key"), str)


def _address(item: Json) -> str | None:
    """Where a link leads, None for the links by which X hangs media on a post. Links to posts name nobody."""
    if _is_media(item):
        return None
    address = web_address(item.get("unwound_url")) or web_address(item.get("expanded_url"))
    return _PERMALINK.sub(r"https://x.com/i/status/\1", address) if address else None


def _links(entities: Json) -> Iterator[str]:
    for item in _objects(entities, "urls"):
        if address := _address(item):
            yield address


def _mentions(entities: Json) -> Iterator[str]:
    for item in _objects(entities, "mentions"):
        name = item.get("username")
        if isinstance(name, str) and name:
            yield name


def _author(key: str, includes: Includes) -> Author:
    user = includes.users.get(key, {})
    handle, name = user.get("username"), user.get("name")
    if not isinstance(handle, str) or not handle:
        return Author(handle=f"id:{key}")  # X did not say; the number at least tells authors apart
    metrics = user.get("public_metrics")
    return Author(
        handle=handle,
        display_name=name if isinstance(name, str) and name else None,
        profile_url=f"https://x.com/{handle}",
        followers=_count(metrics, "followers_count"),
    )


def _media(key: str, includes: Includes) -> Media:
    found = includes.media.get(key, {})
    kind, alt = found.get("type"), found.get("alt_text")
    return Media(
        kind.replace("_", " ") if isinstance(kind, str) and kind else "unknown",
        alt if isinstance(alt, str) and alt else None,
    )


def _polls(raw: Json, includes: Includes) -> Iterator[Media]:
    """What can be voted for is described beside the text, as what can be seen."""
    for key in attached(raw, "poll_ids"):
        labels = [item.get("label") for item in _objects(includes.polls.get(key, {}), "options")]
        yield Media("poll", " / ".join(label for label in labels if isinstance(label, str)) or None)


def _title(raw: Json) -> str | None:
    article = raw.get("article")
    title = article.get("title") if isinstance(article, dict) else None
    return title.strip() or None if isinstance(title, str) else None


def _language(word: Any) -> str | None:
    code = language_code(word if isinstance(word, str) else None)
    return None if code is None or code in _UNKNOWN else _OLD_CODES.get(code, code)


def _counts(raw: Json) -> Counts:
    given = raw.get("public_metrics")
    return Counts(
        likes=_count(given, "like_count"),
        reposts=_count(given, "retweet_count"),
        replies=_count(given, "reply_count"),
        quotes=_count(given, "quote_count"),
        views=_count(given, "impression_count"),
    )


def _count(given: Any, name: str) -> int | None:
    value = given.get(name) if isinstance(given, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _objects(raw: Json, name: str) -> list[dict[str, Any]]:
    found = raw.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _moment(raw: Json, now: datetime) -> datetime | None:
    """A time that can be true, in UTC."""
    value = raw.get("created_at")
    try:
        at = datetime.fromisoformat(value if isinstance(value, str) else "")
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableInput("its 'created_at' is missing or no time") from error
    return _likely(at, now)


def _likely(at: datetime | None, now: datetime) -> datetime | None:
    return at if at is not None and is_likely(at, now) else None
