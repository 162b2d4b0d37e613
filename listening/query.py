"""The query language: one parser and one evaluator, for collecting, for search and for drill-down.

    #ilovemycompany OR ("Acme Corp" AND NOT jobs) @acme

A hashtag, a handle, a word, a "quoted phrase", a ``prefix*``; AND (or nothing between two terms), OR, NOT (or ``-``)
and parentheses. NOT binds first, then AND, then OR. ``*`` alone is every post.
Operators are upper case; in lower case they are words.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

import regex

from .analysis import fold_word, phrase_variants, tokens, variants, words
from .errors import QueryError
from .hashtags import fold_hashtag, is_hashtag
from .sentences import sentence

MAX_LENGTH = 4_000  # characters; longer ones are pasted by mistake, and no platform takes them
MAX_TERMS = 200
MAX_DEPTH = 50  # parentheses and NOTs inside one another; people write three


@dataclass(frozen=True, slots=True)
class Everything:
    """``*``"""


@dataclass(frozen=True, slots=True)
class Hashtag:
    """``#tag``; ``tag`` keeps its spelling, without ``#``."""

    tag: str


@dataclass(frozen=True, slots=True)
class Handle:
    """``@name`` or ``@name@server``; without ``@``. A mention of it in a post matches."""

    handle: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or the beginning of one if ``prefix``."""

    text: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in this order, next to each other."""

    text: str


@dataclass(frozen=True, slots=True)
class Not:
    term: "Node"


@dataclass(frozen=True, slots=True)
class And:
    terms: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    terms: tuple["Node", ...]


Node = Everything | Hashtag | Handle | Word | Phrase | Not | And | Or


@dataclass(frozen=True, slots=True)
class Searchable:
    """What a query is evaluated on: the tokens of a post's title and text, its hashtags and the handles it mentions.

    ``handles`` are folded by :func:`fold_handle`, ``hashtags`` by ``fold_hashtag``.
    """

    tokens: tuple[str, ...]
    hashtags: frozenset[str]
    handles: frozenset[str]

    @classmethod
    def of(
        cls,
        text: str,
        hashtags: tuple[str, ...] = (),
        handles: tuple[str, ...] = (),
        language: str | None = None,
    ) -> "Searchable":
        return cls(
            tuple(tokens(text, language)),
            frozenset(map(fold_hashtag, hashtags)),
            frozenset(map(fold_handle, handles)),
        )


def fold_handle(handle: str) -> str:
    """The form by which two handles are the same, without the leading ``@``."""
    return unicodedata.normalize("NFKC", handle).strip().lstrip("@").casefold()


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. ``text`` is as typed; ``revision`` changes exactly when the meaning may have changed."""

    text: str
    root: Node

    @property
    def revision(self) -> str:
        return sha256(str(self).encode()).hexdigest()[:12]

    def __str__(self) -> str:
        return _write(self.root)

    def matches(self, post: Searchable) -> bool:
        """Whether a post answers the query; the reference that every index and platform is compared with."""
        return _matches(self.root, post)

    def terms(self) -> Iterator[Hashtag | Handle | Word | Phrase]:
        """The terms that a post may contain to match (those under NOT are left out), in order of writing."""
        yield from _terms(self.root)


_LEXER = regex.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<phrase>["\u201c\u201d\u201e][^"\u201c\u201d\u201e]*["\u201c\u201d\u201e])
    |(?P<unclosed>["\u201c\u201d\u201e])|(?P<minus>-(?=[^\s-]))|(?P<word>[^\s()]+))""",
    regex.VERBOSE,
)
# Hebrew gershayim are typed as ASCII quotes inside words (צה"ל): such a quote opens no phrase.
_INNER_QUOTE = regex.compile(r"(?<=\p{Script=Hebrew})[\"\u201d](?=\p{Script=Hebrew})")
# What stands after a tag or a handle in a list that somebody pasted.
_LIST_SIGNS = ",.;:!?…"
_HANDLE = regex.compile(r"[\p{L}\p{M}\p{N}_.\-·]+(?:@[\p{L}\p{M}\p{N}.\-:]+)?")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Query:
    """Read a query; raises :class:`QueryError` with a sentence and the offset where reading stopped."""
    if len(text) > MAX_LENGTH:
        raise QueryError(
            sentence("The query has %(many)s characters; %(most)s are the most.", many=len(text), most=MAX_LENGTH),
            MAX_LENGTH,
        )
    reader = _Reader(text, list(_lex(text)))
    if not reader.tokens:
        raise QueryError(sentence('The query is empty: write a hashtag, a word or a "phrase", or * for every post.'))
    root = reader.either()
    if reader.rest:
        stray = reader.rest[0]
        raise QueryError(
            sentence("There is a ')' at character %(at)s that closes nothing: remove it.", at=stray.at + 1), stray.at
        )
    if _depth(root) > MAX_DEPTH:
        raise _too_deep(0)
    if sum(1 for _ in _leaves(root)) > MAX_TERMS:
        raise QueryError(
            sentence("The query has more than %(most)s terms: split it into two brands.", most=MAX_TERMS), 0
        )
    return Query(text.strip(), root)


def _lex(text: str) -> Iterator[_Token]:
    readable = _INNER_QUOTE.sub("\u05f4", text)  # one character for one, so that offsets stay true
    at = 0
    while match := _LEXER.match(readable, at):
        kind = match.lastgroup or ""
        start = match.start(kind)
        if kind == "unclosed":
            raise QueryError(
                sentence('The quote at character %(at)s is never closed: add a " after the phrase.', at=start + 1),
                start,
            )
        yield _Token(kind, text[start : match.end(kind)], start)
        at = match.end()


class _Reader:
    """Recursive descent over the tokens; ``rest`` is what is still to be read."""

    def __init__(self, text: str, found: list[_Token]) -> None:
        self.text, self.tokens, self.rest = text, found, found[:]
        self.depth = 0

    def either(self) -> Node:
        terms = [self.all_of()]
        while self._take_operator("OR"):
            terms.append(self.all_of())
        return terms[0] if len(terms) == 1 else Or(tuple(terms))

    def all_of(self) -> Node:
        terms = [self.maybe_not()]
        while self.rest and self.rest[0].kind != "close" and not self._is_operator("OR"):
            self._take_operator("AND")
            terms.append(self.maybe_not())
        return terms[0] if len(terms) == 1 else And(tuple(terms))

    def maybe_not(self) -> Node:
        if self._take_operator("NOT") or self._take_kind("minus"):
            return Not(self._below(self.maybe_not))
        return self.single()

    def single(self) -> Node:
        if not self.rest:
            raise QueryError(
                sentence("The query ends where a term is missing: write a word, or remove the operator."),
                len(self.text),
            )
        token = self.rest.pop(0)
        if token.kind == "open":
            inner = self._below(self.either)
            if not self._take_kind("close"):
                raise QueryError(
                    sentence("The '(' at character %(at)s is never closed: add a ')'.", at=token.at + 1), token.at
                )
            return inner
        if token.kind == "close" or token.text in ("AND", "OR"):
            raise QueryError(
                sentence(
                    "At character %(at)s there is '%(text)s' where a term is missing.",
                    at=token.at + 1,
                    text=token.text,
                ),
                token.at,
            )
        return _leaf(token)

    def _below(self, read: "Callable[[], Node]") -> Node:
        """What ``read`` reads, one level down."""
        if self.depth == MAX_DEPTH:
            raise _too_deep(self.rest[0].at if self.rest else len(self.text))
        self.depth += 1
        node = read()
        self.depth -= 1
        return node

    def _is_operator(self, name: str) -> bool:
        return bool(self.rest) and self.rest[0].kind == "word" and self.rest[0].text == name

    def _take_operator(self, name: str) -> bool:
        if taken := self._is_operator(name):
            self.rest.pop(0)
        return taken

    def _take_kind(self, kind: str) -> bool:
        if taken := bool(self.rest) and self.rest[0].kind == kind:
            self.rest.pop(0)
        return taken


def _too_deep(at: int) -> QueryError:
    return QueryError(
        sentence("More than %(most)s parentheses or NOTs stand inside one another: write it flatter.", most=MAX_DEPTH),
        at,
    )


def _depth(node: Node) -> int:
    match node:
        case Not(term):
            return 1 + _depth(term)
        case And(terms) | Or(terms):
            return 1 + max(map(_depth, terms))
        case _:
            return 0


def _leaf(token: _Token) -> Node:
    text = unicodedata.normalize("NFC", token.text)
    if token.kind == "phrase":
        found = in_order(text[1:-1])
        if found is None:
            raise QueryError(sentence("The phrase at character %(at)s has no word in it.", at=token.at + 1), token.at)
        return found
    if text == "*":
        return Everything()
    if text[0] in "#\uff03\ufe5f":
        tag = text[1:].rstrip(_LIST_SIGNS)
        if not fold_hashtag(tag):
            raise QueryError(
                sentence("The hashtag at character %(at)s is empty: write a word after '#'.", at=token.at + 1),
                token.at,
            )
        if not is_hashtag(tag):
            raise QueryError(
                sentence(
                    "'%(text)s' at character %(at)s is no hashtag: letters, digits and _ may stand in one; write a "
                    "space between two, and no * after it.",
                    text=text,
                    at=token.at + 1,
                ),
                token.at,
            )
        return Hashtag(tag)
    if text[0] in "@\uff20":
        handle = text[1:].rstrip(_LIST_SIGNS)
        if not fold_handle(handle):
            raise QueryError(
                sentence("The handle at character %(at)s is empty: write a name after '@'.", at=token.at + 1),
                token.at,
            )
        if not _HANDLE.fullmatch(fold_handle(handle)):
            raise QueryError(
                sentence(
                    "'%(text)s' at character %(at)s is no handle: write it like @name or @name@server.example.",
                    text=text,
                    at=token.at + 1,
                ),
                token.at,
            )
        return Handle(handle)
    prefix = len(text) > 1 and text.endswith("*")
    if "*" in text.rstrip("*"):
        raise QueryError(
            sentence(
                "'%(text)s' at character %(at)s has a * before its end: only the end of a word may be left open, "
                "like work*.",
                text=text,
                at=token.at + 1,
            ),
            token.at,
        )
    term = in_order(text)
    if term is None:
        raise QueryError(
            sentence(
                "'%(text)s' at character %(at)s has no letter or digit to search for.", text=text, at=token.at + 1
            ),
            token.at,
        )
    return Word(term.text, prefix=True) if prefix and isinstance(term, Word) else term


def in_order(text: str) -> Word | Phrase | None:
    """The term that finds the words of ``text`` next to each other; None if it has none."""
    count = len(tokens(text))
    return Phrase(text) if count > 1 else Word(_bare(text)) if count else None


def _bare(text: str) -> str:
    """The one word in ``text`` without the signs around it: ``Yahoo!`` is found as ``Yahoo``."""
    return next(word for _, _, word in words(unicodedata.normalize("NFKC", text)) if tokens(word))


def _write(node: Node) -> str:
    match node:
        case Everything():
            return "*"
        case Hashtag(tag):
            return f"#{fold_hashtag(tag)}"
        case Handle(handle):
            return f"@{fold_handle(handle)}"
        case Word(text, prefix):
            return fold_word(text) + "*" * prefix
        case Phrase(text):
            return f'"{" ".join(tokens(text))}"'
        case Not(term):
            return f"NOT {_write(term)}"
        case And(terms):
            return "(" + " AND ".join(map(_write, terms)) + ")"
        case Or(terms):
            return "(" + " OR ".join(map(_write, terms)) + ")"


def _matches(node: Node, post: Searchable) -> bool:
    match node:
        case Everything():
            return True
        case Hashtag(tag):
            return fold_hashtag(tag) in post.hashtags
        case Handle(handle):
            return _handle_matches(fold_handle(handle), post.handles)
        case Word(text, prefix):
            if prefix:
                start = fold_word(text)
                return any(token.startswith(start) for token in post.tokens)
            return not variants(text).isdisjoint(post.tokens)
        case Phrase(text):
            return any(_contains(post.tokens, way) for way in phrase_variants(text))
        case Not(term):
            return not _matches(term, post)
        case And(terms):
            return all(_matches(term, post) for term in terms)
        case Or(terms):
            return any(_matches(term, post) for term in terms)


def _handle_matches(wanted: str, handles: frozenset[str]) -> bool:
    """``@acme`` also finds a mention of ``@acme@server``; ``@acme@server`` finds just that one."""
    return wanted in handles or ("@" not in wanted and any(h.split("@", 1)[0] == wanted for h in handles))


def _contains(found: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    at = -1
    for _ in range(found.count(wanted[0])):
        at = found.index(wanted[0], at + 1)
        if found[at : at + len(wanted)] == wanted:
            return True
    return False


def _leaves(node: Node, through_not: Callable[[Not], bool] = lambda _: True) -> Iterator[Node]:
    match node:
        case Not(term):
            if through_not(node):
                yield from _leaves(term, through_not)
        case And(terms) | Or(terms):
            for term in terms:
                yield from _leaves(term, through_not)
        case _:
            yield node


def _terms(node: Node) -> Iterator[Hashtag | Handle | Word | Phrase]:
    for leaf in _leaves(node, through_not=lambda _: False):
        if isinstance(leaf, Hashtag | Handle | Word | Phrase):
            yield leaf
