"""The drop folder as the settings describe it."""

from pathlib import Path

from listening.settings import Settings

from .collector import FilesCollector


def build(settings: Settings) -> FilesCollector:
    """Without ``inbox``: the folder below our home, which may not exist yet. A folder that somebody named must."""
    named = settings.platforms.files.inbox
    return FilesCollector(Path(named) if named else Path(settings.home) / "inbox", must_exist=bool(named))
