"""What of a query GDELT's files can answer. Nothing is asked of it: they are read whole, and searched here."""

from dataclasses import dataclass

from listening.errors import ConfigError
from listening.query import Handle, Hashtag, Query, Searchable


@dataclass(frozen=True, slots=True)
class Plan:
    """``rare``: parts of the query that titles of articles hardly ever have."""

    rare: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = [
            "GDELT is asked for nothing in particular: its files hold all articles, and those whose title, or whose "
            "list of organisations and names, answers the whole query are kept. The articles' own words are not given."
        ]
        if self.rare:
            said.append(f"Titles of articles hardly ever have {', '.join(self.rare)}: add the name as words.")
        return tuple(said)


def plan_for(query: Query) -> Plan:
    """Raises :class:`ConfigError` for a query that all the world's news would answer."""
    if query.matches(Searchable.of("")):
        raise ConfigError(
            f"GDELT holds all the world's news, and the query '{query.text[:80]}' can do without any word: add a word, "
            'a "phrase" or a hashtag that every post of it has, or take gdelt off the brand\'s platforms.'
        )
    rare = (str(Query("", term)) for term in query.terms() if isinstance(term, Hashtag | Handle))
    return Plan(tuple(dict.fromkeys(rare)))
