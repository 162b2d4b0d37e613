"""What X answers: posts, and beside them who wrote them, what they refer to, and what could not be shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from listening.collecting import Removal, RemovalReason

from .ids import read_id

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Includes:
    """What X gives once beside all posts of an answer, by id."""

    users: Mapping[str, Json] = field(default_factory=dict)
    posts: Mapping[str, Json] = field(default_factory=dict)
    media: Mapping[str, Json] = field(default_factory=dict)
    polls: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def of(cls, answer: Json) -> "Includes":
        given = answer.get("includes")
        given = given if isinstance(given, dict) else {}
        return cls(
            users=_by(given, "users", "id"),
            posts=_by(given, "tweets", "id"),
            media=_by(given, "media", "media_key"),
            polls=_by(given, "polls", "id"),
        )

    def about(self, raw: Any) -> dict[str, list[Json]]:
        """The part of it that belongs to one post, in X's own form: with it a dead letter can be read again."""
        posts = [raw, *(self.posts[key] for key in references(raw).values() if key in self.posts)]
        keys = [(post.get("author_id"), _attached(post)) for post in posts if isinstance(post, dict)]
        return {
            "tweets": [post for post in posts[1:] if isinstance(post, dict)],
            "users": [self.users[name] for name, _ in keys if isinstance(name, str) and name in self.users],
            "media": [self.media[key] for _, more in keys for key in more if key in self.media],
            "polls": [self.polls[key] for _, more in keys for key in more if key in self.polls],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of a search, or a look-up. ``items`` newest first, as X sent them."""

    items: tuple[Any, ...] = ()
    includes: Includes = field(default_factory=Includes)
    removed: tuple[Removal, ...] = ()
    next_token: str | None = None

    @classmethod
    def of(cls, answer: Json) -> "Answer":
        items, meta = answer.get("data"), answer.get("meta")
        token = meta.get("next_token") if isinstance(meta, dict) else None
        return cls(
            items=tuple(items) if isinstance(items, list) else (items,) if isinstance(items, dict) else (),
            includes=Includes.of(answer),
            removed=tuple(_removals(answer)),
            next_token=token if isinstance(token, str) and token else None,
        )


def references(raw: Any) -> dict[str, str]:
    """What a post refers to: ``retweeted``, ``quoted``, ``replied_to`` → id."""
    found = raw.get("referenced_tweets") if isinstance(raw, dict) else None
    pairs = ((item.get("type"), item.get("id")) for item in (found if isinstance(found, list) else ()) if _is(item))
    return {kind: key for kind, key in pairs if isinstance(kind, str) and read_id(key)}


def attached(raw: Json, name: str) -> list[str]:
    """Keys of media or polls."""
    found = raw.get("attachments")
    keys = found.get(name) if isinstance(found, dict) else None
    return [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []


def _attached(raw: Json) -> list[str]:
    return [*attached(raw, "media_keys"), *attached(raw, "poll_ids")]


def _by(given: Json, name: str, key: str) -> dict[str, Json]:
    found = given.get(name)
    items = found if isinstance(found, list) else []
    return {item[key]: item for item in items if _is(item) and isinstance(item.get(key), str)}


def _is(item: Any) -> bool:
    return isinstance(item, dict)


def _removals(answer: Json) -> Iterator[Removal]:
    """X says of each post that it was asked for, or that is referred to, why it cannot be shown."""
    errors = answer.get("errors")
    for error in errors if isinstance(errors, list) else ():
        if not _is(error) or error.get("resource_type") not in ("tweet", "post"):
            continue
        post_id = read_id(error.get("resource_id") or error.get("value"))
        if post_id is None:
            continue
        problem = str(error.get("type")).rpartition("/")[2]
        if problem == "resource-not-found":
            yield Removal(f"x:{post_id}", RemovalReason.DELETED)
        elif problem == "not-authorized-for-resource":  # the account is protected or suspended
            yield Removal(f"x:{post_id}", RemovalReason.WITHDRAWN)
