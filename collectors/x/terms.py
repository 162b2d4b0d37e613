"""Queries in X's own words, as trees that can be written, measured and cut."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One operator. ``negated``: posts that have it are not wanted."""

    text: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Flat: none of ``terms`` is an :class:`AllOf`."""

    terms: tuple["Words", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Flat: none of ``terms`` is an :class:`AnyOf`. None of them consists of negations only."""

    terms: tuple["Words", ...]


Words = Term | AllOf | AnyOf


def all_of(terms: Sequence[Words]) -> Words:
    flat = [part for term in terms for part in (term.terms if isinstance(term, AllOf) else (term,))]
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else AllOf(unique)


def any_of(terms: Sequence[Words]) -> Words:
    flat = [part for term in terms for part in (term.terms if isinstance(term, AnyOf) else (term,))]
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def write(words: Words, inside: bool = False) -> str:
    """``inside`` another: what has several terms stands in parentheses."""
    match words:
        case Term(text, negated):
            return "-" * negated + text
        case AllOf(terms):
            text = " ".join(write(term, inside=True) for term in terms)
        case AnyOf(terms):
            text = " OR ".join(write(term, inside=True) for term in terms)
    return f"({text})" if inside else text


def length(words: Words, inside: bool = False) -> int:
    return measure(write(words, inside))


def measure(text: str) -> int:
    """As X counts: an emoji, or another sign beyond the first 65,536, is two characters."""
    return len(text.encode("utf-16-le")) // 2


def is_positive(words: Words) -> bool:
    """Whether X can be asked for it alone: it takes no query that says only what is not wanted."""
    match words:
        case Term(_, negated):
            return not negated
        case AllOf(terms):
            return any(map(is_positive, terms))
        case AnyOf(terms):
            return all(map(is_positive, terms))


def pieces(words: Words, most: int) -> tuple[list[Words], list[str]]:
    """Queries of at most ``most`` characters that together bring all that ``words`` would, and what was left out of
    them so that they fit (they bring more then). Raises ``ValueError`` for a single term that is too long."""
    if length(words) <= most:
        return [words], []
    match words:
        case AnyOf(terms):
            return _cut_any(terms, most)
        case AllOf(terms):
            return _cut_all(terms, most)
        case Term(text):
            raise ValueError(text)


def _cut_any(terms: Sequence[Words], most: int) -> tuple[list[Words], list[str]]:
    made: list[Words] = []
    left_out: list[str] = []
    open_: list[Words] = []
    for term in terms:
        if open_ and length(any_of([*open_, term])) <= most:
            open_.append(term)
            continue
        parts, lost = pieces(term, most)
        left_out += lost
        if open_:
            made.append(any_of(open_))
        *whole, last = parts
        made += whole
        open_ = [last]
    return [*made, any_of(open_)], left_out


def _cut_all(terms: Sequence[Words], most: int) -> tuple[list[Words], list[str]]:
    """What is not wanted is left out first; then the longest choice is asked for in turns; then a condition goes."""
    kept = list(terms)
    left_out: list[str] = []
    while length(all_of(kept)) > most:
        choices = [term for term in kept if isinstance(term, AnyOf)]
        negated = [term for term in kept if not is_positive(term)]
        wanted = [term for term in kept if is_positive(term)]
        longest = max(choices or wanted, key=length)
        rest = [term for term in kept if term is not longest]
        room = most - (length(all_of(rest)) + 3 if rest else 0)
        if choices and room >= most // 2:
            parts, lost = pieces(longest, room)
            return [all_of([*rest, part]) for part in parts], [*left_out, *lost]
        if negated:
            gone = negated[-1]
        elif len(wanted) > 1:
            gone = max(wanted, key=length)
        else:
            parts, lost = pieces(wanted[0], most)
            return parts, [*left_out, *lost]
        kept.remove(gone)
        left_out.append(write(gone))
    return [all_of(kept)], left_out
