"""What of a query Bluesky can answer: all of it, since every post passes by, but for handles that no post holds."""

from dataclasses import dataclass

from listening.query import Handle, Query

from .needles import Needles


@dataclass(frozen=True, slots=True)
class Plan:
    """``unheard``: handles that stand in no post as they are written in the query."""

    reads_everything: bool
    unheard: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = ["Bluesky is not asked: all its posts are read as they come, and those that match the query are kept."]
        if self.unheard:
            names = ", ".join(f"@{handle}" for handle in self.unheard)
            said.append(f"Handles on Bluesky are whole, like @acme.bsky.social: {names} finds nobody's mention there.")
        if self.reads_everything:
            said.append("The query has a part for which every post has to be understood, which takes longer.")
        return tuple(said)


def plan_for(query: Query) -> Plan:
    unheard = [term.handle for term in query.terms() if isinstance(term, Handle) and "." not in term.handle]
    return Plan(Needles(query).all is None, tuple(dict.fromkeys(unheard)))
