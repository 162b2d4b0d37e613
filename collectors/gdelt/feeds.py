"""Files by their names: one a quarter of an hour and feed, called after the time of their making (UTC)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

QUARTER = timedelta(minutes=15)
_STAMP = "%Y%m%d%H%M%S"
_LINE = re.compile(
    r"^\s*\d+\s+([0-9a-f]{32})\s+\S*?/?(\d{14})\.(?:translation\.)?gkg\.csv\.zip\s*$", re.MULTILINE | re.I
)


@dataclass(frozen=True, slots=True)
class Feed:
    """``name`` is that of its position; ``latest`` is where its newest file is announced."""

    name: str
    title: str
    latest: str
    suffix: str

    def file_of(self, slot: datetime) -> str:
        return f"{written(slot)}{self.suffix}"


ENGLISH = Feed("gkg", "English", "lastupdate.txt", ".gkg.csv.zip")
TRANSLATED = Feed("gkg translated", "other languages", "lastupdate-translation.txt", ".translation.gkg.csv.zip")


@dataclass(frozen=True, slots=True)
class Latest:
    slot: datetime
    md5: str


def read_latest(text: str) -> Latest | None:
    """The newest file of articles that is announced; None where none is."""
    found = _LINE.search(text)
    slot = read_stamp(found[2]) if found else None
    return Latest(slot, found[1].lower()) if found and slot else None


def written(moment: datetime) -> str:
    return moment.strftime(_STAMP)


def read_stamp(text: str | None) -> datetime | None:
    """A moment written as in names of files; None for anything else."""
    if not text or len(text) != 14 or not (text.isascii() and text.isdecimal()):
        return None
    try:
        return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None


def slot_after(moment: datetime) -> datetime:
    """The first file that can hold an article of that moment."""
    behind = (moment - datetime(2015, 1, 1, tzinfo=UTC)) % QUARTER
    return moment if not behind else moment - behind + QUARTER
