"""How well are risks found? Precision, recall and F1 by category and by language, and false alarms by kind of trap."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

from listening.errors import UnreadableInput

COLUMNS = ("text", "language", "categories", "trap")
Finder = Callable[[Sequence[str], Sequence[str]], Sequence[Set[str]]]
"""Texts and their languages (ISO 639-1) in, the names of the categories found in each out, in the same order."""

_NORMAL_95 = 1.959964
"""The 97.5 % point of the normal distribution: 2.5 % are left out at either end."""


@dataclass(frozen=True, slots=True)
class GoldPost:
    """A post and what is to be found in it. Harmless ones have no category, and a kind of trap instead."""

    text: str
    language: str
    categories: frozenset[str]
    trap: str


@dataclass(frozen=True, slots=True)
class Interval:
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`: a proportion, and how far it can be trusted."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """None where there is nothing to take a share of: unknown is not zero."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> Interval | None:
        """Where the true proportion lies, with 95 % confidence; also right for few posts and shares near 0 or 1.

        The score interval of E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
        Journal of the American Statistical Association 22 (1927), pages 209-212, doi:10.1080/01621459.1927.10502953.
        """
        if not self.of:
            return None
        share, square = self.hits / self.of, _NORMAL_95**2
        scale = 1 + square / self.of
        centre = (share + square / (2 * self.of)) / scale
        reach = _NORMAL_95 / scale * sqrt(share * (1 - share) / self.of + square / (4 * self.of**2))
        return Interval(max(0.0, centre - reach), min(1.0, centre + reach))


@dataclass(slots=True)
class Tally:
    """Counts of (post, category) pairs: rightly found, wrongly found, missed."""

    found: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, wanted: Set[str], found: Set[str]) -> None:
        self.found += len(wanted & found)
        self.wrong += len(found - wanted)
        self.missed += len(wanted - found)

    @property
    def support(self) -> int:
        return self.found + self.missed

    @property
    def precision(self) -> Share:
        return Share(self.found, self.found + self.wrong)

    @property
    def recall(self) -> Share:
        return Share(self.found, self.support)

    @property
    def f1(self) -> float | None:
        """None where there was nothing to find and nothing was found."""
        total = 2 * self.found + self.wrong + self.missed
        return 2 * self.found / total if total else None


@dataclass(frozen=True, slots=True)
class Mistake:
    """A post with categories that were missed, or found though they are not there."""

    post: GoldPost
    missed: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskScores:
    """`any_risk` asks only whether a post is noticed at all, under whatever category; `all` is every pair alike.

    `traps` has the share of harmless posts that raised an alarm, by kind; `harmless` of all of them.
    """

    posts: int
    categories: Mapping[str, Tally]
    languages: Mapping[str, Tally]
    all: Tally
    any_risk: Tally
    traps: Mapping[str, Share]
    harmless: Share
    mistakes: tuple[Mistake, ...]


@dataclass
class _Alarms:
    """Harmless posts of each kind, and how many of them raised an alarm."""

    posts: dict[str, int] = field(default_factory=dict)
    raised: dict[str, int] = field(default_factory=dict)

    def add(self, trap: str, alarm: bool) -> None:
        self.posts[trap] = self.posts.get(trap, 0) + 1
        self.raised[trap] = self.raised.get(trap, 0) + alarm


def evaluate_risks(posts: Sequence[GoldPost], find: Finder) -> RiskScores:
    """Asks `find` once for all posts.

    A category counts as found only under its own name: harassment found in a report of discrimination is wrong, and
    the discrimination is missed. Categories that no gold post has are left out, because nobody has said where they are.
    """
    known = frozenset[str]().union(*(post.categories for post in posts))
    tallies = {name: Tally() for name in sorted(known)}
    languages: dict[str, Tally] = {}
    total, any_risk, alarms = Tally(), Tally(), _Alarms()
    mistakes: list[Mistake] = []
    answers = find([post.text for post in posts], [post.language for post in posts])
    for post, answer in zip(posts, answers, strict=True):
        wanted, found = post.categories, answer & known
        for name in wanted | found:
            tallies[name].add(wanted & {name}, found & {name})
        languages.setdefault(post.language, Tally()).add(wanted, found)
        total.add(wanted, found)
        any_risk.add({"any"} if wanted else set(), {"any"} if found else set())
        if not wanted:
            alarms.add(post.trap, bool(found))
        if wanted != found:
            mistakes.append(Mistake(post, tuple(sorted(wanted - found)), tuple(sorted(found - wanted))))
    return RiskScores(
        posts=len(posts),
        categories=tallies,
        languages=languages,
        all=total,
        any_risk=any_risk,
        traps={trap: Share(alarms.raised[trap], count) for trap, count in alarms.posts.items()},
        harmless=Share(sum(alarms.raised.values()), sum(alarms.posts.values())),
        mistakes=tuple(mistakes),
    )


def read_gold(file: Path, known: Collection[str]) -> tuple[GoldPost, ...]:
    """All posts of a TSV file (no quoting, UTF-8, the header first); `known` are the categories that exist.

    Raises UnreadableInput at the first row that is wrong: a gold set with holes measures nothing.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError as error:
        raise UnreadableInput(f"{file} does not exist — write the path of a TSV file.") from error
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"{file} is not UTF-8 (byte {error.start}) — save it as UTF-8.") from error
    except OSError as error:
        raise UnreadableInput(f"{file} cannot be read ({error.strerror}) — write the path of a TSV file.") from error
    if tuple(lines[0].split("\t")) != COLUMNS:
        raise UnreadableInput(f"{file}, line 1: write the header {', '.join(COLUMNS)}, separated by tabs.")
    posts = tuple(_rows(lines[1:], file, known))
    if not posts:
        raise UnreadableInput(f"{file} holds no post — write one a line below the header.")
    return posts


def _rows(lines: Iterable[str], file: Path, known: Collection[str]) -> Iterator[GoldPost]:
    for number, line in enumerate(lines, start=2):
        if line.strip():
            try:
                yield _row(line.split("\t"), known)
            except _BadRow as error:
                raise UnreadableInput(f"{file}, line {number}: {error}") from error


class _BadRow(Exception):
    """Says what is wrong with a row; who catches it knows the place."""


def _row(cells: Sequence[str], known: Collection[str]) -> GoldPost:
    if len(cells) != len(COLUMNS):
        raise _BadRow(f"{len(cells)} columns where {', '.join(COLUMNS)} are expected — separate them by tabs.")
    text, language, names, trap = (cell.strip() for cell in cells)
    if not text or not language:
        raise _BadRow("the text or the language is empty — write both.")
    for name in names.split():
        if name not in known:
            raise _BadRow(f"category {name!r} is none of {', '.join(sorted(known))}.")
    if bool(names) == bool(trap):
        raise _BadRow("write either categories (a risky post) or a kind of trap (a harmless one).")
    return GoldPost(text, language, frozenset(names.split()), trap)
