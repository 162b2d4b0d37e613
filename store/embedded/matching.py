"""The query language compiled for SQLite: one FTS5 expression where it will do, SQL around several where it will not.

Every term is quoted and its column named, so nothing that a user types is ever read as FTS5 syntax.
"""

from dataclasses import dataclass

from listening.analysis import fold_word, phrase_variants, variants
from listening.hashtags import fold_hashtag
from listening.query import And, Everything, Handle, Hashtag, Node, Not, Or, Phrase, Word, fold_handle

from .rows import stored_token

_DEEPEST = 24  # levels of one FTS5 expression; its parser allows more, and nobody types more
_NOTHING = '"\ue020"'
"""A token that no post has: FTS5 would leave an empty string out instead of finding nothing."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A piece of SQL over ``p`` (posts) and the values of its question marks."""

    sql: str
    values: tuple[str | int, ...] = ()


def condition(node: Node) -> Condition:
    """True of exactly the posts of which :meth:`Query.matches` is true."""
    if isinstance(node, Everything):
        return Condition("1")
    if expression := _expression(node, _DEEPEST):
        return Condition("p.number IN (SELECT rowid FROM terms WHERE terms MATCH ?)", (expression,))
    match node:
        case Not(term):
            inner = condition(term)
            return Condition(f"NOT {inner.sql}", inner.values)
        case And(terms):
            return joined(" AND ", [condition(term) for term in terms])
        case Or(terms):
            return joined(" OR ", [condition(term) for term in terms])
    raise AssertionError(f"{node!r} is no part of the query language.")


def joined(operator: str, parts: list[Condition]) -> Condition:
    return Condition(
        "(" + operator.join(part.sql for part in parts) + ")",
        tuple(value for part in parts for value in part.values),
    )


def _expression(node: Node, depth: int) -> str | None:
    """``node`` for MATCH, or None if FTS5 cannot say it: it has no NOT without something to take away from."""
    match node:
        case Word(text, True):
            return f"words : {_quoted(fold_word(text))} *"
        case Word(text, False):
            return f"words : ({' OR '.join(map(_quoted, sorted(variants(text))))})"
        case Phrase(text):
            ways = (" ".join(map(stored_token, way)) for way in phrase_variants(text))
            return f"words : ({' OR '.join(map(_string, ways)) or _NOTHING})"
        case Hashtag(tag):
            return f"tags : {_quoted(fold_hashtag(tag))}"
        case Handle(handle):
            return f"handles : {_quoted(fold_handle(handle))}"
        case Or(terms) if depth:
            parts = [_expression(term, depth - 1) for term in terms]
            return "(" + " OR ".join(part for part in parts if part) + ")" if all(parts) else None
        case And(terms) if depth:
            return _difference(terms, depth - 1)
    return None


def _difference(terms: tuple[Node, ...], depth: int) -> str | None:
    wanted = [_expression(term, depth) for term in terms if not isinstance(term, Not)]
    unwanted = [_expression(term.term, depth) for term in terms if isinstance(term, Not)]
    if not wanted or not all(wanted) or not all(unwanted):
        return None
    both = "(" + " AND ".join(part for part in wanted if part) + ")"
    return f"({both} NOT ({' OR '.join(part for part in unwanted if part)}))" if unwanted else both


def _quoted(token: str) -> str:
    return _string(stored_token(token)) if token else _NOTHING


def _string(text: str) -> str:
    """An FTS5 string. What cannot be written as UTF-8 (a lone surrogate from a command line) stands in no post."""
    return '"' + text.encode("utf-8", "replace").decode().replace('"', '""') + '"'
