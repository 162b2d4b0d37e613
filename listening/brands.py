"""Brands, and what may be listened for on their behalf."""

from dataclasses import dataclass
from enum import StrEnum

from .errors import QueryError
from .hashtags import fold_hashtag
from .query import And, Handle, Hashtag, Node, Not, Or, Query, fold_handle, in_order, parse


class Role(StrEnum):
    """Who somebody is to Earshot; decides what they may see and do."""

    BRAND = "brand"
    PR = "pr"
    HR = "hr"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why a query may run at all. Without one it does not."""

    reason: str
    owner: str
    audience: tuple[Role, ...]
    retention_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A company or product that is listened for. ``key`` is its short, stable name in data and addresses."""

    key: str
    name: str
    hashtags: tuple[str, ...]
    handles: tuple[str, ...]
    query: Query
    platforms: tuple[str, ...]
    purpose: Purpose

    @property
    def own_hashtags(self) -> frozenset[str]:
        """The company's own hashtags, folded."""
        return frozenset(map(fold_hashtag, self.hashtags))

    @property
    def own_handles(self) -> frozenset[str]:
        """The company's own accounts, folded: they are shown, everybody else's are replaced."""
        return frozenset(map(fold_handle, self.handles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who is looking. Every read of the store takes one. ``zone`` is an IANA time zone, ``locale`` a BCP 47 tag."""

    role: Role
    purpose: str
    zone: str = "UTC"
    locale: str = "en"


def query_for(
    names: tuple[str, ...], hashtags: tuple[str, ...], handles: tuple[str, ...], exclude: tuple[str, ...]
) -> Query:
    """The query of a brand that has none of its own: any name, hashtag or handle, and none of the excluded words.

    Raises :class:`QueryError` if one of them cannot be searched for.
    """
    wanted: list[Node] = [Hashtag(tag.lstrip("#＃")) for tag in hashtags]
    wanted += [Handle(handle.lstrip("@")) for handle in handles]
    wanted += [term_for(name) for name in names]
    either: Node = wanted[0] if len(wanted) == 1 else Or(tuple(wanted))
    root = And((either, *(Not(term_for(word)) for word in exclude))) if exclude else either
    return Query(str(Query("", root)), root)


def term_for(text: str) -> Node:
    """The term that finds ``text``: a hashtag, a handle, or words in this order. Raises :class:`QueryError`."""
    if text.startswith(("#", "@", "＃", "＠")):
        return parse(text).root
    term = in_order(text)
    if term is None:
        raise QueryError(f"'{text}' has no letter or digit to search for.")
    return term
