"""Docs that can lie are tested: what exists is described, and what is described exists."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from collectors.registry import names as platform_names
from listening.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SETTINGS = (DOCS / "settings.md").read_text(encoding="utf-8")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_LISTS = ("brand", "rule", "channel", "route")


def _sections(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting that has one place, with its path: ``platforms.mastodon.base_url``."""
    for name, field in model.model_fields.items():
        if model is Settings and name in ("home", "example", *_LISTS):
            continue
        below = field.annotation
        if isinstance(below, type) and issubclass(below, BaseModel):
            yield from _sections(below, f"{path}{name}.")
        else:
            yield f"{path}{name}", field


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _entries() -> list[type[BaseModel]]:
    """What may stand in ``[[brand]]``, ``[[rule]]``, ``[[channel]]``, ``[[route]]``."""
    return [model for name in _LISTS for model in _models(Settings.model_fields[name].annotation)]


def _kind(model: type[BaseModel]) -> str | None:
    """The value of ``kind`` that chooses ``model``."""
    return str(get_args(model.model_fields["kind"].annotation)[0]) if "kind" in model.model_fields else None


def _written(field: FieldInfo) -> str:
    """A default as the tables write it."""
    if field.is_required():
        return "(needed)"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "(none)"
    if value in ("", (), {}):
        return "(empty)"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, dict):
        return "`" + ", ".join(f"{key} = {days:g}" for key, days in value.items()) + "`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{item}"' for item in value) + "]`"
    return f"`{value}`"


def _part_of(model: type[BaseModel]) -> str:
    """The lines of settings.md about entries of ``model``: from its kind's heading line to the next one."""
    if kind := _kind(model):
        return SETTINGS.split(f'`kind = "{kind}"`', 1)[1].split("\n`kind =", 1)[0]
    return SETTINGS


SECTIONS = dict(_sections(Settings))


@pytest.mark.parametrize("path", SECTIONS)
def test_every_setting_has_a_line_with_its_default_and_variable(path: str) -> None:
    variable = "EARSHOT_" + path.upper().replace(".", "__")
    start = f"| `{path.rsplit('.', 1)[1]}` | {_written(SECTIONS[path])} | `{variable}` | "
    assert start in SETTINGS, f"docs/settings.md lacks a line that begins with: {start}"


@pytest.mark.parametrize("model", _entries(), ids=lambda model: model.__name__)
def test_every_setting_of_an_entry_has_a_line_with_its_default(model: type[BaseModel]) -> None:
    special = _part_of(model)
    for name, field in model.model_fields.items():
        if name == "kind" or (name == "name" and _kind(model) in ("email", "webhook", "folder")):
            continue
        start = f"| `{name}` | {_written(field)} | "
        common = start in SETTINGS.split("`kind` says which further settings there are.")[0].split("## Rules")[1]
        assert start in special or common, f"docs/settings.md lacks, for {model.__name__}: {start}"


def test_the_tables_of_settings_name_nothing_that_does_not_exist() -> None:
    known = {path.rsplit(".", 1)[1] for path in SECTIONS}
    known |= {name for model in _entries() for name in model.model_fields}
    rows = re.findall(r"^\| `([a-z_]+)` \|", SETTINGS, re.MULTILINE)
    assert len(rows) > 50
    assert set(rows) <= known
    variables = set(re.findall(r"`(EARSHOT_[A-Z_]+)`", SETTINGS)) - {"EARSHOT_HOME", "EARSHOT_CONFIG", "EARSHOT_"}
    assert variables == {"EARSHOT_" + path.upper().replace(".", "__") for path in SECTIONS}


@pytest.mark.parametrize("platform", platform_names())
def test_every_platform_has_a_page(platform: str) -> None:
    assert (DOCS / "platforms" / f"{platform}.md").is_file()
    assert f"platforms/{platform}.md" in (DOCS / "index.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [kind for model in _entries() if (kind := _kind(model))])
def test_every_kind_of_rule_and_channel_is_described(kind: str) -> None:
    assert f'`kind = "{kind}"`' in SETTINGS
    assert f"`{kind}`" in (DOCS / "alerts.md").read_text(encoding="utf-8")


def _verbs() -> dict[str, set[str]]:
    """Every verb of the command line as it is typed, with its options."""
    import typer.main
    from typer.core import TyperGroup

    from pipeline.cli import app

    verbs = {}
    top = typer.main.get_command(app)
    assert isinstance(top, TyperGroup)
    for name, command in top.commands.items():
        below = command.commands if isinstance(command, TyperGroup) else {}
        for verb, one in [(f"{name} {sub}", each) for sub, each in below.items()] or [(name, command)]:
            verbs[verb] = {option for parameter in one.params for option in parameter.opts if option.startswith("--")}
    return verbs


def test_every_verb_has_an_example() -> None:
    commands = (DOCS / "commands.md").read_text(encoding="utf-8")
    missing = [verb for verb in _verbs() if not re.search(rf"earshot {verb}\b", commands)]
    assert not missing


def _quoted_commands() -> Iterator[tuple[str, str]]:
    """Each ``earshot …`` quoted in README or docs: in backticks, or on an indented line."""
    for page in [ROOT / "README.md", *PAGES]:
        text = page.read_text(encoding="utf-8")
        inline = re.findall(r"`([^`\n]*\bearshot [^`\n]+)`", text)
        blocks = [line.split("  #", 1)[0] for line in re.findall(r"^ {4}(.*\bearshot .+)$", text, re.MULTILINE)]
        for quoted in (*inline, *blocks):
            command = re.search(r"(?:^|[\s/|])earshot (.+)", quoted.replace("\\|", "|"))
            if command:
                yield str(page.relative_to(ROOT)), command[1].strip()


def test_every_command_that_is_quoted_exists() -> None:
    verbs = _verbs()
    families = {verb.split()[0] for verb in verbs if " " in verb}
    found = list(_quoted_commands())
    assert len(found) > 30
    wrong = []
    for page, command in found:
        words = shlex.split(command.split(" | ")[0].split(" > ")[0])
        if words[0] in ("COMMAND", "--help"):
            continue
        verb = " ".join(words[:2]) if words[0] in families and len(words) > 1 else words[0]
        options = {word.split("=")[0] for word in words if word.startswith("--")} - {"--help"}
        if verb not in {*verbs, *families} or not options <= verbs.get(verb, set()):
            wrong.append(f"{page}: earshot {command}")
    assert not wrong


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link.split("#", 1)[0] for link in _LINK.findall(page.read_text(encoding="utf-8"))]
    broken = [link for link in links if link and "://" not in link and not (page.parent / link).exists()]
    assert not broken


def test_readme_begins_with_the_two_commands() -> None:
    commands = re.findall(r"^ {4}(\S.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert [command.split("  ")[0] for command in commands[:2]] == ["make up", "make test"]


def test_the_pages_build_and_load_nothing_from_elsewhere(tmp_path: Path) -> None:
    # Not --quiet: it hides the warnings before --strict can count them.
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) >= len(PAGES)
    remote = re.compile(r"""<(?:script|link|img|iframe)[^>]+(?:src|href)=["'](?:https?:)?//""")
    assert [page.name for page in pages if remote.search(page.read_text(encoding="utf-8"))] == []
    styles = "".join(sheet.read_text(encoding="utf-8") for sheet in tmp_path.rglob("*.css"))
    assert not re.search(r"url\(\s*[\"']?(?:https?:)?//", styles)
