"""Our query in X's own words. What X cannot say is widened, and filtered again here; the plan says so in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import regex

from listening.analysis import tokens, words
from listening.errors import ConfigError
from listening.hashtags import fold_hashtag
from listening.query import And, Everything, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word

from .terms import Term, Words, all_of, any_of, is_positive, measure, pieces, write

_PLAIN = regex.compile(r"[\p{L}\p{M}\p{N}_]+")
_NAME = regex.compile(r"[A-Za-z0-9_]{1,15}")
_OPERATORS = frozenset({"or", "and", "not"})


@dataclass(frozen=True, slots=True)
class Plan:
    """``asked`` are X's queries; together they bring every post that X can find for ours.

    ``unasked`` are parts whose posts are found only if another part finds them too; ``left_out`` narrowed the query and
    is filtered here; ``elsewhere`` are accounts of other platforms; ``forms``: it has words, of which X knows no forms.
    """

    asked: tuple[str, ...]
    unasked: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    forms: bool = False
    languages: tuple[str, ...] = ()
    reposts: bool = True

    def sentences(self) -> tuple[str, ...]:
        """The plan for people."""
        said = ["X is asked for " + "; and for ".join(self.asked) + "."]
        if len(self.asked) > 1:
            said.append("The query is too long for X and asked in parts; a post that two of them find is paid twice.")
        if self.unasked:
            said.append(
                f"X cannot be asked for {', '.join(self.unasked)}: it knows no beginnings of words, and nothing that "
                "only says what is not wanted. Such posts are found where another part of the query finds them too."
            )
        if self.left_out:
            said.append(f"Not said to X, and filtered here after paying: {', '.join(self.left_out)}.")
        if self.elsewhere:
            said.append(f"These accounts are of other platforms, and not asked for: {', '.join(self.elsewhere)}.")
        if self.forms:
            said.append("X finds words as they are written, without their other forms: add those that matter.")
        if self.languages:
            said.append(f"Only posts that X takes to be in {', '.join(self.languages)} are bought.")
        if not self.reposts:
            said.append("Reposts, which only repeat another post, are not bought.")
        said.append("Posts that do not match the whole query are dropped after reading.")
        return tuple(said)


@dataclass(slots=True)
class _Asked:
    """What can be asked of a node. ``words`` None: nothing. ``unasked``: parts of it that ``words`` do not bring."""

    words: Words | None
    unasked: list[str] = field(default_factory=list)
    nowhere: bool = False
    """No post of X can match."""


@dataclass(slots=True)
class _Notes:
    left_out: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)


def plan_for(query: Query, longest: int, languages: Sequence[str] = (), reposts: bool = True) -> Plan:
    """``longest``: characters that X takes. Raises :class:`ConfigError` where nothing of the query can be asked."""
    notes = _Notes()
    asked = _ask(_pushed(query.root, negated=False), notes)
    if asked.words is None or not is_positive(asked.words):
        raise ConfigError(
            f"X can be asked for hashtags, handles, words and phrases, and the query '{query.text[:80]}' has none that "
            "finds its posts: add one, or take x off the brand's platforms."
        )
    narrowed = " OR ".join(f"lang:{code}" for code in languages)
    suffix = f" ({narrowed})" if len(languages) > 1 else f" {narrowed}" if languages else ""
    suffix += "" if reposts else " -is:retweet"
    try:
        parts, lost = pieces(asked.words, longest - measure(suffix) - 2 * bool(suffix))
    except ValueError as error:
        raise ConfigError(
            f"A term of the query has more characters than the {longest} that X takes: shorten the phrase that begins "
            f"with {str(error)[:40]}."
        ) from error
    return Plan(
        asked=tuple(write(part, inside=bool(suffix)) + suffix for part in parts),
        unasked=tuple(dict.fromkeys(asked.unasked)),
        left_out=tuple(dict.fromkeys([*notes.left_out, *lost])),
        elsewhere=tuple(dict.fromkeys(notes.elsewhere)),
        forms=any(isinstance(term, Word | Phrase) for term in query.terms()),
        languages=tuple(languages),
        reposts=reposts,
    )


def _pushed(node: Node, negated: bool) -> Node:
    """The same query with every NOT at a single term, as X wants it."""
    match node:
        case Not(term):
            return _pushed(term, not negated)
        case And(terms):
            parts = tuple(_pushed(term, negated) for term in terms)
            return Or(parts) if negated else And(parts)
        case Or(terms):
            parts = tuple(_pushed(term, negated) for term in terms)
            return And(parts) if negated else Or(parts)
        case _:
            return Not(node) if negated else node


def _ask(node: Node, notes: _Notes) -> _Asked:
    match node:
        case And(terms):
            return _ask_all(node, [_ask(term, notes) for term in terms], notes)
        case Or(terms):
            return _ask_any([(term, _ask(term, notes)) for term in terms])
        case Not(term):
            return _ask_not(term)
        case Handle(handle) if "@" in handle:
            notes.elsewhere.append(f"@{handle}")
            return _Asked(None, nowhere=True)
        case _:
            text = _operator(node)
            return _Asked(Term(text)) if text else _Asked(None, [_said(node)])


def _ask_not(term: Node) -> _Asked:
    text = _exact_operator(term)
    # Whatever X cannot exclude exactly is bought and excluded here.
    return _Asked(Term(text, negated=True) if text else None, [] if text else [_said(Not(term))])


def _ask_all(node: Node, answers: list[_Asked], notes: _Notes) -> _Asked:
    if any(answer.nowhere for answer in answers):
        return _Asked(None, nowhere=True)
    whole = [answer.words for answer in answers if answer.words is not None and not answer.unasked]
    # Every post has to satisfy each term, so those that X can say in full are enough.
    if any(map(is_positive, whole)):
        notes.left_out += [part for answer in answers for part in answer.unasked]
        return _Asked(all_of(whole))
    some = [answer.words for answer in answers if answer.words is not None]
    if any(map(is_positive, some)):
        return _Asked(all_of(some), [_said(node)])
    # Only what is not wanted: it narrows what stands beside it, and cannot be asked for alone.
    return _Asked(all_of(whole)) if whole else _Asked(None, [_said(node)])


def _ask_any(answers: list[tuple[Node, _Asked]]) -> _Asked:
    possible = [(term, answer) for term, answer in answers if not answer.nowhere]
    if not possible:
        return _Asked(None, nowhere=True)
    found: list[Words] = []
    unasked: list[str] = []
    for term, answer in possible:
        if answer.words is not None and is_positive(answer.words):
            found.append(answer.words)
            unasked += answer.unasked
        else:
            unasked.append(_said(term))
    return _Asked(any_of(found) if found else None, unasked)


def _operator(node: Node) -> str | None:
    """X's operator that finds a term's posts, at least those in which it is written as in the query."""
    exact = _exact_operator(node)
    if exact is None and isinstance(node, Hashtag):
        return _quoted(node.tag)  # X has no such hashtags; it reads them as words
    return exact


def _exact_operator(node: Node) -> str | None:
    """X's operator that finds no other posts than the term does, None if it has none."""
    match node:
        case Hashtag(tag):
            plain = fold_hashtag(tag)
            return f"#{tag}" if _PLAIN.fullmatch(tag) and not plain.isdecimal() else None
        case Handle(handle):
            return f"@{handle}" if _NAME.fullmatch(handle) else None
        case Word(text, prefix=False):
            return text if _PLAIN.fullmatch(text) and text.casefold() not in _OPERATORS else _quoted(text)
        case Phrase(text):
            return _quoted(text)
        case _:
            return None


def _quoted(text: str) -> str | None:
    """In quotes X reads no operators. Inside, only words count, and a quote or a backslash would end them."""
    kept = [word.replace('"', " ").replace("\\", " ") for _, _, word in words(text) if tokens(word)]
    return f'"{" ".join(kept)}"' if kept else None


def _said(node: Node) -> str:
    return str(Query("", node)) if not isinstance(node, Everything) else "every post (*)"
