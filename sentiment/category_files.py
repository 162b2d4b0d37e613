"""One TOML file is one risk category or one theme: its name, whom it concerns, and the words that give it away."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from listening.alerting import Severity
from listening.brands import Role
from listening.errors import ConfigError

from .phrases import PhraseError, to_re2


class Group(StrEnum):
    """What a phrase does. ``strong`` is enough alone; ``weak`` needs another one nearby; ``unless`` withdraws what
    stands in its sentence, ``unless_post`` what stands anywhere in the post."""

    STRONG = "strong"
    WEAK = "weak"
    UNLESS = "unless"
    UNLESS_POST = "unless_post"


@dataclass(frozen=True, slots=True)
class Category:
    """A risk category. ``about`` says whether its alerts concern a person or a condition; those never name anybody.

    ``theme``: whoever shows this risk speaks about that theme too, so the post is protected speech.
    """

    name: str
    title: str
    description: str
    audience: tuple[Role, ...]
    severity: Severity
    about: Literal["person", "condition"]
    theme: str | None = None

    @property
    def owner(self) -> str:
        """Whose a phrase is: a theme may have the same name."""
        return f"categories/{self.name}"


@dataclass(frozen=True, slots=True)
class Theme:
    """What a post is about, counted for crowds and never held against anybody."""

    name: str
    title: str
    description: str

    @property
    def owner(self) -> str:
        """Whose a phrase is: a category may have the same name."""
        return f"themes/{self.name}"


@dataclass(frozen=True, slots=True)
class PhraseLine:
    """One phrase as written (``entry`` says where) and as RE2 over folded text."""

    owner: str
    group: Group
    language: str
    entry: str
    written: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Example:
    """A text that its category must find, or (with ``why``) must leave alone.

    ``words`` is false where the phrases need not find it: what it means shall (``found_by = "meaning"``).
    """

    text: str
    lang: str
    why: str = ""
    words: bool = True


@dataclass(frozen=True, slots=True)
class CategoryFile:
    """A file, read and checked. ``subject`` is what it describes, ``weights`` what a phrase counts for."""

    subject: Category | Theme
    weights: Mapping[Group, float]
    phrases: tuple[PhraseLine, ...]
    examples: tuple[Example, ...]
    counter_examples: tuple[Example, ...]


_DEFAULT_WEIGHTS = {Group.STRONG: 0.85, Group.WEAK: 0.4}
_THEME_KEYS = {"title", "description", "words", "phrases", "weights", "examples", "counter_examples"}
_CATEGORY_KEYS = _THEME_KEYS | {"audience", "severity", "about", "theme"}
_SEE = "(docs/risk-categories.md has a whole file as an example)"


def read_category(path: Path) -> CategoryFile:
    """The risk category in ``path``; its name is the file's. :class:`ConfigError` names the entry that is wrong."""
    return _Reader(path, _CATEGORY_KEYS).category()


def read_theme(path: Path) -> CategoryFile:
    """The theme in ``path``; its name is the file's. :class:`ConfigError` names the entry that is wrong."""
    return _Reader(path, _THEME_KEYS).theme()


class _Reader:
    def __init__(self, path: Path, known: set[str]) -> None:
        self._path = path
        self._name = path.stem
        try:
            self._table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path} is not TOML: {error}; mend that place {_SEE}.") from error
        for key in self._table:
            if key not in known:
                raise self._wrong(key, f"is unknown; write one of {', '.join(sorted(known))}, or remove it")

    def category(self) -> CategoryFile:
        return self._file(
            Category(
                name=self._name,
                title=self._text("title"),
                description=self._text("description"),
                audience=tuple(Role(self._one_of("audience", role, Role)) for role in self._audience()),
                severity=Severity(self._one_of("severity", self._table.get("severity"), Severity)),
                about="person" if self._about() == "person" else "condition",
                theme=self._text("theme") if "theme" in self._table else None,
            )
        )

    def theme(self) -> CategoryFile:
        return self._file(Theme(self._name, self._text("title"), self._text("description")))

    def _file(self, subject: Category | Theme) -> CategoryFile:
        examples = self._examples("examples", why=False)
        counter_examples = self._examples("counter_examples", why=True)
        wanted = {_same(example.text) for example in examples}
        for number, example in enumerate(counter_examples, start=1):
            if _same(example.text) in wanted:
                raise self._wrong(
                    f"counter_examples, number {number}",
                    f'("{example.text}") is among the examples too; decide which it is and remove the other',
                )
        return CategoryFile(
            subject=subject,
            weights=self._weights(),
            phrases=self._phrases(subject.owner),
            examples=examples,
            counter_examples=counter_examples,
        )

    def _wrong(self, entry: str, what: str) -> ConfigError:
        return ConfigError(f"{self._path}, entry '{entry}' {what}.")

    def _text(self, key: str) -> str:
        text = self._table.get(key)
        if not isinstance(text, str) or not text.strip():
            raise self._wrong(key, f"is missing or no text; write a sentence in quotes {_SEE}")
        return text

    def _audience(self) -> list[Any]:
        roles = self._table.get("audience")
        if not isinstance(roles, list) or not roles:
            raise self._wrong("audience", f"must be a list of roles; write some of {', '.join(Role)}")
        return roles

    def _about(self) -> str:
        about = self._table.get("about")
        if about not in ("person", "condition"):
            raise self._wrong("about", f'is {about!r}; write "person" or "condition"')
        return str(about)

    def _one_of(self, key: str, value: object, kind: type[StrEnum]) -> str:
        if not isinstance(value, str) or value not in {str(member) for member in kind}:
            raise self._wrong(key, f"is {value!r}; write one of {', '.join(kind)}")
        return value

    def _weights(self) -> dict[Group, float]:
        weights = dict(_DEFAULT_WEIGHTS)
        for key, value in self._mapping("weights", self._table.get("weights", {})).items():
            if key not in weights:
                raise self._wrong(f"weights.{key}", "is unknown; write strong or weak")
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
                raise self._wrong(f"weights.{key}", f"is {value!r}; write a number between 0 and 1")
            weights[Group(key)] = float(value)
        if not weights[Group.WEAK] < 0.5 <= weights[Group.STRONG]:
            raise self._wrong(
                "weights", "must be below 0.5 for weak and at least 0.5 for strong: alone, weak is no match"
            )
        return weights

    def _phrases(self, owner: str) -> tuple[PhraseLine, ...]:
        words = self._mapping("words", self._table.get("words", {}))
        tables = self._mapping("phrases", self._table.get("phrases"))
        for language in words.keys() - tables.keys():
            raise self._wrong(
                f"words.{language}", f"has no [phrases.{language}] to be used in; write some or remove it"
            )
        found: list[PhraseLine] = []
        for language, groups in tables.items():
            lists = {
                name: self._lines(f"words.{language}.{name}", listed)
                for name, listed in self._mapping(f"words.{language}", words.get(language, {})).items()
            }
            for group, lines in self._mapping(f"phrases.{language}", groups).items():
                entry = f"phrases.{language}.{group}"
                if group not in {str(member) for member in Group}:
                    raise self._wrong(entry, f"is unknown; write one of {', '.join(Group)}")
                for number, line in enumerate(self._lines(entry, lines), start=1):
                    place = f"{entry}, line {number}"
                    try:
                        pattern = to_re2(line, language, lists)
                    except PhraseError as error:
                        raise self._wrong(place, f'("{line}") cannot be read: {error}') from error
                    found.append(PhraseLine(owner, Group(group), language, place, line, pattern))
        if not found:
            raise self._wrong("phrases", f'has no phrase; write [phrases.en] with strong = ["…"] {_SEE}')
        return tuple(found)

    def _mapping(self, entry: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(entry, f"is missing or no table; write [{entry}] with names and values below it {_SEE}")
        return value

    def _lines(self, entry: str, value: object) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(line, str) and line.strip() for line in value):
            raise self._wrong(entry, 'must be a list of texts, none of them empty; write ["…", "…"]')
        return value

    def _examples(self, key: str, *, why: bool) -> tuple[Example, ...]:
        entries = self._table.get(key, [])
        wanted = {"text", "lang", "why"} if why else {"text", "lang"}
        optional = set() if why else {"found_by"}
        if not isinstance(entries, list):
            raise self._wrong(key, f"must be a list; write [[{key}]] before each {_SEE}")
        read: list[Example] = []
        for number, entry in enumerate(entries, start=1):
            if (
                not isinstance(entry, dict)
                or not wanted <= entry.keys() <= wanted | optional
                or not all(isinstance(v, str) for v in entry.values())
            ):
                raise self._wrong(
                    f"{key}, number {number}", f"must have just {', '.join(sorted(wanted))}, all of them texts"
                )
            for part in ("text", "lang"):
                if not entry[part].strip():
                    raise self._wrong(f"{key}, number {number}", f"has an empty {part}; write it or remove the entry")
            found_by = entry.get("found_by", "words")
            if found_by not in ("words", "meaning"):
                raise self._wrong(
                    f"{key}, number {number}, found_by", f'is {found_by!r}; write "words" or "meaning", or remove it'
                )
            read.append(Example(entry["text"], entry["lang"], entry.get("why", ""), found_by == "words"))
        return tuple(read)


def _same(text: str) -> str:
    return " ".join(text.casefold().split())
