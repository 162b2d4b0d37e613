"""Which risks and themes a post shows, by the phrases in ``categories/*.toml`` and ``themes/*.toml``.

Every phrase runs on RE2, all phrases of a language at once: time is linear in the text, whatever the text is.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations
from pathlib import Path

import re2

from listening.assessments import RiskMatch
from listening.errors import ConfigError

from .category_files import Category, CategoryFile, Group, PhraseLine, Theme, read_category, read_theme
from .folding import Traced, fold, trace

_HERE = Path(__file__).parent
UNDETERMINED = "und"
"""The hint for a post whose language nobody knows."""
_SEE = "see docs/risk-categories.md"
_CODE = ("category_files.py", "folding.py", "phrases.py", "risks.py")
_THRESHOLD = 0.5
_COMPANY = 300
"""Two weak phrases further apart than this many characters say nothing together."""
_LONGEST_EVIDENCE = 240
_SECRET = "secret"
"""The group of a pattern whose words no evidence repeats: ``(?P<secret>...)``."""
_MASK = "•••"
_SET_MEMORY = 64 << 20
"""Upper bound for the states that RE2 remembers of one language; it forgets and goes on when they are more."""
_CANARY = "\ue001"
_SCRIPTS = {
    "Hebrew": re2.compile(r"\p{Hebrew}"),
    "Cyrillic": re2.compile(r"\p{Cyrillic}"),
    "Greek": re2.compile(r"\p{Greek}"),
    "Arabic": re2.compile(r"\p{Arabic}"),
    "Georgian": re2.compile(r"\p{Georgian}"),
    "Armenian": re2.compile(r"\p{Armenian}"),
    "Devanagari": re2.compile(r"\p{Devanagari}"),
    "Thai": re2.compile(r"\p{Thai}"),
    "Hangul": re2.compile(r"\p{Hangul}"),
    "Kana": re2.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "Han": re2.compile(r"\p{Han}"),
}


def load_categories(folder: Path | None = None) -> "Categories":
    """The categories and themes in ``folder`` (its ``categories/`` and ``themes/``); by default those we bring.

    A folder without themes gets ours, so that protected speech stays protected. Raises :class:`ConfigError`.
    """
    home = folder or _HERE
    themes = home / "themes"
    paths = sorted((home / "categories").glob("*.toml"))
    theme_paths = sorted((themes if themes.is_dir() else _HERE / "themes").glob("*.toml"))
    if not paths:
        raise ConfigError(
            f"{home / 'categories'} has no *.toml: write a category (docs/risk-categories.md) or leave the folder out."
        )
    files = {path: read_category(path) for path in paths} | {path: read_theme(path) for path in theme_paths}
    code = [_HERE / name for name in _CODE]
    return Categories(files, _revision([*paths, *theme_paths], code))


def _revision(files: Iterable[Path], code: Iterable[Path]) -> str:
    """Changes whenever the same post could be judged differently: with a file, its name, or the matching."""
    digest = sha256()
    for path in (*files, *code):
        digest.update(f"{path.parent.name}/{path.name}\0".encode() + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Hit:
    """A phrase found at ``start:end`` of the folded text; ``secret`` is the part that nobody shall read again."""

    phrase: PhraseLine
    start: int
    end: int
    secret: tuple[int, int] | None = None


def _place(line: PhraseLine, sources: Mapping[str, str]) -> str:
    return f"{sources[line.owner]}, entry '{line.entry}' (\"{line.written}\")"


def _script_of(lines: Sequence[PhraseLine]) -> str | None:
    """The script of most lines; None for Latin, which tells no languages apart."""
    scripts = Counter(script for line in lines if (script := _script_in(line.written)))
    name, count = max(scripts.items(), key=lambda item: item[1], default=("", 0))
    return name if count * 2 > len(lines) else None


def _script_in(text: str) -> str | None:
    return None if text.isascii() else next((name for name, sign in _SCRIPTS.items() if sign.search(text)), None)


class _Language:
    """All phrases of one language as one automaton."""

    def __init__(self, code: str, lines: Sequence[PhraseLine], sources: Mapping[str, str]) -> None:
        self.code = code
        self._lines = lines
        self._compiled: dict[int, re2._Regexp] = {}
        self._options = re2.Options()
        self._options.max_mem = _SET_MEMORY
        self._options.log_errors = False
        self._set = re2.Set.SearchSet(self._options)
        for line in lines:
            try:
                self._set.Add(f" (?:{line.pattern})")
            except re2.error as error:
                raise ConfigError(f"{_place(line, sources)} is not RE2: {error}; {_SEE}.") from error
        canary = self._set.Add(_CANARY)
        self._set.Compile()
        # A set that lacks memory answers like one that found nothing, so ask it something that it must find.
        if self._set.Match(_CANARY) != [canary]:
            raise ConfigError(
                f"The phrases of language '{code}' are too many for RE2: remove some, or raise _SET_MEMORY."
            )
        for i in self.phrases_in(" . "):
            raise ConfigError(f"{_place(lines[i], sources)} fits an empty text; write a word into it.")
        self.script = _script_of(lines)

    def phrases_in(self, folded: str) -> list[int]:
        found: list[int] | None = self._set.Match(folded)
        return found or []

    def line(self, number: int) -> PhraseLine:
        return self._lines[number]

    def places(self, number: int, folded: str) -> Iterator[_Hit]:
        if number not in self._compiled:
            self._compiled[number] = re2.compile(f" ({self._lines[number].pattern})", self._options)
        secrets = self._compiled[number].groupindex.get(_SECRET)
        for match in self._compiled[number].finditer(folded):
            start, end = match.span(1)
            secret = match.span(secrets) if secrets and match[secrets] else None
            yield _Hit(self._lines[number], start, end - 1, secret)


@dataclass(frozen=True, slots=True)
class Reading:
    """One text, read once: what its phrases say.

    ``owners`` are those of the risks and themes; ``excused`` those whose ``unless`` or ``unless_post`` the text has.
    """

    text: str
    language: str
    risks: tuple[RiskMatch, ...]
    themes: tuple[str, ...]
    owners: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()


class Categories:
    """All risk categories and themes. Read-only, safe to share between threads, made by :func:`load_categories`."""

    def __init__(self, files: Mapping[Path, CategoryFile], revision: str) -> None:
        self.revision = revision
        self.files = tuple(files.values())
        self.list: tuple[Category, ...] = tuple(f.subject for f in self.files if isinstance(f.subject, Category))
        self.theme_list: tuple[Theme, ...] = tuple(f.subject for f in self.files if isinstance(f.subject, Theme))
        known = {theme.name for theme in self.theme_list}
        for path, file in files.items():
            if isinstance(file.subject, Category) and file.subject.theme not in (None, *known):
                raise ConfigError(
                    f"{path}, entry 'theme' is '{file.subject.theme}', but there is no such theme; "
                    f"write one of {', '.join(sorted(known))}, or remove it."
                )
        sources = {file.subject.owner: str(path) for path, file in files.items()}
        self._weights = {file.subject.owner: file.weights for file in self.files}
        by_language: dict[str, list[PhraseLine]] = {}
        for file in self.files:
            for line in file.phrases:
                by_language.setdefault(line.language, []).append(line)
        self._languages = {code: _Language(code, lines, sources) for code, lines in sorted(by_language.items())}
        # The judge asks for the risks and then for the themes of the same post.
        self._last = Reading("", UNDETERMINED, (), ())

    def match(self, text: str, language: str) -> tuple[RiskMatch, ...]:
        """The risks in ``text``, the likeliest first. ``language`` (ISO 639-1 or ``und``) is a hint."""
        return self.read(text, language).risks

    def themes(self, text: str, language: str) -> tuple[str, ...]:
        """Names of the themes that ``text`` touches, in alphabetical order. ``language`` is a hint."""
        return self.read(text, language).themes

    def read(self, text: str, language: str) -> Reading:
        """Risks and themes at once, and whose phrases say so. ``language`` is a hint."""
        last = self._last
        if last.text == text and last.language == language:
            return last
        folded = fold(text)
        hits_of, excused = self._hits(folded, language)
        scores = {
            name: found for name, hits in hits_of.items() if (found := self._judge(name, _not_withdrawn(hits, folded)))
        }
        risks: list[RiskMatch] = []
        if any(category.owner in scores for category in self.list):
            traced = trace(text)
            hidden = _hidden(traced, (hit.secret for hits in hits_of.values() for hit in hits if hit.secret))
            for category in self.list:
                if category.owner in scores:
                    score, hits = scores[category.owner]
                    risks.append(RiskMatch(category.name, score, _evidence(traced, hits, hidden)))
        protecting = {category.theme for category in self.list if category.owner in scores}
        themes = tuple(theme.name for theme in self.theme_list if theme.owner in scores or theme.name in protecting)
        ordered = tuple(sorted(risks, key=lambda risk: -risk.score))
        reading = Reading(text, language, ordered, themes, frozenset(scores), frozenset(excused))
        self._last = reading
        return reading

    def _languages_for(self, folded: str, hint: str) -> Iterator[_Language]:
        """The language and English; those of other scripts that occur in the text; all when nobody knows."""
        signs = {name for name, sign in _SCRIPTS.items() if sign.search(folded)} if not folded.isascii() else set()
        for language in self._languages.values():
            if language.script in signs or (
                language.script is None and (hint in (language.code, UNDETERMINED) or language.code == "en")
            ):
                yield language

    def _hits(self, folded: str, hint: str) -> tuple[dict[str, list[_Hit]], set[str]]:
        """Where each owner's phrases stand; and the owners with any that withdraws, though there be nothing to."""
        found: dict[str, list[_Hit]] = {}
        excused: set[str] = set()
        for language in self._languages_for(folded, hint):
            numbers = language.phrases_in(folded)
            promising = {
                language.line(n).owner for n in numbers if language.line(n).group in (Group.STRONG, Group.WEAK)
            }
            for number in numbers:
                line = language.line(number)
                if line.group in (Group.UNLESS, Group.UNLESS_POST):
                    excused.add(line.owner)
                if line.owner in promising:
                    found.setdefault(line.owner, []).extend(language.places(number, folded))
        return found, excused

    def _judge(self, owner: str, hits: Sequence[_Hit]) -> tuple[float, Sequence[_Hit]] | None:
        """Score and the hits that make it, or None where they are too weak. Several places of a phrase count once."""
        weights = self._weights[owner]
        strong = [hit for hit in hits if hit.phrase.group is Group.STRONG]
        weak = [hit for hit in hits if hit.phrase.group is Group.WEAK]
        counted = _apart([*strong, *(weak if strong else _in_company(weak))])
        doubt = 1.0
        for hit in counted:
            doubt *= 1 - weights[hit.phrase.group]
        score = round(1 - doubt, 4)
        return (min(score, 0.99), counted) if score >= _THRESHOLD else None


def _not_withdrawn(hits: Sequence[_Hit], folded: str) -> list[_Hit]:
    if any(hit.phrase.group is Group.UNLESS_POST for hit in hits):
        return []
    stops = [place for place, character in enumerate(folded) if character == "."]
    excused = {bisect_right(stops, hit.start) for hit in hits if hit.phrase.group is Group.UNLESS}
    return [
        hit for hit in hits if hit.phrase.group is not Group.UNLESS and bisect_right(stops, hit.start) not in excused
    ]


def _in_company(weak: Sequence[_Hit]) -> list[_Hit]:
    """The weak hits that have another phrase's beside them, not upon them."""
    kept: set[_Hit] = set()
    for one, other in combinations(_first_places(weak), 2):
        first, second = sorted((one, other), key=lambda hit: hit.start)
        # Words of two languages that mean the same thing are no company for each other.
        akin = one.phrase != other.phrase and one.phrase.language == other.phrase.language
        if akin and first.end <= second.start <= first.end + _COMPANY:
            kept |= {one, other}
    return [hit for hit in weak if hit in kept]


def _first_places(hits: Sequence[_Hit], at_most: int = 20) -> list[_Hit]:
    """Enough of them: a hostile text may repeat a word ten thousand times."""
    return sorted(hits, key=lambda hit: hit.start)[:at_most]


def _apart(hits: Sequence[_Hit]) -> list[_Hit]:
    """One hit a phrase, none upon another; strong ones and long ones go first. In the order of the text."""
    kept: list[_Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.phrase.group is not Group.STRONG, hit.start - hit.end, hit.start)):
        if all(hit.phrase != other.phrase and (hit.end <= other.start or other.end <= hit.start) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _hidden(traced: Traced, secrets: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Where the secrets stand in the text, each with all that is written without a space: ``Winter!24``."""
    text = traced.text
    places: list[tuple[int, int]] = []
    for first, last in sorted(secrets):
        start, end = traced.starts[first], traced.ends[last - 1]
        if places and end <= places[-1][1]:
            continue
        while start > 0 and not text[start - 1].isspace():
            start -= 1
        while end < len(text) and not text[end].isspace():
            end += 1
        places.append((start, end))
    return places


def _quote(traced: Traced, hit: _Hit, hidden: Sequence[tuple[int, int]]) -> str:
    """The hit's words as they stand in the text, with a mask over every secret in them."""
    if not hidden:
        return traced.quote(hit.start, hit.end)
    start, end = traced.starts[hit.start], traced.ends[hit.end - 1]
    written = ""
    for first, last in hidden:
        if first < end and start < last:
            written += traced.text[start:first] + _MASK
            start = last
    return (written + traced.text[start:end]).strip()


def _evidence(traced: Traced, hits: Sequence[_Hit], hidden: Sequence[tuple[int, int]]) -> str:
    quotes = dict.fromkeys(_quote(traced, hit, hidden) for hit in hits)
    evidence = " … ".join(quotes)
    return evidence if len(evidence) <= _LONGEST_EVIDENCE else evidence[: _LONGEST_EVIDENCE - 1].rstrip() + "…"
