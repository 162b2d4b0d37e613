"""Our query → Algolia's searches. Between words it says AND and never OR, so alternatives are several searches."""

import re
from dataclasses import dataclass
from itertools import product

from listening.errors import ConfigError
from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word

_MOST_TERMS = 6
_MOST_LETTERS = 400
"""Algolia reads 512 bytes of a search; what is left out widens it. Bytes of UTF-8."""
_MOST_COMBINATIONS = 12
"""(a OR b) (c OR d) is four searches; rather than a hundred, only one of the two is asked for."""
_SIGNS = re.compile(r'["\u201c\u201d\u201e]')


@dataclass(frozen=True, slots=True)
class Search:
    """``words`` of which each must be there; empty: everything that is published. ``prefix``: they may go on."""

    words: str
    prefix: bool = False


_Terms = tuple[tuple[str, bool], ...]
"""Terms that must all be there, and whether each is the beginning of a word."""
_ANYTHING: _Terms = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """``searches`` together find every item of the query. ``widened``: they bring more; the rest is dropped.
    ``impossible``: parts that nothing on Hacker News can match."""

    searches: tuple[Search, ...]
    widened: bool
    impossible: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        if any(not search.words for search in self.searches):
            said = ["Hacker News is read whole, since the query can do without any word; what matches is kept."]
        else:
            asked = " and for ".join(f"[{search.words}{'…' * search.prefix}]" for search in self.searches)
            said = [f"Hacker News is asked for {asked}."]
        if self.impossible:
            said.append(f"Nobody is mentioned by handle there: {', '.join(self.impossible)} finds nothing.")
        if self.widened:
            said.append("That is wider than the query, and what does not match is dropped after reading.")
        said.append("Other forms of a word (its plural, say) are found only where the query names them.")
        return tuple(said)


def plan_for(query: Query) -> Plan:
    """Raises :class:`ConfigError` for a query that nothing there can match."""
    impossible: list[str] = []
    found = _ways(query.root, impossible)
    if not found:
        raise ConfigError(
            f"Hacker News has no mentions, and the query '{query.text[:80]}' wants one in every post: add a word, or "
            "take hackernews off the brand's platforms."
        )
    exact = _is_exact(query.root) and all(_fits(way) for way in found)
    searches = (_ANYTHING,) if _ANYTHING in found else found
    return Plan(tuple(dict.fromkeys(map(_search, searches))), not exact, tuple(dict.fromkeys(impossible)))


def _ways(node: Node, impossible: list[str]) -> tuple[_Terms, ...]:
    """Alternatives, each a set of terms that must be there; none if nothing can match."""
    match node:
        case Hashtag(tag):
            return (((_bare(tag), False),),)
        case Word(text, prefix):
            return (((_bare(text), prefix),),)
        case Phrase(text):
            return (((f'"{_bare(text)}"', False),),)
        case Handle():
            impossible.append(str(Query("", node)))
            return ()
        case Or(terms):
            return tuple(dict.fromkeys(way for term in terms for way in _ways(term, impossible)))
        case And(terms):
            return _all_of([_ways(term, impossible) for term in terms])
        case _:
            return (_ANYTHING,)


def _all_of(parts: list[tuple[_Terms, ...]]) -> tuple[_Terms, ...]:
    parts = sorted((part for part in parts if _ANYTHING not in part), key=len)
    ways: tuple[_Terms, ...] = (_ANYTHING,)
    for part in parts:
        if not ways or not part or len(ways) * len(part) <= max(_MOST_COMBINATIONS, len(part)):
            ways = tuple(tuple(dict.fromkeys((*one, *other))) for one, other in product(ways, part))
    return ways


def _search(way: _Terms) -> Search:
    kept: list[str] = []
    prefix = False
    for text, is_prefix in sorted(way, key=lambda term: len(term[0].encode()) > _MOST_LETTERS):
        short = _shortened(text)
        if len(kept) < _MOST_TERMS and len(" ".join((*kept, short)).encode()) <= _MOST_LETTERS + 2:
            kept.append(short)
            prefix |= is_prefix
    return Search(" ".join(kept), prefix)


def _shortened(text: str) -> str:
    """A long phrase is found by its beginning too; a word that is longer than a search can be is in no item."""
    if not text.startswith('"'):
        return text.encode()[:_MOST_LETTERS].decode("utf-8", "ignore")
    words = text.strip('"').split()
    while len(words) > _MOST_TERMS or (len(words) > 1 and len(" ".join(words).encode()) > _MOST_LETTERS):
        words.pop()
    return f'"{" ".join(words)}"'


def _fits(way: _Terms) -> bool:
    return _search(way).words == " ".join(text for text, _ in way)


def _is_exact(node: Node) -> bool:
    match node:
        case Word() | Phrase():
            return True
        case Or(terms):
            return all(map(_is_exact, terms))
        case And(terms):
            return all(map(_is_exact, terms)) and sum(isinstance(term, Or) for term in terms) <= 1
        case Not() | Hashtag() | Handle():
            return False  # a hashtag is asked for as a word
        case _:
            return True


def _bare(text: str) -> str:
    """Without signs that would be operators: quotes, and a minus before a word."""
    return " ".join(part.lstrip("-") for part in _SIGNS.sub(" ", text).split() if part.strip("-"))
