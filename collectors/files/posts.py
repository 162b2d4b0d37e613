"""A row becomes a native post. Pure, and the same post from the same row on every run."""

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from listening.errors import UnreadableInput
from listening.hashtags import find_hashtags, unique_hashtags
from listening.posts import Author, Counts, Kind, Media, NativePost
from listening.privacy import find_mentions

from ..canonical import hashed_id, is_likely, language_code, web_address
from .dates import DayOrder, Moment, read_date
from .mapping import Mapping
from .receipt import Tally
from .values import (
    author_of,
    count_of,
    kind_of,
    links_in,
    list_of,
    media_of,
    nameless,
    platform_of,
    text_of,
)

_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{2}")  # 1.59E+18: what spreadsheets make of long numbers
_MAX_TEXT = 200_000  # characters
_COUNTS = Counts.__slots__
_OURS = frozenset({"fetched_at", "matched", "speaker", "counts", "language", "kind"})


def is_our_own(values: dict[str, Any]) -> bool:
    """Whether a row is a post in Earshot's own JSON shape, as export, ``search --json`` and dry runs write it."""
    return values.keys() >= _OURS and isinstance(values["counts"], dict) and isinstance(values["language"], dict)


def to_post(
    values: dict[str, Any], mapping: Mapping, at: datetime, imported: bool, order: DayOrder | None, tally: Tally
) -> NativePost:
    """Raises :class:`UnreadableInput` with the reason why this row is no post."""
    if is_our_own(values):
        return _from_our_own(values, imported)
    cells = mapping.cells(values)
    get = cells.get
    platform = platform_of(get("platform"))
    tally.platforms_known += platform is not None
    if platform is None and "platform" in cells:
        if len(tally.other_platforms) < 1_000:
            tally.other_platforms[text_of(cells["platform"])[:40]] += 1
        del cells["platform"]  # not a platform's name, so no part of the post either
    text = text_of(get("text")).strip()
    title = text_of(get("title")).strip() or None
    if len(text) > _MAX_TEXT:
        raise UnreadableInput(f"its text has {len(text):,} characters; {_MAX_TEXT:,} are the most")
    tags = (*find_hashtags(text), *find_hashtags(title or ""), *list_of(get("hashtags")))
    hashtags = unique_hashtags(tags)
    media = tuple(Media(kind, alt) for kind, alt in media_of(get("media")))
    if not (text or title or hashtags or media):
        raise UnreadableInput("it has neither text nor hashtag nor media")
    created = _likely(read_date(get("created_at"), order), at, tally)
    if created is None:
        tally.undated += 1
    edited = _likely(read_date(get("edited_at"), order), at, tally)
    author = author_of(get("author"), get("author_name"), get("followers"))
    address = web_address(get("url"))
    own_id = text_of(get("id")).strip()
    if _ROUNDED.fullmatch(own_id):
        # Two posts may have the same rounded number: then neither has an id.
        tally.rounded_ids += 1
        own_id, _ = "", cells.pop("id")
    parent = text_of(get("in_reply_to")).strip()
    return NativePost(
        id=_id(platform, own_id, author, cells),
        platform=platform or "files",
        native_id=own_id or address or "",
        native_url=address,
        url=nameless(address),
        author=author,
        kind=kind_of(get("kind"), bool(parent)),
        text=text,
        title=title,
        created_at=created,
        fetched_at=at,
        edited_at=edited,
        language=language_code(text_of(get("language"))),
        hashtags=hashtags,
        mentions=tuple(dict.fromkeys((*find_mentions(text), *(m.lstrip("@＠") for m in list_of(get("mentions")))))),
        links=tuple(dict.fromkeys((*links_in(text), *filter(None, map(web_address, list_of(get("links"))))))),
        media=media,
        counts=Counts(**{name: count_of(cells[name]) for name in _COUNTS if name in cells}),
        in_reply_to=_related(platform, parent),
        reposted=_related(platform, text_of(get("reposted")).strip()),
        quoted=_related(platform, text_of(get("quoted")).strip()),
        imported=imported,
    )


def _id(platform: str | None, own_id: str, author: Author | None, cells: dict[str, Any]) -> str:
    """By the platform's own id where there is one, else by everything the row says: equal rows are one post.

    An id without a platform may be a row's number, and two files both have a row 1: it counts as one cell among others.
    """
    if platform and own_id:
        own = own_id.removeprefix(f"{platform}:")
        names_somebody = author and len(author.handle) >= 3 and author.handle.casefold() in own.casefold()
        return f"{platform}:{own}" if _PLAIN_ID.fullmatch(own) and not names_somebody else hashed_id(platform, own)
    said = {name: value.strip() if isinstance(value, str) else value for name, value in cells.items()}
    return hashed_id(platform or "files", json.dumps(said, sort_keys=True, ensure_ascii=False, default=str))


def _related(platform: str | None, own_id: str) -> str | None:
    """The id of a post that this one answers, if both are of a platform that we can name it on."""
    return _id(platform, own_id, None, {}) if platform and own_id else None


def _likely(moment: Moment | None, at: datetime, tally: Tally) -> datetime | None:
    if moment is None:
        return None
    if not is_likely(moment.at, at):
        tally.unlikely_dates += 1
        return None
    if not moment.zoned:
        tally.without_zone += 1
    return moment.at


def _from_our_own(form: dict[str, Any], imported: bool) -> NativePost:
    """A post that Earshot wrote. Its author is a pseudonym, unless a dry run added the native names; its times are
    kept, so that bringing an export back changes nothing."""
    try:
        native = form.get("native") or {}
        handle = native.get("author") or form["author"]
        fetched = read_date(form["fetched_at"])
        if fetched is None:
            raise ValueError("fetched_at is empty")
        created = read_date(form["created_at"]) if form.get("dated", True) else None
        edited = read_date(form["edited_at"])
        post = NativePost(
            id=form["id"],
            platform=form["platform"],
            native_id=native.get("id") or form["id"].partition(":")[2],
            native_url=web_address(native.get("url") or form["url"]),
            url=form["url"],
            author=Author(handle=handle, followers=form["audience"]) if handle else None,
            kind=Kind(form["kind"]),
            text=form["text"],
            title=form["title"],
            created_at=created.at if created else None,
            fetched_at=fetched.at,
            edited_at=edited.at if edited else None,
            language=form["language"]["platform"],
            hashtags=tuple(form["hashtags"]),
            mentions=tuple(form["mentions"]),
            links=tuple(form["links"]),
            media=tuple(Media(m["type"], m["alt"]) for m in form["media"]),
            counts=Counts(**{name: count_of(form["counts"].get(name)) for name in _COUNTS}),
            in_reply_to=form["in_reply_to"],
            reposted=form["reposted"],
            quoted=form["quoted"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableInput(f"it looks like a post of Earshot's own, but {error!r} is missing or wrong") from error
    if not isinstance(post.text, str):
        raise UnreadableInput("it looks like a post of Earshot's own, but its text is none")
    if not (isinstance(post.id, str) and post.id.startswith(f"{post.platform}:")):
        raise UnreadableInput(f"its id should begin with its platform ('{post.platform}:')")
    return replace(post, imported=imported or bool(form.get("imported")))
