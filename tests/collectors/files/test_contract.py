"""The drop folder holds what every collector holds."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from collectors.files import FilesCollector
from tests.contracts.collectors import PAGE, CollectorContract, Place


class Inbox:
    """A folder; each post is a line of ``a.jsonl``. A link to nowhere stands for a disk that does not answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lines: list[str] = []
        self.hidden: list[str] = []

    def publish(self, text: str, at: datetime, number: int = 0) -> None:
        self._add({"id": f"n{number}t{int(at.timestamp())}", "platform": "linkedin", "text": text, "author": "ana.pop",
                   "date": at.isoformat()})  # fmt: skip

    def publish_unreadable(self, at: datetime) -> None:
        self.lines.append('{"text": "cut sho')
        self._write()

    def edit(self, old: str, new: str, at: datetime) -> None:
        forms = [json.loads(line) for line in self.lines]
        changed = [form | {"text": new, "edited_at": at.isoformat()} if form["text"] == old else form for form in forms]
        self.lines = [json.dumps(form) for form in changed]
        self._write()

    def fail(self, after_pages: int) -> None:
        keep = after_pages * PAGE
        self.hidden, self.lines = self.lines[keep:], self.lines[:keep]
        self._write()
        (self.folder / "b.jsonl").symlink_to(self.folder / "nowhere.jsonl")

    def mend(self) -> None:
        (self.folder / "b.jsonl").unlink()
        (self.folder / "b.jsonl").write_text("".join(f"{line}\n" for line in self.hidden))

    def collector(self) -> FilesCollector:
        return FilesCollector(self.folder, settles=timedelta(0), page_rows=PAGE)

    def _add(self, form: dict[str, object]) -> None:
        self.lines.append(json.dumps(form))
        self._write()

    def _write(self) -> None:
        (self.folder / "a.jsonl").write_text("".join(f"{line}\n" for line in self.lines))


class TestFiles(CollectorContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Place:
        return Inbox(tmp_path)
