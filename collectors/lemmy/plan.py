"""Our query → searches. Servers look for one piece of text; of words that must all be there, one is asked for."""

from dataclasses import dataclass

from listening.errors import ConfigError
from listening.query import And, Handle, Hashtag, Node, Or, Phrase, Query, Word

_MOST_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Plan:
    """``searches`` are made one by one. ``unasked``: parts of the query that are found only beside one of them."""

    searches: tuple[str, ...]
    widened: bool
    unasked: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = [f"Lemmy is asked for {' and for '.join(f'[{search}]' for search in self.searches)}."]
        if self.unasked:
            said.append(f"It cannot be asked for {', '.join(self.unasked)}: found where one of these words is too.")
        if self.widened:
            said.append("That is wider than the query, and what does not match is dropped after reading.")
        said.append("Servers look for letters as they are written: other accents and other forms are not found.")
        return tuple(said)


def plan_for(query: Query) -> Plan:
    """Raises :class:`ConfigError` for a query without a word that servers could look for."""
    found = _asked(query.root)
    unasked: list[str] = []
    if not found and isinstance(query.root, Or):
        found = tuple(text for term in query.root.terms for text in _asked(term))
        unasked = [str(Query("", term)) for term in query.root.terms if not _asked(term)]
    if not found:
        raise ConfigError(
            f"Lemmy must be asked for words, and the query '{query.text[:80]}' can do without any: add a word, a "
            'hashtag or a "phrase" that every post of it has, or take lemmy off the brand\'s platforms.'
        )
    return Plan(tuple({text.casefold(): text for text in found}.values()), not _is_exact(query.root), tuple(unasked))


def _asked(node: Node) -> tuple[str, ...]:
    """Texts of which every match has one; empty if there are none."""
    match node:
        case Hashtag(tag):
            return (f"#{tag}",)
        case Word(text) | Phrase(text):
            return (" ".join(text.split())[:_MOST_LETTERS],)
        case Handle(handle):
            return (f"@{handle}",)
        case And(terms):
            ways = [found for term in terms if (found := _asked(term))]
            return min(ways, key=lambda found: (len(found), -min(map(len, found))), default=())
        case Or(terms):
            ways = [_asked(term) for term in terms]
            return tuple(text for found in ways for text in found) if all(ways) else ()
        case _:
            return ()


def _is_exact(node: Node) -> bool:
    """A hashtag or a word is looked for inside words too."""
    return isinstance(node, Phrase) or (isinstance(node, Or) and all(map(_is_exact, node.terms)))
