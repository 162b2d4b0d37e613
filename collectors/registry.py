"""Which platforms there are. Importing this loads no platform's client; building a collector does."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from listening.errors import ConfigError
from listening.settings import Settings

from .protocol import Collector

_BUILDERS: Mapping[str, str] = {"files": "collectors.files.build", "mastodon": "collectors.mastodon.build"}


def names() -> tuple[str, ...]:
    """The platforms that can be collected from, in alphabetical order."""
    return tuple(sorted(_BUILDERS))


def build(name: str, settings: Settings) -> Collector:
    """The collector of a platform, no connection opened; :class:`ConfigError` if there is none or a setting lacks."""
    if name not in _BUILDERS:
        raise ConfigError(f"There is no platform '{name}': write one of {', '.join(names())}.")
    builder = cast(Callable[[Settings], Collector], import_module(_BUILDERS[name]).build)
    return builder(settings)
