"""The posts index as a seam: what every index answers, and the suite ``tests/contracts/posts_index.py`` holds it to.

These are the pipeline's own reads and writes. People read through :class:`store.reading.Reader`, with a Viewer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from listening.assessments import Assessment
from listening.posts import Post
from listening.query import Query, parse
from listening.windows import HashtagRow, WindowRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Narrow a search. Within a field any value will do, fields must all agree; empty means no restriction.

    ``hashtags`` are folded; ``languages`` are the detected ones (the platform's word until a post is judged);
    ``sentiments`` may hold ``pending`` for posts not judged yet; ``since`` ≤ created_at < ``until``.
    """

    brands: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    dated_only: bool = False
    without_themes: tuple[str, ...] = ()
    without_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """``after`` is the ``next`` of the page before. ``newest`` and ``oldest`` go by created_at, then id."""

    query: Query = field(default_factory=lambda: parse("*"))
    filters: Filters = Filters()
    order: Literal["newest", "oldest", "reach"] = "newest"
    limit: int = 20
    after: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """``total`` is exact. ``next`` is None on the last page."""

    posts: tuple[Post, ...]
    total: int
    next: str | None


FacetField = Literal["brands", "platforms", "languages", "sentiments", "hashtags", "risks", "themes", "kinds"]


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many posts have ``value``; ``authors`` counts distinct known authors."""

    value: str
    posts: int
    authors: int


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a batch: ids of posts that were new, changed, or the same (or older) as what was there."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """An assessment and the copy of the post it was made of: written only if the post's text is still that one."""

    post: Post
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Tally:
    """One window of one brand, counted from the posts."""

    rows: tuple[WindowRow, ...] = ()
    hashtags: tuple[HashtagRow, ...] = ()


class PostsIndex(Protocol):
    """Raises :class:`~listening.errors.StoreUnavailable` when it cannot be reached or written, and then changed nothing
    that a repetition would not set right.

    Meaning vectors lie beside the assessments, and come only with the reads that say so: what is searched for is shown
    to people, and a vector is shown to nobody.
    """

    def save(self, posts: Sequence[Post]) -> Saved:
        """Safe to call twice and in any order: a newer source version replaces content, matches are united, the
        assessment survives as long as the text does."""
        ...

    def assess(self, judged: Sequence[Judgement]) -> int:
        """Attach assessments; returns how many. A post that changed or went meanwhile is left out, not an error."""
        ...

    def remove(self, ids: Sequence[str]) -> tuple[Post, ...]:
        """Delete, also from the files; returns what was there (so that its windows can be counted again)."""
        ...

    def get(self, ids: Sequence[str]) -> tuple[Post, ...]:
        """Those that exist, in the order asked for; with the vectors of their assessments."""
        ...

    def search(self, search: Search) -> Hits: ...

    def facets(
        self, search: Search, fields: Sequence[FacetField], top: int = 20
    ) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts under the search; a field's own filter is left out for its own counts, so that alternatives show."""
        ...

    def stream(self, search: Search) -> Iterator[Post]:
        """All matches in bounded memory; ``limit`` and ``after`` are not looked at."""
        ...

    def unjudged(self, model_revision: str, risk_revision: str, limit: int) -> tuple[Post, ...]:
        """Posts that lack this model or risk revision, newest first; with the vectors of their assessments."""
        ...

    def tally(self, brand: str, start: datetime) -> Tally:
        """Count one window from its dated posts. Not judged yet counts as no row."""
        ...

    def ids_of_author(self, author: str) -> tuple[str, ...]: ...

    def expired(self, brand: str, platform: str | None, before: datetime, limit: int) -> tuple[Post, ...]:
        """Posts of a brand (and platform) published before ``before``, oldest first."""
        ...

    def reposts_of(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Ids of the posts that repost one of these."""
        ...

    def count(self) -> int: ...

    def compact(self) -> None:
        """After it, no file of the index holds a byte of what was removed or replaced. Slow; for erasure."""
        ...

    def close(self) -> None: ...
