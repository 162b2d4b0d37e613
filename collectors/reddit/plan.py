"""What of a query Reddit's search can be asked for, in its own words, and what is seen to here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from listening.analysis import fold_word, tokens
from listening.hashtags import fold_hashtag
from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word

MAX_QUERY = 512
"""Characters of ``q`` (reddit.com/dev/api, GET /search, November 2026)."""
_MAX_GROUP = MAX_QUERY - 2  # with parentheses around it


@dataclass(frozen=True, slots=True)
class Plan:
    """``queries`` are asked, each in Reddit's words; together they find what can be found.

    ``widened``: they bring more than is wanted; the rest is dropped here. ``unasked``: parts whose posts are found only
    in watched subreddits, or if they answer another part as well.
    """

    queries: tuple[str, ...]
    widened: bool
    unasked: tuple[str, ...]
    hashtags: tuple[str, ...]
    hashtags_as_words: bool

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = [f"Reddit is asked for {' and for '.join(self.queries) or 'nothing'}."]
        if self.hashtags:
            tags = ", ".join(f"#{tag}" for tag in self.hashtags)
            said.append(
                f"Reddit knows no hashtags: {tags} is looked for as a word, and "
                + (
                    "a post that has the word counts, with # or without (hashtags_as_words)."
                    if self.hashtags_as_words
                    else "only posts that write it with # are kept."
                )
            )
        if self.unasked:
            said.append(
                f"It cannot be asked for {', '.join(self.unasked)}. Such posts are found where they answer another "
                "part of the query, and in subreddits that are watched."
            )
        if self.widened:
            said.append(
                "Posts that do not match the whole query are dropped after reading. NOT is always seen to here: "
                "Reddit's would also drop posts that have only a related form of the word, or have it in a link."
            )
        return tuple(said)


def plan_for(query: Query, hashtags_as_words: bool = False) -> Plan:
    """The fewest searches that bring every post of the query that search can find."""
    alternatives, unasked = _ask(query.root)
    tags = {fold_hashtag(term.tag): term.tag for term in query.terms() if isinstance(term, Hashtag)}
    return Plan(
        tuple(_packed(list(dict.fromkeys(alternatives)))),
        not _only_words(query.root),
        tuple(dict.fromkeys(unasked)),
        tuple(tags.values()),
        hashtags_as_words and bool(tags),
    )


def with_tags_as_words(query: Query) -> Query:
    """The query in which each ``#tag`` is also answered by the word; its revision is another one."""
    return Query(query.text, _widened(query.root))


def _widened(node: Node) -> Node:
    match node:
        case Hashtag(tag):
            return Or((node, Phrase(tag) if len(tokens(tag)) > 1 else Word(tag)))
        case Not(term):
            return Not(_widened(term))
        case And(terms):
            return And(tuple(map(_widened, terms)))
        case Or(terms):
            return Or(tuple(map(_widened, terms)))
        case _:
            return node


def _ask(node: Node) -> tuple[list[str], list[str]]:
    """Searches that together find the node's posts, and the parts that none of them finds."""
    match node:
        case Hashtag(tag):
            return _term(tag, node)
        case Handle(handle):
            return _term(handle.split("@", 1)[0], node)
        case Word(text, prefix):
            return ([], [str(Query("", node))]) if prefix else _term(text, node)
        case Phrase(text):
            return _term(text, node)
        case Or(terms):
            answers = [_ask(term) for term in terms]
            return [one for found, _ in answers for one in found], [part for _, parts in answers for part in parts]
        case And(terms):
            answers = [_ask(term) for term in terms]
            # Every post has to answer each term: those that can be asked whole are enough.
            covered = [list(dict.fromkeys(found)) for found, parts in answers if found and not parts]
            short = [group for group in covered if len(_either(group)) <= _MAX_GROUP]
            if len(short) > 1:
                return [_all_of([_either(group) for group in short])], []
            if covered:
                return min(short or covered, key=len), []
            return [one for found, _ in answers for one in found], [str(Query("", node))]
        case _:
            return [], [str(Query("", node))]


def _term(text: str, node: Node) -> tuple[list[str], list[str]]:
    """As written and, where that differs, as people type it without accents."""
    spellings = [" ".join(text.replace('"', " ").replace("\\", " ").split())]
    folded = " ".join(fold_word(word) for word in spellings[0].split())
    if folded != spellings[0].casefold():
        spellings.append(folded)
    asked = [f'"{one}"' if not (one.isascii() and one.isalnum()) else one for one in spellings]
    # Of an emoji, Reddit's search knows nothing; as operators, its words would not be searched for.
    sayable = [
        f'"{one}"' if one.upper() in ("AND", "OR", "NOT") else one
        for one in asked
        if any(map(str.isalnum, one)) and len(one) <= MAX_QUERY // 2
    ]
    return (sayable, []) if sayable else ([], [str(Query("", node))])


def _either(alternatives: Sequence[str]) -> str:
    return alternatives[0] if len(alternatives) == 1 else f"({' OR '.join(map(_grouped, alternatives))})"


def _grouped(alternative: str) -> str:
    return f"({alternative})" if " AND " in alternative else alternative


def _all_of(parts: Sequence[str]) -> str:
    """As many of the parts as fit, short ones first: one that is left out is seen to here."""
    kept: list[str] = []
    for part in sorted(dict.fromkeys(parts), key=len):
        if len(" AND ".join([*kept, part])) > _MAX_GROUP:
            break
        kept.append(part)
    return " AND ".join(part for part in dict.fromkeys(parts) if part in kept)


def _packed(alternatives: Sequence[str]) -> Iterator[str]:
    """Alternatives joined with OR, in as few searches as their length allows."""
    waiting: list[str] = []
    for one in alternatives:
        if waiting and len(_joined([*waiting, one])) > MAX_QUERY:
            yield _joined(waiting)
            waiting = []
        waiting.append(one)
    if waiting:
        yield _joined(waiting)


def _joined(alternatives: Sequence[str]) -> str:
    return alternatives[0] if len(alternatives) == 1 else " OR ".join(map(_grouped, alternatives))


def _only_words(node: Node) -> bool:
    return isinstance(node, Word | Phrase) or (isinstance(node, Or) and all(map(_only_words, node.terms)))
