"""A public post: as a platform gave it (:class:`NativePost`), and as Earshot keeps it (:class:`Post`).

A collector makes a :class:`NativePost`, names and addresses in the clear. The write door turns it into a :class:`Post`,
in which nobody is named, and an :class:`Identity` for the vault. Nothing else ever stores a native post.
*Unknown is not zero*: what a platform does not give is ``None``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from .assessments import Assessment


class Kind(StrEnum):
    POST = "post"
    REPOST = "repost"
    QUOTE = "quote"
    REPLY = "reply"
    COMMENT = "comment"
    ARTICLE = "article"


class Speaker(StrEnum):
    BRAND = "brand"
    CONSENTING_EMPLOYEE = "consenting employee"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Engagement when fetched; ``None`` is "the platform does not say"."""

    likes: int | None = None
    reposts: int | None = None
    replies: int | None = None
    quotes: int | None = None
    views: int | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment, described and never fetched."""

    type: str
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which brand's query found the post, in which revision."""

    brand: str
    query_revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """An account as the platform names it. ``handle`` is without ``@``, with the server where there is one."""

    handle: str
    display_name: str | None = None
    profile_url: str | None = None
    followers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NativePost:
    """One public post as collected. All times are UTC.

    ``id`` is ``platform:`` and the platform's own id where that names no person, else a short hash of the canonical
    address. ``url`` is a permalink without a handle, or None; ``native_url`` may name people. ``text`` is whole, plain.
    ``created_at`` None: the source gives no date (``fetched_at`` stands in then, and ``dated`` becomes false).
    """

    id: str
    platform: str
    native_id: str
    native_url: str | None
    url: str | None
    author: Author | None
    kind: Kind = Kind.POST
    text: str
    title: str | None = None
    created_at: datetime | None
    fetched_at: datetime
    edited_at: datetime | None = None
    language: str | None = None
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    counts: Counts = field(default_factory=Counts)
    in_reply_to: str | None = None
    reposted: str | None = None
    quoted: str | None = None
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One public post as kept: nobody is named in it.

    ``author`` is a keyed hash, ``mentions`` are the brands' own handles as written and pseudonyms for all others,
    ``audience`` the author's followers at two significant digits. ``imported`` and undated posts (not ``dated``) never
    page anybody; undated ones enter no window. ``language_detected`` is ours, ``language`` the platform's word.
    """

    id: str
    platform: str
    url: str | None
    author: str | None
    speaker: Speaker = Speaker.UNKNOWN
    audience: int | None = None
    kind: Kind = Kind.POST
    text: str
    title: str | None = None
    created_at: datetime
    fetched_at: datetime
    edited_at: datetime | None = None
    dated: bool = True
    imported: bool = False
    language: str | None = None
    hashtags: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    counts: Counts = field(default_factory=Counts)
    in_reply_to: str | None = None
    reposted: str | None = None
    quoted: str | None = None
    matched: tuple[Match, ...] = ()
    assessment: Assessment | None = None

    @property
    def language_detected(self) -> str | None:
        return self.assessment.language if self.assessment else None

    @property
    def source_version(self) -> tuple[datetime, datetime]:
        """Which of two copies is newer: by time of the edit, then by time of the fetch."""
        return (self.edited_at or self.created_at, self.fetched_at)

    @property
    def brands(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(match.brand for match in self.matched))


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the vault keeps of one post, encrypted: who wrote it and where. Never part of a stored post."""

    post_id: str
    author_key: str | None
    handle: str | None
    display_name: str | None
    profile_url: str | None
    native_id: str
    native_url: str | None
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Pseudonym → handle for people whom the text mentions."""
