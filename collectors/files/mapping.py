"""Which column is what: our own field names, the names that exports use, and what the user says."""

import re
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from listening.errors import ConfigError

from .exports import known_heading

# Field → names that it has in exports, the likelier first. Compared without case, spaces and punctuation.
ALIASES: Dict[str, tuple[str, ...]] = {
    "text": ("text", "full_text", "content", "message", "body", "tweet", "tweet_text", "post_text", "post", "comment",
             "comment_text", "review", "review_text", "caption", "status", "snippet", "selftext"),
    "title": ("title", "headline", "subject", "review_title", "spoiler_text"),
    "id": ("id", "id_str", "post_id", "tweet_id", "status_id", "comment_id", "review_id", "native_id"),
    "platform": ("platform", "network", "source", "site", "channel", "social_network"),
    "author": ("author", "user", "username", "user_name", "screen_name", "handle", "author_handle", "author_username",
               "user_screen_name", "account", "from", "by", "posted_by", "poster", "profile"),
    "author_name": ("author_name", "display_name", "user_display_name", "full_name", "user_full_name"),
    "followers": ("followers", "followers_count", "author_followers", "user_followers", "audience", "follower_count"),
    "url": ("url", "link", "permalink", "post_url", "tweet_url", "post_link", "permalink_url", "uri", "address"),
    "created_at": ("created_at", "date", "timestamp", "published", "published_at", "created", "created_time",
                   "created_utc", "posted_at", "post_date", "date_posted", "publish_date", "datetime", "time",
                   "date_utc", "posted", "posted_on", "created_date", "review_date", "date_created", "submitted_on"),
    "edited_at": ("edited_at", "edited", "updated_at", "modified", "last_modified", "last_edited"),
    "language": ("language", "lang", "language_code", "locale"),
    "kind": ("kind", "type", "post_type", "content_type"),
    "hashtags": ("hashtags", "hashtag", "tags"),
    "mentions": ("mentions", "mentioned_users"),
    "links": ("links", "urls", "outlinks"),
    "media": ("media", "media_type", "image", "images", "photo", "photos", "video", "attachments", "media_url",
              "media_urls", "image_url"),
    "likes": ("likes", "like_count", "likes_count", "favorites", "favourites", "favorite_count", "favourites_count",
              "reactions", "reaction_count", "score", "upvotes"),
    "reposts": ("reposts", "retweets", "retweet_count", "reblogs", "reblogs_count", "shares", "share_count", "boosts",
                "repost_count"),
    "replies": ("replies", "reply_count", "replies_count", "comments", "comment_count", "num_comments"),
    "quotes": ("quotes", "quote_count", "quotes_count"),
    "views": ("views", "view_count", "impressions", "impression_count", "plays"),
    "in_reply_to": ("in_reply_to", "in_reply_to_id", "reply_to", "in_reply_to_status_id", "parent_id"),
    "reposted": ("reposted", "repost_of", "retweeted_status_id"),
    "quoted": ("quoted", "quote_of", "quoted_status_id"),
}  # fmt: skip
PLUS = " + "
"""Between columns that are one field together: their texts stand under each other, each with its column's name."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RANK = {alias: (name, rank) for name, aliases in ALIASES.items() for rank, alias in enumerate(aliases)}


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column gives which field (``fields``: field → column), and which columns nothing is made of.

    A field may be made of several columns, written ``Pros + Cons``. ``same`` are fields that have one value in the
    whole file, because it is an export that we know. ``str()`` of it is for people.
    """

    fields: Dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    same: Dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Iterable[str], chosen: Dict[str, str] | None = None) -> "Mapping":
        """Map ``columns``. ``chosen`` (field → column) is the user's word and wins; a field may be given to no column
        with an empty string, or to one value for all rows (``=linkedin``). Where several columns could be one field,
        the likelier name has it."""
        wanted = _checked(chosen or {})
        columns = list(dict.fromkeys(columns))
        by_plain = {plain_name(column): column for column in reversed(columns)}
        fields: dict[str, str] = {}
        same = {name: value[1:].strip() for name, value in wanted.items() if value.startswith("=")}
        for name, column in wanted.items():
            if name not in same and (found := _found(column, columns, by_plain)):
                fields[name] = found
        known = known_heading(by_plain)
        if known:
            fields |= {name: by_plain[plain] for name, plain in known.fields.items() if name not in wanted}
            same |= {name: value for name, value in known.same.items() if name not in wanted}
            used = _columns_of(fields)
            return cls(fields, tuple(column for column in columns if column not in used), same)
        taken = _columns_of(fields)
        best: dict[str, tuple[int, str]] = {}
        for column in columns:
            name, rank = _RANK.get(plain_name(column), ("", 0))
            if name and name not in wanted and column not in taken and rank < best.get(name, (1 << 30, ""))[0]:
                best[name] = (rank, column)
        fields |= {name: column for name, (_, column) in best.items()}
        used = _columns_of(fields)
        return cls(fields, tuple(column for column in columns if column not in used), same)

    def cells(self, values: Dict[str, Any]) -> dict[str, Any]:
        """The cells of a row by field, empty ones left out."""
        cells: dict[str, Any] = {}
        for name, column in self.fields.items():
            cell = values.get(column)
            if cell is None and PLUS in column:
                cell = _joined(values, column)
            if cell not in (None, "", []):
                cells[name] = cell
        return {**self.same, **cells} if cells else cells

    def without(self, name: str) -> "Mapping":
        """The same, with the column of a field left unused."""
        fields = {field: column for field, column in self.fields.items() if field != name}
        return Mapping(fields, (*self.unknown, *(c for f, c in self.fields.items() if f == name)), self.same)

    def __str__(self) -> str:
        lines = [f"{column} → {name}" if column != name else column for name, column in self.fields.items()]
        lines += [f"{name} is {value}" for name, value in self.same.items()]
        return ", ".join(lines) + (f"; not used: {', '.join(self.unknown)}" if self.unknown else "")


@lru_cache(maxsize=4_096)
def plain_name(column: str) -> str:
    """``Post Text`` and ``post-text`` → ``post_text``; ``createdAt`` → ``created_at``."""
    parted = _HUMP.sub("_", column).casefold()
    return "_".join("".join(c if c.isalnum() else " " for c in parted).split())


def _checked(chosen: Dict[str, str]) -> Dict[str, str]:
    for name in chosen:
        if name not in ALIASES:
            raise ConfigError(f"No column can be mapped to '{name}': write one of {', '.join(ALIASES)}.")
    return chosen


def _found(column: str, columns: list[str], by_plain: Dict[str, str]) -> str | None:
    """The column that a user means, or the columns that they add up; None if one of them does not exist."""
    if column in columns:
        return column
    if PLUS not in column:
        return by_plain.get(plain_name(column))
    parts = [_found(part.strip(), columns, by_plain) for part in column.split(PLUS)]
    return PLUS.join(filter(None, parts)) if all(parts) else None


def _columns_of(fields: Dict[str, str]) -> set[str]:
    return {part for column in fields.values() for part in (column, *column.split(PLUS))}


def _joined(values: Dict[str, Any], column: str) -> str:
    parts = ((part, str(values.get(part) or "").strip()) for part in column.split(PLUS))
    return "\n".join(f"{part}: {text}" for part, text in parts if text)
