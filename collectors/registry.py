"""Which platforms there are. Importing this loads no platform's client; building a collector does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from types import ModuleType
from typing import cast

from listening.collecting import Page
from listening.errors import ConfigError
from listening.settings import Settings

from .protocol import Collector

_BUILDERS: Mapping[str, str] = {
    "bluesky": "collectors.bluesky.build",
    "files": "collectors.files.build",
    "gdelt": "collectors.gdelt.build",
    "googlenews": "collectors.googlenews.build",
    "hackernews": "collectors.hackernews.build",
    "lemmy": "collectors.lemmy.build",
    "mastodon": "collectors.mastodon.build",
    "reddit": "collectors.reddit.build",
    "rss": "collectors.rss.build",
    "x": "collectors.x.build",
    "youtube": "collectors.youtube.build",
}


def names() -> tuple[str, ...]:
    """The platforms that can be collected from, in alphabetical order."""
    return tuple(sorted(_BUILDERS))


def build(name: str, settings: Settings) -> Collector:
    """The collector of a platform, no connection opened; :class:`ConfigError` if there is none or a setting lacks."""
    return cast(Callable[[Settings], Collector], _module(name).build)(settings)


def reread(name: str, raw: bytes, source: str, at: datetime) -> Page:
    """What a dead letter of a platform says to the code of today: a page with its post, or with the letter again.

    A post of somebody who has since asked to be left out is on neither list, but counted as withheld.
    """
    return cast(Callable[[bytes, str, datetime], Page], _module(name).reread)(raw, source, at)


def _module(name: str) -> ModuleType:
    if name not in _BUILDERS:
        raise ConfigError(f"There is no platform '{name}': write one of {', '.join(names())}.")
    return import_module(_BUILDERS[name])
