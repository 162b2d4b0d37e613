"""Our query → searches in YouTube's words: a space is AND, ``|`` is OR and binds tighter; there are no parentheses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word

_MOST_TERMS = 20
_MOST_LETTERS = 500
"""Nobody wrote down how long a search may be; this is what a person might type at most."""
_SIGNS = re.compile(r"[\"\u201c\u201d\u201e|]")

Clause = tuple[str, ...]
"""Terms of which one must be there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``searches`` together find every video of the query that search can be asked for. ``widened``: they bring more
    than the query wants; the rest is dropped. ``unasked``: parts that no search finds."""

    searches: tuple[str, ...]
    widened: bool
    unasked: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = [f"YouTube is asked for {' and for '.join(f'[{search}]' for search in self.searches) or 'nothing'}."]
        if self.unasked:
            parts = ", ".join(self.unasked)
            said.append(
                f"Its search cannot be asked for {parts}. Such videos are found where they have one of the words as "
                "well, and in the channels that are named; comments in those channels only, in any case."
            )
        if self.widened:
            said.append(
                "What does not match the whole query is dropped after reading. NOT is seen to here: YouTube's would "
                "also drop videos that have the word in their keywords or in what is said in them."
            )
        return tuple(said)


def plan_for(query: Query) -> Plan:
    """The fewest searches; none for a query that can do without any word."""
    unasked: list[str] = []
    clauses = _clauses(query.root, unasked)
    if not clauses:
        clauses = _what_can_be(query.root, unasked)
    searches, shortened = _searches(clauses)
    return Plan(searches, shortened or not _is_exact(query.root), tuple(dict.fromkeys(unasked)))


def _clauses(node: Node, unasked: list[str]) -> list[Clause]:
    """What every post that matches must have; empty: nothing in particular."""
    match node:
        case Hashtag(tag):
            return [(f"#{_bare(tag)}",)]
        case Word(text, prefix) if not prefix:
            return [(_term(text),)]
        case Phrase(text):
            return [(f'"{_bare(text)}"',)]
        case Handle(handle):
            return [(f'"{_bare(handle.split("@")[0])}"',)]
        case And(terms):
            found = [clause for term in terms for clause in _clauses(term, unasked)]
            return list(dict.fromkeys(found))
        case Or(terms):
            alternatives = [_clauses(term, unasked) for term in terms]
            return _either(alternatives) if all(alternatives) else []
        case _:
            return []


def _what_can_be(node: Node, unasked: list[str]) -> list[Clause]:
    """One alternative without a word makes the whole without one: then the others are asked for, and it is told."""
    if isinstance(node, Or):
        askable = [clauses for term in node.terms if (clauses := _clauses(term, unasked))]
        unasked += [str(Query("", term)) for term in node.terms if not _clauses(term, [])]
        return _either(askable) if askable else []
    if isinstance(node, And):
        found = [clauses for term in node.terms if (clauses := _what_can_be(term, unasked))]
        return min(found, key=lambda clauses: len(clauses[0])) if found else []
    unasked.append(str(Query("", node)))
    return []


def _either(alternatives: Sequence[list[Clause]]) -> list[Clause]:
    narrowest = (min(clauses, key=len) for clauses in alternatives)
    return [tuple(dict.fromkeys(term for clause in narrowest for term in clause))]


def _searches(clauses: list[Clause]) -> tuple[tuple[str, ...], bool]:
    """As few as possible, and whether conditions had to be left out. Only one list of alternatives goes into a search:
    of several, YouTube does not say what it makes."""
    if not clauses:
        return (), False
    single = [clause for clause in clauses if len(clause) == 1]
    lists = sorted((clause for clause in clauses if len(clause) > 1), key=len)
    kept = [*lists[:1], *single]
    whole = " ".join("|".join(clause) for clause in kept)
    if sum(map(len, kept)) <= _MOST_TERMS and len(whole) <= _MOST_LETTERS:
        return (whole,), len(lists) > 1
    searches, part = list[str](), list[str]()
    for term in min(clauses, key=len):
        if part and (len(part) == _MOST_TERMS or len("|".join((*part, term))) > _MOST_LETTERS):
            searches.append("|".join(part))
            part = []
        part.append(term)
    return (*searches, "|".join(part)), len(clauses) > 1


def _is_exact(node: Node) -> bool:
    match node:
        case Word(_, prefix):
            return not prefix
        case Phrase():
            return True
        case Or(terms):
            return all(not isinstance(term, And | Not) and _is_exact(term) for term in terms)
        case And(terms):
            return sum(isinstance(term, Or) for term in terms) < 2 and all(map(_is_exact, terms))
        case _:
            return False


def _term(text: str) -> str:
    """A word that YouTube takes for a word: what holds a sign, like a ``-`` in front, would be read as something
    else."""
    bare = _bare(text)
    return bare if bare.isalnum() else f'"{bare}"'


def _bare(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", text).split())
