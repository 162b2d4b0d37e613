"""What platforms themselves give to people who ask for their posts, in shapes that are known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from listening.errors import UnreadableInput

from ..html import to_plain

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
_OPEN = ("PUBLIC", "ANYONE", "MEMBER_NETWORK")  # to all of LinkedIn; CONNECTIONS is not public
_SITE = {"platform": "linkedin"}


@dataclass(frozen=True, slots=True)
class Known:
    """A table of a platform: the columns that tell it, what they are, and what holds for all of its rows.

    Column names are plain ones, as :func:`~.mapping.plain_name` writes them.
    """

    columns: frozenset[str]
    fields: Mapping[str, str]
    same: Mapping[str, str]


_TABLES = (
    Known(  # LinkedIn, "Get a copy of your data": Shares.csv
        frozenset({"date", "share_link", "share_commentary", "visibility"}),
        {"text": "share_commentary", "created_at": "date", "url": "share_link", "links": "shared_url",
         "media": "media_url"},
        _SITE,
    ),
    Known(  # LinkedIn: Comments.csv
        frozenset({"date", "link", "message"}),
        {"text": "message", "created_at": "date", "url": "link"},
        _SITE | {"kind": "comment"},
    ),
    Known(  # Reddit, "Request a copy of your data": comments.csv
        frozenset({"id", "permalink", "date", "subreddit", "body", "parent"}),
        {"id": "id", "text": "body", "created_at": "date", "url": "permalink", "in_reply_to": "parent"},
        {"platform": "reddit", "kind": "comment"},
    ),
    Known(  # Reddit: posts.csv
        frozenset({"id", "permalink", "date", "subreddit", "body", "title"}),
        {"id": "id", "text": "body", "title": "title", "created_at": "date", "url": "permalink", "links": "url"},
        {"platform": "reddit", "kind": "post"},
    ),
)  # fmt: skip


def known_heading(plain_columns: Collection[str]) -> Known | None:
    """The table of a platform that has these columns, without the fields whose columns are missing."""
    columns = frozenset(plain_columns)
    for table in _TABLES:
        # Comments.csv has three common names: with others beside them it is somebody else's table.
        if table.columns <= columns and (len(table.columns) > 3 or table.columns == columns):
            fields = {name: column for name, column in table.fields.items() if column in columns}
            return Known(table.columns, fields, table.same)
    return None


def shaped(values: dict[str, Any]) -> dict[str, Any] | None:
    """A row of an export as one with our names; other rows as they are. None: it was never public.

    Raises :class:`UnreadableInput` for what has no word of a post in it.
    """
    tweet = values.get("tweet")
    if isinstance(tweet, dict) and "full_text" in tweet:
        return _from_x(tweet, values.get("author"))
    if values.get("type") in ("Create", "Announce") and "actor" in values and "object" in values:
        return _from_activity(values)
    if "ShareCommentary" in values and str(values.get("Visibility") or "PUBLIC").upper() not in _OPEN:
        return None
    if values.keys() >= {"id", "permalink", "subreddit"} and values["id"]:
        own = str(values["id"]).strip()  # as the collector of Reddit calls it
        return values | {"id": own if own[:3] in ("t1_", "t3_") else f"{'t1_' if 'parent' in values else 't3_'}{own}"}
    return values


def _from_x(tweet: dict[str, Any], author: Any) -> dict[str, Any]:
    """A post of ``tweets.js``. Its counts are those of the day of the export."""
    entities = _dict(tweet.get("entities"))
    text = str(tweet.get("full_text") or "")
    links = [link for link in _dicts(entities.get("urls")) if link.get("expanded_url")]
    for link in links:
        text = text.replace(str(link.get("url") or "\0"), str(link["expanded_url"]))
    media = _dicts(_dict(tweet.get("extended_entities")).get("media") or entities.get("media"))
    for one in media:
        text = text.replace(str(one.get("url") or "\0"), "")
    own = str(tweet.get("id_str") or tweet.get("id") or "")
    reposts = tweet.get("retweet_count")
    return {
        "platform": "x",
        "id": own,
        "text": unescape(text).strip(),
        "created_at": tweet.get("created_at"),
        "author": author,
        "url": f"https://x.com/i/web/status/{own}" if own else None,
        "language": tweet.get("lang"),
        "kind": "repost" if text.startswith("RT @") else None,
        "links": [str(link["expanded_url"]) for link in links],
        "media": [{"type": one.get("type"), "alt": one.get("ext_alt_text")} for one in media],
        "likes": tweet.get("favorite_count"),
        "reposts": None if text.startswith("RT @") else reposts,
        "in_reply_to": tweet.get("in_reply_to_status_id_str"),
    }


def _from_activity(activity: dict[str, Any]) -> dict[str, Any] | None:
    """A post of a Mastodon archive, with the id that it has where it is collected: that of its address."""
    shared = activity["object"]
    addressed = (_texts(activity.get("to")), _texts(activity.get("cc")))
    if PUBLIC not in addressed[0] and PUBLIC not in addressed[1]:
        return None
    row = {"platform": "mastodon", "author": _account(activity.get("actor")), "created_at": activity.get("published")}
    if not isinstance(shared, dict):
        raise UnreadableInput("it is a boost, and the archive has nothing of the post but its address")
    contents = _dict(shared.get("contentMap"))
    plain = to_plain(str(shared.get("content") or ""))
    return row | {
        "id": shared.get("id"),
        "text": plain.text,
        "title": shared.get("summary"),
        "url": shared.get("url"),
        "created_at": shared.get("published") or activity.get("published"),
        "edited_at": shared.get("updated"),
        "language": next(iter(contents), None) if len(contents) == 1 else None,
        "hashtags": [str(tag.get("name")) for tag in _dicts(shared.get("tag")) if tag.get("type") == "Hashtag"],
        "mentions": [str(tag.get("name")) for tag in _dicts(shared.get("tag")) if tag.get("type") == "Mention"],
        "media": [
            {"type": str(one.get("mediaType") or "").partition("/")[0], "alt": one.get("name")}
            for one in _dicts(shared.get("attachment"))
        ],
        "in_reply_to": shared.get("inReplyTo"),
    }


def _account(actor: Any) -> str | None:
    """``https://social.example/users/ana`` → ``ana@social.example``."""
    if not isinstance(actor, str):
        return None
    try:
        parts = urlsplit(actor)
    except ValueError:
        return None
    name = parts.path.rstrip("/").rpartition("/")[2].lstrip("@")
    return f"{name}@{parts.hostname}" if name and parts.hostname else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else [str(value)]
