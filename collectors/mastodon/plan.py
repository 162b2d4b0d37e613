"""What of a query can be asked of a server that knows us not: hashtag timelines, and nothing else."""

from dataclasses import dataclass

from listening.hashtags import fold_hashtag
from listening.query import And, Hashtag, Node, Or, Query


@dataclass(frozen=True, slots=True)
class Plan:
    """``tags`` are asked for, without ``#``. ``widened``: they bring more than the query wants; the rest is dropped.

    ``unasked`` are parts of the query whose posts are found only if they carry one of ``tags`` as well.
    """

    tags: tuple[str, ...]
    widened: bool
    unasked: tuple[str, ...]

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = [f"Mastodon is asked for {', '.join(f'#{tag}' for tag in self.tags) or 'nothing'}."]
        if self.unasked:
            said.append(
                f"It cannot be asked for {', '.join(self.unasked)}: servers answer strangers about hashtags only. "
                "Such posts are found where they carry one of the hashtags too."
            )
        if self.widened:
            said.append("Posts that do not match the whole query are dropped after reading.")
        return tuple(said)


def plan_for(query: Query) -> Plan:
    """The fewest hashtag timelines that hold every post of the query that hashtags can find."""
    tags, unasked = _ask(query.root)
    unique = {fold_hashtag(tag): tag for tag in reversed(tags)}
    return Plan(tuple(reversed(unique.values())), not _only_tags(query.root), tuple(dict.fromkeys(unasked)))


def _ask(node: Node) -> tuple[list[str], list[str]]:
    """Hashtags that together find the node's posts, and the parts that none of them finds."""
    match node:
        case Hashtag(tag):
            return [tag], []
        case Or(terms):
            answers = [_ask(term) for term in terms]
            return [tag for tags, _ in answers for tag in tags], [part for _, parts in answers for part in parts]
        case And(terms):
            answers = [_ask(term) for term in terms]
            # Every post has to satisfy each term, so one term that hashtags cover is enough.
            covered = [tags for tags, parts in answers if tags and not parts]
            if covered:
                return min(covered, key=len), []
            return [tag for tags, _ in answers for tag in tags], [str(Query("", node))]
        case _:
            return [], [str(Query("", node))]


def _only_tags(node: Node) -> bool:
    return isinstance(node, Hashtag) or (isinstance(node, Or) and all(map(_only_tags, node.terms)))
