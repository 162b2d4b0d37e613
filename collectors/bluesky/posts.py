"""A post record becomes a native post. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags, unique_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost

from ..canonical import hashed_id, is_likely, language_code, web_address
from .events import POSTS

_MAX_TEXT = 30_000  # characters; Bluesky allows 3,000 bytes
_MAX_LIST = 1_000

Json = Mapping[str, Any]


def post_id(uri: str) -> str:
    """By the ``at://`` address, which names its author and is therefore hashed."""
    return hashed_id("bluesky", uri)


def to_post(
    record: Any,
    uri: str,
    *,
    at: datetime,
    seen: datetime | None,
    edited_at: datetime | None = None,
    followers: int | None = None,
    counts: Counts | None = None,
) -> NativePost:
    """``seen``: when the network saw it first. The author is known by the DID: handles change, and no event has one.

    Raises :class:`UnreadableInput` with the reason why this is no post.
    """
    if not isinstance(record, dict):
        raise UnreadableInput("it has no 'record'")
    written = record.get("text")
    if not isinstance(written, str):
        raise UnreadableInput("its text ('record.text') is missing or no text")
    if len(written) > _MAX_TEXT:
        raise UnreadableInput(f"its text has {len(written):,} characters; {_MAX_TEXT:,} are the most")
    did, rkey = _parts(uri)
    features = list(_features(record, written))
    text = written.strip()
    said = [tag for kind, tag, _ in features if kind == "tag"]
    said += [tag for tag in _list(record, "tags") if isinstance(tag, str)]
    embeds = list(_embeds(record.get("embed")))
    cards = [web_address(_object(embed, "external").get("uri")) for embed in embeds]
    links = [web_address(link) for kind, link, _ in features if kind == "link"]
    quoted = next((found for embed in embeds if (found := _quoted(embed))), None)
    parent = _address(_object(_object(record, "reply"), "parent").get("uri"))
    named = [_named(who, as_written) for kind, who, as_written in features if kind == "mention"]
    langs = _list(record, "langs")
    return NativePost(
        id=post_id(uri),
        platform="bluesky",
        native_id=uri,
        native_url=f"https://bsky.app/profile/{did}/post/{rkey}",
        url=None,  # every permalink names the author
        author=Author(handle=did, profile_url=f"https://bsky.app/profile/{did}", followers=followers),
        kind=Kind.QUOTE if quoted else Kind.REPLY if parent else Kind.POST,
        text=text,
        created_at=_created(record.get("createdAt"), seen, at),
        fetched_at=at,
        edited_at=edited_at,
        language=language_code(langs[0]) if langs and isinstance(langs[0], str) else None,
        hashtags=unique_hashtags((*find_hashtags(text), *said)),
        mentions=tuple(dict.fromkeys(named)),
        links=tuple(dict.fromkeys(link for link in (*links, *cards) if link)),
        media=(*(item for embed in embeds for item in _media(embed)), *_labels(record)),
        counts=counts or Counts(),
        in_reply_to=post_id(parent) if parent else None,
        quoted=post_id(quoted) if quoted else None,
    )


def _parts(uri: str) -> tuple[str, str]:
    parts = uri.removeprefix("at://").split("/")
    if not uri.startswith("at://did:") or len(parts) != 3 or not all(parts):
        raise UnreadableInput("its address is none of a record ('at://…')")
    return parts[0], parts[2]


def _created(written: object, seen: datetime | None, now: datetime) -> datetime | None:
    """What the author's program says, unless it is later than when the network saw it: it may say what it wants."""
    sane = [at for at in (read_time(written), seen) if at is not None and is_likely(at, now)]
    return min(sane, default=None)


def read_time(written: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(written if isinstance(written, str) else "")
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _features(record: Json, text: str) -> Iterator[tuple[str, str, str]]:
    """(kind, what it points to, the text it stands on) of links, tags and mentions; offsets count bytes of UTF-8."""
    facets = [facet for facet in _list(record, "facets") if isinstance(facet, dict)]
    body = text.encode("utf-8", "surrogatepass") if facets else b""
    for facet in facets:
        index = _object(facet, "index")
        start, end = (index.get(name) for name in ("byteStart", "byteEnd"))
        whole = isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(body)
        under = body[start:end].decode("utf-8", "replace") if whole else ""
        for feature in _list(facet, "features"):
            if isinstance(feature, dict):
                kind = str(feature.get("$type")).rpartition("#")[2]
                value = feature.get({"link": "uri", "tag": "tag", "mention": "did"}.get(kind, ""))
                if isinstance(value, str) and value:
                    yield kind, value, under


def _named(did: str, as_written: str) -> str:
    """The handle as it stands in the text, which is what people search for; else the DID."""
    handle = as_written.strip().lstrip("@＠")
    return handle if handle and "@" not in handle and not any(map(str.isspace, handle)) else did


def _embeds(embed: Any) -> Iterator[Json]:
    """An embed, and the two parts of one that is a quote with media."""
    if isinstance(embed, dict):
        yield embed
        for part in ("media", "record"):
            inner = embed.get(part)
            if isinstance(inner, dict) and _kind(embed) == "recordWithMedia":
                yield inner


def _kind(embed: Json) -> str:
    return str(embed.get("$type")).removesuffix("#main").rpartition(".")[2]


def _quoted(embed: Json) -> str | None:
    """The address of a quoted post; feeds, lists and the like are embedded in the same way."""
    uri = _address(_object(embed, "record").get("uri")) if _kind(embed) == "record" else None
    return uri if uri and f"/{POSTS}/" in uri else None


def _media(embed: Json) -> Iterator[Media]:
    match _kind(embed):
        case "images":
            for image in _list(embed, "images"):
                if isinstance(image, dict):
                    yield Media("image", _text(image.get("alt")))
        case "external":
            card = _object(embed, "external")
            said = (_text(card.get("title")), _text(card.get("description")))
            yield Media("link", " — ".join(part for part in said if part) or None)
        case "video":
            yield Media("video", _text(embed.get("alt")))
        case "record" | "recordWithMedia":
            return
        case other:
            yield Media(other[:40] if other.isalpha() else "unknown", _text(embed.get("alt")))


def _labels(record: Json) -> Iterator[Media]:
    """What authors warn of themselves, as in "graphic-media"."""
    for label in self_labels(record):
        if not label.startswith("!"):
            yield Media("warning", label)


def self_labels(labelled: Json) -> tuple[str, ...]:
    """Labels that an author has put on a post or a profile, as records and as views spell them."""
    labels = labelled.get("labels")
    values = _list(labels, "values") if isinstance(labels, dict) else _list(labelled, "labels")
    found = (value.get("val") for value in values if isinstance(value, dict))
    return tuple(value for value in found if isinstance(value, str) and value)


def _object(raw: Json, name: str) -> Json:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _list(raw: Json, name: str) -> list[Any]:
    found = raw.get(name)
    return found[:_MAX_LIST] if isinstance(found, list) else []


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _address(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith("at://") else None
