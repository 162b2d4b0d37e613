"""Our query → searches in Google's words. Between terms it means AND, and its OR binds tighter than that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listening.errors import ConfigError
from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word

_MOST_TERMS = 24
"""Google reads 32 words of a search; phrases have several (support.google.com, November 2026)."""
_MOST_LETTERS = 1_200
_QUOTES = re.compile(r'["\u201c\u201d\u201e]')

Clause = tuple[str, ...]
"""Terms of which one must be there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``searches`` together find every headline of the query that Google can be asked for. ``widened``: they bring more
    than the query wants; the rest is dropped. ``unasked``: parts that no search finds."""

    searches: tuple[str, ...]
    widened: bool
    unasked: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = [f"Google News is asked for {' and for '.join(f'[{search}]' for search in self.searches) or 'nothing'}."]
        if self.unasked:
            parts = ", ".join(self.unasked)
            said.append(f"It cannot be asked for {parts}: found where a headline has one of the words as well.")
        if self.widened:
            said.append("That is wider than the query, and what does not match is dropped after reading.")
        said.append(
            "Headlines only are given and searched here: an article that says the words further down is dropped too."
        )
        return tuple(said)


def plan_for(query: Query) -> Plan:
    """Raises :class:`ConfigError` for a query without a word that Google could look for."""
    unasked: list[str] = []
    clauses = _clauses(query.root, unasked)
    if not clauses and isinstance(query.root, Or):
        clauses = _what_can_be(query.root, unasked)
    if not clauses:
        raise ConfigError(
            f"Google News must be asked for words, and the query '{query.text[:80]}' can do without any: add a word, a "
            'hashtag or a "phrase" that every post of it has, or take googlenews off the brand\'s platforms.'
        )
    searches, shortened = _searches(clauses)
    return Plan(searches, shortened or not _is_exact(query.root), tuple(dict.fromkeys(unasked)))


def _clauses(node: Node, unasked: list[str]) -> list[Clause] | None:
    """What every headline that matches must have; empty: nothing in particular; None: no headline can match."""
    match node:
        case Hashtag(tag):
            return [(_term(tag),)]
        case Word(text, prefix):
            return [] if prefix else [(_term(text),)]
        case Phrase(text):
            return [(f'"{_bare(text)}"',)]
        case Handle():
            unasked.append(str(Query("", node)))
            return None
        case And(terms):
            found = [_clauses(term, unasked) for term in terms]
            known = [clauses for clauses in found if clauses is not None]
            return list(dict.fromkeys(clause for clauses in known for clause in clauses)) if known == found else None
        case Or(terms):
            possible = [clauses for term in terms if (clauses := _clauses(term, unasked)) is not None]
            if not possible:
                return None
            return _either(possible) if all(possible) else []
        case _:
            return []


def _what_can_be(node: Or, unasked: list[str]) -> list[Clause]:
    """One alternative without a word makes the whole without one: then the others are asked for, and it is told."""
    askable = [clauses for term in node.terms if (clauses := _clauses(term, unasked))]
    unasked += [str(Query("", term)) for term in node.terms if _clauses(term, []) == []]
    return _either(askable) if askable else []


def _either(alternatives: Sequence[list[Clause]]) -> list[Clause]:
    narrowest = (min(clauses, key=len) for clauses in alternatives)
    return [tuple(dict.fromkeys(term for clause in narrowest for term in clause))]


def _searches(clauses: list[Clause]) -> tuple[tuple[str, ...], bool]:
    """As few as Google's limits allow, and whether conditions had to be left out for that."""
    whole = " ".join(" OR ".join(clause) for clause in clauses)
    if sum(map(len, clauses)) <= _MOST_TERMS and len(whole) <= _MOST_LETTERS:
        return (whole,), False
    searches, part = list[str](), list[str]()
    for term in min(clauses, key=len):
        if part and (len(part) == _MOST_TERMS or len(" OR ".join((*part, term))) > _MOST_LETTERS):
            searches.append(" OR ".join(part))
            part = []
        part.append(term)
    return (*searches, " OR ".join(part)), len(clauses) > 1


def _is_exact(node: Node) -> bool:
    """Whether the searches say just what the query says."""
    match node:
        case Word(_, prefix):
            return not prefix
        case Phrase():
            return True
        case Or(terms):
            return all(not isinstance(term, And | Not) and _is_exact(term) for term in terms)
        case And(terms):
            return all(map(_is_exact, terms))
        case _:
            return False  # a hashtag is asked for as a word


def _term(text: str) -> str:
    """A word that Google takes for a word: ``OR`` and what holds a sign would be read as something else."""
    bare = _bare(text)
    return bare.lower() if bare.isalnum() else f'"{bare}"'


def _bare(text: str) -> str:
    return " ".join(_QUOTES.sub(" ", text).split())
