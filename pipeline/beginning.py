"""``earshot init``: a few questions, and a first ``brands.toml``."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from rich.prompt import Prompt

from listening.errors import ConfigError
from pipeline.configuration import read_settings

_TEMPLATE = """\
# Brands that Earshot listens for. docs/settings.md explains every entry.

[[brand]]
key = {key}
name = {name}
names = {names}
hashtags = {hashtags}
handles = {handles}
exclude = []
platforms = {platforms}
# A query runs for a purpose, under somebody's responsibility, for an audience, for a time; else it does not run.
purpose = {purpose}
owner = {owner}
audience = ["brand", "pr"]
retention_days = 90
"""


def ask_and_write(folder: Path, ask: Callable[..., str] = Prompt.ask) -> Path:
    """Ask for a brand and write ``brands.toml`` into ``folder``; an existing file is never overwritten.

    The file is read back before it is left there, so it works.
    """
    path = folder / "brands.toml"
    if path.exists():
        raise ConfigError(f"{path} is there already: edit it, or move it away and run `earshot init` again.")
    name = ask("Name of the brand", default="").strip()
    if not name:
        raise ConfigError("A brand needs a name; nothing was written.")
    hashtags = _words(ask("Its hashtags, with spaces between them", default=""), "#")
    handles = _words(ask("Its accounts (@…), with spaces between them", default=""), "@")
    mastodon = ask("A Mastodon server whose terms allow reading it, or nothing", default="").strip()
    owner = ask("Who is responsible for this (a mail address)", default="").strip()
    text = _TEMPLATE.format(
        key=_toml(re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40] or "brand"),
        name=_toml(name),
        names=_toml([name]),
        hashtags=_toml(hashtags),
        handles=_toml(handles),
        platforms=_toml(["files", "mastodon"] if mastodon else ["files"]),
        purpose=_toml(f"know what people say about {name} in public"),
        owner=_toml(owner or "nobody yet"),
    )
    if mastodon:
        address = mastodon if mastodon.startswith("http") else f"https://{mastodon}"
        text += f"\n[platforms.mastodon]\nenabled = true\nbase_url = {_toml(address)}\n"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    try:
        read_settings({"EARSHOT_CONFIG": str(folder)})
    except ConfigError:
        path.unlink()
        raise
    return path


def _words(text: str, sign: str) -> list[str]:
    return [word if word.startswith(sign) else sign + word for word in text.replace(",", " ").split()]


def _toml(value: object) -> str:
    """TOML's basic strings and arrays are JSON's."""
    return json.dumps(value, ensure_ascii=False)
