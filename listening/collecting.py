"""What a collector yields: pages, and cursors at which it is safe to resume."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from .posts import NativePost


@dataclass(frozen=True, slots=True)
class Position:
    """Where one stream of a source stands, in the source's own words (ids, offsets).

    ``complete``: everything up to here was stored. For a burst that is read newest-first, ``walk_from`` is the newest
    item seen when the walk began and ``walk_at`` the oldest reached so far: the walk goes on from there, nothing is
    bought twice.
    """

    complete: str | None = None
    walk_from: str | None = None
    walk_at: str | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """A safe place to resume for one (brand, platform), under one revision of the query: another revision, new walk."""

    query_revision: str
    positions: Mapping[str, Position] = field(default_factory=dict)


class GapReason(StrEnum):
    PAGE_CAP = "page cap"
    HISTORY_WINDOW = "history window"
    OUTAGE = "outage"
    RATE_LIMIT = "rate limit"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """An interval (UTC) of a source that we did not see. ``estimated``: posts missed, None where nobody can say."""

    source: str
    since: datetime
    until: datetime
    reason: GapReason
    estimated: int | None = None


class RemovalReason(StrEnum):
    DELETED = "deleted upstream"
    WITHDRAWN = "no longer public"


@dataclass(frozen=True, slots=True)
class Removal:
    """A post that must go here too, because it went there."""

    post_id: str
    reason: RemovalReason


@dataclass(frozen=True, slots=True)
class AuthorGone:
    """All posts of an account must go here too. ``handle`` is its author's, as in :class:`~listening.posts.Author`."""

    handle: str
    reason: RemovalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A post that could not be read: its raw body and a sentence on why. ``source`` says where it stood."""

    source: str
    raw: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a page cost."""

    requests: int = 0
    posts: int = 0
    dollars: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a collection may still cost. ``Page.spent.dollars`` says what a page did cost."""

    dollars: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One safe step of a collection. ``cursor`` None: more is needed before it may move.

    ``withheld`` counts posts that were seen and left out because their author or server asks for it.
    ``removed_if_kept`` are of a platform that tells everybody of all removals: those of posts that we keep are heeded,
    and the others are not even remembered. Posts of the same page are newer than what it says of them here.
    """

    posts: tuple[NativePost, ...] = ()
    removed: tuple[Removal, ...] = ()
    removed_if_kept: tuple[Removal, ...] = ()
    removed_authors: tuple[AuthorGone, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    gaps: tuple[Gap, ...] = ()
    withheld: int = 0
    spent: Spent = Spent()
    cursor: Cursor | None = None
