"""ZIP archives: members are read as streams where they lie. Nothing is unpacked, so that no name leads anywhere."""

import re
import zipfile
import zlib
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from listening.errors import UnreadableInput

from ..canonical import read_json
from .exports import known_heading
from .mapping import plain_name
from .source import Source, unpacked
from .tables import Found, HasPosts, Table, text_table

_TABLES = (".csv", ".tsv", ".tab", ".json", ".jsonl", ".ndjson", ".js", ".csv.gz", ".tsv.gz", ".jsonl.gz")
_TWEETS = re.compile(r"(?:.*/)?tweets?(?:-part\d+)?\.js")
_OUTBOX = re.compile(r"(?:.*/)?outbox\.json")
# What archives of accounts hold beside posts: letters, contacts, and what was deleted or never sent.
_PRIVATE = re.compile(
    r"message|chat|direct|inbox|\bdms?\b|mail|contact|connection|invit|friend|follow|block|mute|vote|saved|draft"
    r"|deleted|hidden|search|login|session|device|phone|address|payment|purchase|ads?\b|ad[-_]|profile|account|recommend"
    r"|endorse|like|bookmark|list|audience|personali|registration|password|security",
    re.IGNORECASE,
)
_MAX_MEMBER = 8 << 30
_BOMB = 200
"""Times smaller than its content: no export of posts is packed so well (measured: text of posts 3 to 12 times)."""
_SMALL = 50 << 20
_MAX_ACCOUNT = 1 << 20
_SHOWN = 10
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def is_workbook(path: Path) -> bool:
    """Whether a ZIP is one of Office's files. Raises :class:`UnreadableInput` if it is damaged."""
    with _opened(path) as packed:
        return "[Content_Types].xml" in packed.namelist()


def archive_tables(path: Path, has_posts: HasPosts) -> Found:
    """The members that hold posts. Of a platform's archive that we know, only what was published."""
    with _opened(path) as packed:
        infos = [info for info in packed.infolist() if not info.is_dir()]
        size = path.stat().st_size
        if sum(info.compress_size for info in infos) > size:
            raise UnreadableInput(f"{path.name}: members of the archive overlap, as in a ZIP bomb. It was not read.")
        author = _author_of(packed, infos)
    notes: list[str] = []
    known = [info for info in infos if _TWEETS.fullmatch(info.filename)]
    known = known or [info for info in infos if _OUTBOX.fullmatch(info.filename)]
    candidates = known or [info for info in infos if _may_hold_posts(info.filename)]
    tables: list[Table] = []
    for info in candidates:
        if fault := _fault(info):
            notes.append(f"{path.name}: {_shown(info.filename)} was left out: {fault}.")
            continue
        try:
            source = Source(info.filename, partial(unpacked, partial(_member, path, info)))
            table = replace(text_table(info.filename, source), author=author)
            if table.layout.columns and not has_posts(table.layout.columns):
                raise UnreadableInput("it has no column for the text of posts")
        except (UnreadableInput, *_FAULTS) as error:
            notes.append(f"{path.name}: {_shown(info.filename)} was left out: {_reason(info, error)}")
            continue
        tables.append(table)
    ours = [table for table in tables if known_heading({plain_name(name) for name in table.layout.columns})]
    tables = ours or tables
    left = [
        *notes[:_SHOWN],
        *([f"and {len(notes) - _SHOWN:,} more members like these."] if len(notes) > _SHOWN else []),
    ]
    others = len(infos) - len(tables) - len(notes)
    if not tables:
        why = " ".join(left) or "It has no CSV, JSON or JSON Lines file of posts."
        raise UnreadableInput(f"{path.name}: no member of the archive could be read as posts. {why}")
    if others:
        left.append(f"{path.name}: {others:,} other files of the archive are no posts of its owner and were not read.")
    return Found(tuple(tables), tuple(left))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableInput(
            f"{path.name}: the archive is damaged or was cut short ({error}): copy or download it again."
        ) from error


def _may_hold_posts(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts):
        return False
    return name.casefold().endswith((*_TABLES, ".zip", ".xlsx", ".xls")) and not _PRIVATE.search(parts[-1])


def _fault(info: zipfile.ZipInfo) -> str | None:
    """Why a member is not read, as it is declared: nothing of it has been read yet."""
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
        return "its name leads out of the archive"
    if info.flag_bits & 1:
        return "it is encrypted: unpack it with its password and import the file"
    if name.casefold().endswith(".zip"):
        return "an archive inside another one: take it out and import it by itself"
    if name.casefold().endswith((".xlsx", ".xls")):
        return "a workbook inside an archive: take it out and import it by itself"
    if info.file_size > _MAX_MEMBER or info.file_size > max(_SMALL, info.compress_size * _BOMB):
        return f"it would unpack from {info.compress_size:,} to {info.file_size:,} bytes, as a ZIP bomb does"
    return None


def _member(path: Path, info: zipfile.ZipInfo) -> IO[bytes]:
    with zipfile.ZipFile(path) as packed:
        return packed.open(info)  # which holds the archive open until it is closed itself


def _author_of(packed: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> str | None:
    """Whose archive of X it is: its posts do not say."""
    for info in infos:
        if info.filename.endswith("data/account.js") and info.file_size <= _MAX_ACCOUNT and not info.flag_bits & 1:
            try:
                [entry] = read_json(packed.read(info).partition(b"=")[2])
                return str(entry["account"]["username"])
            except (ValueError, KeyError, TypeError, RecursionError, *_FAULTS):
                return None
    return None


def _reason(info: zipfile.ZipInfo, error: Exception) -> str:
    text = str(error).removeprefix(f"{info.filename}: ").rstrip(".")
    return f"{text or 'it is packed in a way that cannot be read'}."


def _shown(name: str) -> str:
    return f"'{name[-80:]}'"
