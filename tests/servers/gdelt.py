"""A local server of ours that publishes files as GDELT does: one a quarter of an hour and feed, and what is newest.

Papers and articles in it are invented.
"""

import zipfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import md5
from html import escape
from io import BytesIO

from collectors.gdelt.feeds import ENGLISH, TRANSLATED, Feed, read_stamp, written
from tests.servers.web import Reply, WebServer


def record(
    title: str | None,
    slot: datetime,
    address: str,
    *,
    published: datetime | None = None,
    organisations: str = "",
    translation: str = "",
    collection: str = "1",
    names: str = "",
) -> bytes:
    """A line of a file."""
    cells = [""] * 27
    cells[0], cells[1], cells[2] = f"{written(slot)}-1", written(slot), collection
    cells[3], cells[4], cells[13], cells[23] = "acorn.example", address, organisations, names
    cells[15] = "-1.5,2.0,3.5,5.5,20.1,0,412"
    cells[25] = translation
    precise = f"<PAGE_PRECISEPUBTIMESTAMP>{written(published)}</PAGE_PRECISEPUBTIMESTAMP>" if published else ""
    ascii_title = escape(title or "").encode("ascii", "xmlcharrefreplace").decode()
    cells[26] = f"<PAGE_LINKS></PAGE_LINKS>{precise}" + (f"<PAGE_TITLE>{ascii_title}</PAGE_TITLE>" if title else "")
    return "\t".join(cells).encode()


def packed(content: bytes, name: str = "a.gkg.csv") -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        entry = zipfile.ZipInfo(name)  # of a fixed date: the same lines are the same file
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
    return into.getvalue()


class GdeltServer(WebServer):
    """``files`` are the lines of each file by feed and time; others are empty. ``missing`` are not there, ``broken`` is
    what stands in their place, ``read`` those that were given out."""

    def __init__(self) -> None:
        super().__init__()
        self.newest = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.files: dict[tuple[str, datetime], list[bytes]] = defaultdict(list)
        self.missing: set[datetime] = set()
        self.broken: dict[datetime, bytes] = {}
        self.read: set[datetime] = set()
        self.announced: str | None = None

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        name = path.strip("/")
        for feed in (ENGLISH, TRANSLATED):
            if name == feed.latest:
                return Reply(self._latest(feed).encode(), kind="text/plain")
            slot = read_stamp(name.removesuffix(feed.suffix))
            if slot and slot <= self.newest and slot not in self.missing:
                self.read.add(slot)
                return Reply(self._file(feed, slot), kind="application/zip")
        return super().answer(path, headers)

    def _file(self, feed: Feed, slot: datetime) -> bytes:
        return self.broken.get(slot) or packed(b"\n".join(self.files[feed.name, slot]))

    def _latest(self, feed: Feed) -> str:
        if self.announced is not None:
            return self.announced
        body = self._file(feed, self.newest)
        there = "http://data.gdeltproject.org/gdeltv2"
        sums = f"{len(body)} {md5(body, usedforsecurity=False).hexdigest()}"
        return (
            f"9 {'0' * 32} {there}/{written(self.newest)}.export.CSV.zip\n{sums} {there}/{feed.file_of(self.newest)}\n"
        )
