"""The drop folder as the settings describe it, and single rows tried again."""

from datetime import datetime
from pathlib import Path

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.settings import Settings

from ..canonical import read_json
from .collector import FilesCollector
from .exports import shaped
from .mapping import Mapping
from .posts import to_post
from .receipt import Tally


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A row that could not be read, tried again. Its post counts as imported: it comes too late to page anybody."""
    try:
        row = read_json(raw)
        if not isinstance(row, dict):
            raise UnreadableInput("it is no row with named columns")
        row = shaped(row)
        if row is None:
            return Page(withheld=1)
        return Page(posts=(to_post(row, Mapping.of(row), at, True, None, Tally()),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))


def build(settings: Settings) -> FilesCollector:
    """Without ``inbox``: the folder below our home, which may not exist yet. A folder that somebody named must."""
    named = settings.platforms.files.inbox
    return FilesCollector(Path(named) if named else Path(settings.home) / "inbox", must_exist=bool(named))
