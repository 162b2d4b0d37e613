"""Reads settings once: TOML files, then the environment, into one :class:`~listening.settings.Settings`.

Every ``*.toml`` in ``$EARSHOT_CONFIG`` (else ``config/``) is read; which file holds which entry is up to the people who
write them. ``EARSHOT_<SECTION>__<KEY>`` overrides an entry, nested by ``__``.
"""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from listening.errors import ConfigError
from listening.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "hollenbrook"
_PREFIX = "EARSHOT_"
# Read elsewhere: where everything is, and what only tests and training look at.
_NOT_SETTINGS = {"EARSHOT_HOME", "EARSHOT_CONFIG"}
_OF_TESTS = ("EARSHOT_TEST_", "EARSHOT_TRAIN_")
# Made by read_settings itself.
_NOT_WRITTEN = {
    "home": "the folder of all state is set by the environment variable EARSHOT_HOME",
    "example": "the invented company stands in by itself where no [[brand]] is written",
}
_LISTS = ("brand", "rule", "channel", "route")


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where an entry was written, in words for a sentence."""

    where: str


def home_of(environ: Mapping[str, str]) -> Path:
    """The folder of all state: ``$EARSHOT_HOME``, else ``.earshot`` beside the code."""
    return Path(environ.get("EARSHOT_HOME") or ROOT / ".earshot").expanduser().absolute()


def config_folder(environ: Mapping[str, str]) -> Path:
    """The folder of settings: ``$EARSHOT_CONFIG``, else ``config/`` beside the code."""
    return Path(environ.get("EARSHOT_CONFIG") or ROOT / "config").expanduser().absolute()


def read_settings(environ: Mapping[str, str]) -> Settings:
    """All settings, checked. Without any ``[[brand]]`` the example company of ``examples/`` stands in.

    Raises :class:`ConfigError` with a sentence for each thing that is wrong.
    """
    folder = config_folder(environ)
    if not folder.is_dir() and "EARSHOT_CONFIG" in environ:
        raise ConfigError(f"EARSHOT_CONFIG names {folder}, which is not a folder: create it, or unset the variable.")
    entries: dict[str, Any] = {}
    origins: dict[tuple[str, ...], _Origin] = {}
    for path in sorted(folder.glob("*.toml")):
        _merge(entries, origins, _read_toml(path), _name_of(path))
    if not entries.get("brand"):
        path = EXAMPLE / "config" / "brands.toml"
        _merge(entries, origins, _read_toml(path), _name_of(path))
        entries["example"] = True
    _override(entries, origins, environ)
    entries["home"] = str(home_of(environ))
    try:
        settings = Settings.model_validate(entries)
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(error, origins))) from None
    problems = list(_contradictions(settings, origins))
    if problems:
        raise ConfigError("\n".join(problems))
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{_name_of(path)} is not UTF-8 (byte {error.start}): save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{_name_of(path)} cannot be read as TOML: {error}.") from error
    except OSError as error:
        raise ConfigError(f"{_name_of(path)} cannot be opened: {error.strerror}.") from error


def _name_of(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def _merge(entries: dict[str, Any], origins: dict[tuple[str, ...], _Origin], read: dict[str, Any], file: str) -> None:
    for name, value in read.items():
        if name in _NOT_WRITTEN:
            raise ConfigError(f"{file}: remove '{name}'; {_NOT_WRITTEN[name]}.")
        if name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
                raise ConfigError(f"{file}: '{name}' is a list of tables: write [[{name}]] in two brackets above each.")
            known = entries.setdefault(name, [])
            for item in value:
                origins[(name, str(len(known)))] = _Origin(f"{file}, {name} {_label(item, len(known))}")
                known.append(item)
        elif name in entries:
            raise ConfigError(f"{file}: '{name}' is already set in {origins[(name,)].where}: keep one of the two.")
        else:
            entries[name] = value
            origins[(name,)] = _Origin(file)


def _label(item: object, number: int) -> str:
    label = (item.get("key") or item.get("name")) if isinstance(item, dict) else None
    return f"'{label}'" if label else f"number {number + 1}"


def _override(entries: dict[str, Any], origins: dict[tuple[str, ...], _Origin], environ: Mapping[str, str]) -> None:
    sections = [name for name in Settings.model_fields if name not in ("home", "example", "route")]
    for variable, text in sorted(environ.items()):
        if not variable.startswith(_PREFIX) or variable in _NOT_SETTINGS or variable.startswith(_OF_TESTS):
            continue
        written = variable.split("__")
        path = variable.removeprefix(_PREFIX).lower().split("__")
        if path[0] not in sections or len(path) < (3 if path[0] in _LISTS else 2):
            raise ConfigError(
                f"The environment variable {variable} names no setting{_did_you_mean(path[0], sections) or '.'} Write "
                f"EARSHOT_<SECTION>__<KEY> with a section of {', '.join(sections)}; for a channel, "
                "EARSHOT_CHANNEL__<NAME>__<KEY>."
            )
        if path[0] in _LISTS:
            path[1] = str(_number_of(variable, path[0], path[1], entries.get(path[0], [])))
        place: Any = entries
        for number, step in enumerate(path[:-1]):
            place = place[int(step)] if number == 1 and path[0] in _LISTS else place.setdefault(step, {})
            if not isinstance(place, dict) and not (number == 0 and path[0] in _LISTS):
                raise ConfigError(
                    f"The environment variable {variable}: there are no names below '{step}'; set all of it in one, as "
                    f"JSON, with {'__'.join(written[: number + 1])}."
                )
        place[path[-1]] = _value(variable, text)
        origins[tuple(path)] = _Origin(f"The environment variable {variable}")


def _number_of(variable: str, section: str, wanted: str, items: list[Any]) -> int:
    """Which entry a variable means: ``EARSHOT_CHANNEL__PR_MAIL__PASSWORD`` that of the channel ``pr-mail``."""
    names = [str(item.get("key") or item.get("name")) for item in items]
    for number, name in enumerate(names):
        if name.replace("-", "_").lower() == wanted:
            return number
    raise ConfigError(
        f"The environment variable {variable} is for a {section} called '{wanted}', and there is none: "
        f"those that exist are {', '.join(names) or 'none yet'}."
    )


def _value(variable: str, text: str) -> object:
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ConfigError(f"The environment variable {variable} begins like JSON and is not: {error}.") from error
    return text


def _sentences(error: ValidationError, origins: Mapping[tuple[str, ...], _Origin]) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        loc = _without_kind(problem["loc"])
        where, rest = _origin_of(loc, origins)
        # Lists are counted from 1, as people do.
        entry = ".".join(str(int(part) + 1) if part.isdigit() else part for part in rest)
        sentence = f"{where}: {entry + ': ' if entry else ''}{_what(problem, loc)}"
        yield sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _without_kind(loc: tuple[int | str, ...]) -> list[str]:
    """Pydantic puts the chosen kind of a rule or channel into the location; nobody wrote it there."""
    written = list(map(str, loc))
    return written[:2] + written[3:] if written[0] in ("rule", "channel") else written


def _origin_of(loc: list[str], origins: Mapping[tuple[str, ...], _Origin]) -> tuple[str, list[str]]:
    for length in range(len(loc), 0, -1):
        origin = origins.get(tuple(loc[:length]))
        if origin:
            return origin.where, loc[length:] if length > 1 or loc[0] in _LISTS else loc
    return "The settings", loc


# What to write, by Pydantic's name of the problem; {…} is what it tells of it.
_WRITE = {
    "missing": "is missing: write it",
    "union_tag_not_found": "'kind' is missing: write one of those that docs/alerts.md describes",
    "union_tag_invalid": "there is no kind '{tag}': write one of {expected_tags}",
    "string_type": "write text in quotes",
    "string_too_short": "write at least {min_length} characters",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "tuple_type": 'write a list, like ["one", "two"]',
    "dict_type": "write a table, like [section] with lines name = value below it",
    "model_type": "write a table, like [section] with lines name = value below it",
    "greater_than": "write a number greater than {gt:g}",
    "greater_than_equal": "write a number of at least {ge:g}",
    "less_than": "write a number less than {lt:g}",
    "less_than_equal": "write a number of at most {le:g}",
    "enum": "write one of {expected}",
    "literal_error": "write one of {expected}",
    "value_error": "{error}",
}
_PATTERNS = {
    "a-z0-9": "write lower-case letters, digits, - or _, at most 40",
    "https?": "write an address like https://social.example",
    "/:@.": "write a bare name like social.example, without https:// and path",
}


def _what(problem: Any, loc: list[str]) -> str:
    kind, given = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        return f"there is no such setting{_did_you_mean(loc[-1], _fields_at(loc[:-1])) or ': remove it'}"
    if kind == "string_pattern_mismatch":
        what = next(sentence for part, sentence in _PATTERNS.items() if part in problem["ctx"]["pattern"])
    else:
        what = _WRITE[kind].format(**problem.get("ctx", {})) if kind in _WRITE else str(problem["msg"])
    # A value that was put into the place of a secret may be one.
    shown = isinstance(given, str | int | float) and kind != "value_error" and not _is_secret(loc)
    return f"{what} (it is {given!r})" if shown else what


def _is_secret(loc: list[str]) -> bool:
    return SecretStr in _annotations_at(loc)


def _did_you_mean(given: str, known: list[str]) -> str:
    near = difflib.get_close_matches(given, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def _fields_at(loc: list[str]) -> list[str]:
    """Names of the settings that may stand at ``loc``."""
    models = [part for part in _annotations_at(loc) if isinstance(part, type) and issubclass(part, BaseModel)]
    return sorted({name for model in models for name in model.model_fields})


def _annotations_at(loc: list[str]) -> list[Any]:
    """The types that may stand at ``loc``, and all that they are made of."""
    found: list[Any] = [Settings]
    for part in loc:
        if not part.isdigit():
            models = [model for model in found if isinstance(model, type) and issubclass(model, BaseModel)]
            fields = [model.model_fields[part].annotation for model in models if part in model.model_fields]
            found = [piece for annotation in fields for piece in _pieces(annotation)]
    return found


def _pieces(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _pieces(part)


def _contradictions(settings: Settings, origins: Mapping[tuple[str, ...], _Origin]) -> Iterator[str]:
    """What each entry cannot know by itself."""
    brands = [brand.key for brand in settings.brand]
    channels = [channel.name for channel in settings.channel]
    platforms = list(type(settings.platforms).model_fields)

    def where(kind: str, number: int) -> str:
        return origins[(kind, str(number))].where

    for kind, names in (("brand", brands), ("rule", [r.name for r in settings.rule]), ("channel", channels)):
        for number, name in enumerate(names):
            if name in names[:number]:
                first = where(kind, names.index(name))
                yield f"{where(kind, number)}: another {kind} is called so in {first}: rename one of the two."
    for number, brand in enumerate(settings.brand):
        if not (brand.query or brand.names or brand.hashtags or brand.handles):
            yield f"{where('brand', number)}: nothing to listen for; write names, hashtags, handles or a query."
        for platform in brand.platforms:
            if platform not in platforms:
                near = _did_you_mean(platform, platforms) or f": write some of {', '.join(platforms)}."
                yield f"{where('brand', number)}: platforms: there is no platform '{platform}'{near}"
    for kind, entries in (("rule", settings.rule), ("route", settings.route)):
        for number, entry in enumerate(entries):
            for key in entry.brands:
                if key not in brands:
                    near = _did_you_mean(key, brands) or f": write some of {', '.join(brands) or 'none yet'}."
                    yield f"{where(kind, number)}: brands: there is no brand '{key}'{near}"
    for number, route in enumerate(settings.route):
        for name in route.channels:
            if name not in channels:
                near = _did_you_mean(name, channels) or ": add a [[channel]] of that name."
                yield f"{where('route', number)}: channels: there is no channel '{name}'{near}"
