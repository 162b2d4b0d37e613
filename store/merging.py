"""Two copies of one post become one, whichever came first. Every index merges with this function and no other."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from listening.jsonform import post_to_json
from listening.posts import Match, Post
from listening.windows import LATE

_NEVER = datetime.min.replace(tzinfo=UTC)


def merged(stored: Post, incoming: Post) -> Post:
    """The newer content with the matches of both. The result does not depend on the order in which copies arrive.

    The assessment stays as long as title and text do. Undated copies keep the earliest stand-in for their date.
    """
    if stored is incoming:
        return replace(stored, matched=united(stored.matched))
    winner, other = (incoming, stored) if _rank(incoming) > _rank(stored) else (stored, incoming)
    created_at = winner.created_at
    if not winner.dated and not other.dated:
        created_at = min(winner.created_at, other.created_at)
    assessment = winner.assessment
    if assessment is None and (winner.title, winner.text) == (other.title, other.text):
        assessment = other.assessment
    return replace(
        winner,
        created_at=created_at,
        matched=united(stored.matched, incoming.matched),
        assessment=assessment,
    )


def same_but_for_fetch(one: Post, two: Post) -> bool:
    """Whether two copies say the same, whenever they were fetched."""
    return one == replace(two, fetched_at=one.fetched_at, assessment=one.assessment)


def united(*matches: Iterable[Match]) -> tuple[Match, ...]:
    """All matches once, in stable order."""
    found = {match for some in matches for match in some}
    return tuple(sorted(found, key=lambda match: (match.brand, match.query_revision)))


def is_late(post: Post) -> bool:
    """Whether a copy came too late to page anybody, by itself; a post is late if all its copies are."""
    return post.imported or post.fetched_at - post.created_at > LATE


def _rank(post: Post) -> "tuple[bool, datetime, datetime, _Content]":
    """Total order of copies: dated ones first, then the source version, then (for equal versions) their content."""
    edited = post.edited_at or (post.created_at if post.dated else _NEVER)
    return (post.dated, edited, post.fetched_at, _Content(post))


class _Content:
    """A post's content as a tie-break that is only written out if it comes to a tie."""

    __slots__ = ("_post",)

    def __init__(self, post: Post) -> None:
        self._post = post

    def _written(self) -> str:
        bare = replace(self._post, matched=(), assessment=None)
        if not bare.dated:
            bare = replace(bare, created_at=_NEVER)
        return json.dumps(post_to_json(bare), ensure_ascii=True, sort_keys=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Content) and self._written() == other._written()

    def __gt__(self, other: "_Content") -> bool:
        return self._written() > other._written()

    def __lt__(self, other: "_Content") -> bool:
        return self._written() < other._written()
