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

from pydantic import BaseModel, ValidationError

from listening.errors import ConfigError
from listening.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "hollenbrook"
_PREFIX = "EARSHOT_"
_NOT_SETTINGS = {"EARSHOT_HOME", "EARSHOT_CONFIG"}
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
        raise ConfigError("\n".join(_sentences(error, entries, origins))) from None
    problems = list(_contradictions(settings))
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
        if name in _LISTS and isinstance(value, list):
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
        if not variable.startswith(_PREFIX) or variable in _NOT_SETTINGS:
            continue
        path = variable.removeprefix(_PREFIX).lower().split("__")
        if path[0] not in sections or len(path) < (3 if path[0] in _LISTS else 2):
            raise ConfigError(
                f"The environment variable {variable} names no setting: write EARSHOT_<SECTION>__<KEY> with a section "
                f"of {', '.join(sections)}; for a channel, EARSHOT_CHANNEL__<NAME>__<KEY>."
            )
        if path[0] in _LISTS:
            path[1] = str(_number_of(variable, path[0], path[1], entries.get(path[0], [])))
        place: Any = entries
        for step in path[:-1]:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
            if not isinstance(place, dict | list):
                raise ConfigError(f"The environment variable {variable}: '{step}' has no entries below it.")
        place[path[-1]] = _value(variable, text)
        origins[tuple(path)] = _Origin(f"the environment variable {variable}")


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


def _sentences(
    error: ValidationError, entries: Mapping[str, Any], origins: Mapping[tuple[str, ...], _Origin]
) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        loc = [part for part in map(str, problem["loc"]) if not _is_union_tag(part, problem["loc"])]
        where, rest = _origin_of(loc, origins)
        entry = ".".join(rest)
        yield f"{where}{': ' if entry else ' — '}{entry + ': ' if entry else ''}{_what(problem, loc)}"


def _is_union_tag(part: str, loc: tuple[int | str, ...]) -> bool:
    """Pydantic puts the chosen kind of a rule or channel into the location; nobody wrote it there."""
    return len(loc) > 2 and loc[0] in ("rule", "channel") and part == loc[2]


def _origin_of(loc: list[str], origins: Mapping[tuple[str, ...], _Origin]) -> tuple[str, list[str]]:
    for length in range(len(loc), 0, -1):
        origin = origins.get(tuple(loc[:length]))
        if origin:
            return origin.where, loc[length:] if length > 1 or loc[0] in _LISTS else loc
    return "The settings", loc


def _what(problem: Any, loc: list[str]) -> str:
    kind, given = problem["type"], problem.get("input")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(loc[-1], _fields_at(loc[:-1]), n=1)
        return f"there is no such setting{f'; did you mean {near[0]!r}?' if near else ': remove it'}"
    if kind == "missing":
        return "is missing: write it"
    if kind == "value_error":
        return str(problem["ctx"]["error"])
    shown = "" if isinstance(given, dict | list) else f" (it is {given!r})"
    message = str(problem["msg"])
    if kind == "string_pattern_mismatch" and "a-z0-9" in message:
        message = "write lower-case letters, digits, - or _, at most 40"
    return f"{message[0].lower()}{message[1:]}{shown}"


def _fields_at(loc: list[str]) -> list[str]:
    """Names of the settings that may stand at ``loc``."""
    models: list[type[BaseModel]] = [Settings]
    for part in loc:
        if part.isdigit():
            continue
        below = [m.model_fields[part].annotation for m in models if part in m.model_fields]
        models = [found for annotation in below for found in _models_in(annotation)]
    return sorted({name for model in models for name in model.model_fields})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _contradictions(settings: Settings) -> Iterator[str]:
    """What each entry cannot know by itself."""
    brands = [brand.key for brand in settings.brand]
    channels = [channel.name for channel in settings.channel]
    for kind, names in (("brand", brands), ("rule", [r.name for r in settings.rule]), ("channel", channels)):
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield f"Two entries [[{kind}]] are called '{name}': rename one."
    for brand in settings.brand:
        if not (brand.query or brand.names or brand.hashtags or brand.handles):
            yield f"Brand '{brand.key}' has nothing to listen for: give it names, hashtags, handles or a query."
        for platform in brand.platforms:
            if platform not in type(settings.platforms).model_fields:
                known = ", ".join(type(settings.platforms).model_fields)
                yield f"Brand '{brand.key}': there is no platform '{platform}'; those that exist are {known}."
    for rule in settings.rule:
        for key in rule.brands:
            if key not in brands:
                yield f"Rule '{rule.name}' is for brand '{key}', which does not exist."
    for route in settings.route:
        for name in route.channels:
            if name not in channels:
                yield f"A [[route]] leads to channel '{name}', which does not exist: add a [[channel]] of that name."
