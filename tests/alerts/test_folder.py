"""Mail files in a folder."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from alerts.channels import Channel, build
from alerts.channels.folder import forget_posts
from listening.errors import TryLater
from listening.settings import FolderChannel
from tests.alerts.examples import NOON, message, quote
from tests.alerts.mailreading import read
from tests.contracts.channels import Arrived, ChannelContract

SETTINGS = FolderChannel(kind="folder", name="outbox")


@dataclass
class Folder:
    channel: Channel
    home: Path
    secrets: tuple[str, ...] = ()
    can_refuse: bool = False

    def arrived(self) -> list[Arrived]:
        new = self.home / "outbox" / "new"
        files = sorted(new.iterdir(), key=lambda path: path.stat().st_mtime_ns) if new.is_dir() else []
        return [read(path.read_bytes()) for path in files]

    def be_unwell(self) -> None:
        """A file stands where the folder should be."""
        self.recover()
        (self.home / "outbox").write_text("in the way")

    def refuse(self) -> None:
        raise AssertionError("a folder refuses nothing")

    def recover(self) -> None:
        path = self.home / "outbox"
        if path.is_dir():
            path.rename(self.home / "moved")
        else:
            path.unlink(missing_ok=True)


class TestFolder(ChannelContract):
    @pytest.fixture
    def receiver(self, tmp_path: Path) -> Folder:
        return Folder(build(SETTINGS, tmp_path), tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "new").iterdir())


def test_a_repeat_replaces_the_file(tmp_path: Path) -> None:
    channel = build(SETTINGS, tmp_path)
    channel.deliver(message(), NOON)
    channel.deliver(message(maybe_repeat=True), NOON)
    assert names(tmp_path / "outbox") == ["0123456789abcdef.eml"]
    (path,) = (tmp_path / "outbox" / "new").iterdir()
    assert "[possible repeat]" in read(path.read_bytes()).words
    assert list((tmp_path / "outbox" / "tmp").iterdir()) == []


def test_a_key_is_no_path(tmp_path: Path) -> None:
    build(SETTINGS, tmp_path).deliver(message(key="../../etc/x"), NOON)
    assert names(tmp_path / "outbox") == ["etcx.eml"]


def test_the_folder_of_the_settings(tmp_path: Path) -> None:
    other = SETTINGS.model_copy(update={"folder": str(tmp_path / "elsewhere")})
    build(other, tmp_path / "home").deliver(message(), NOON)
    assert names(tmp_path / "elsewhere") == ["0123456789abcdef.eml"]
    assert not (tmp_path / "home").exists()


def test_only_their_owner_may_look_in(tmp_path: Path) -> None:
    build(SETTINGS, tmp_path).deliver(message(), NOON)
    (path,) = (tmp_path / "outbox" / "new").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.fixture
def full_disk() -> Iterator[Path]:
    """A real device that is always full."""
    device = Path("/dev/full")
    if not device.exists():
        pytest.skip("this system has no /dev/full")
    yield device


def test_a_full_disk_is_a_reason_to_wait(tmp_path: Path, full_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = build(SETTINGS, tmp_path)

    def on_full_disk(dir: Path, prefix: str) -> tuple[int, str]:
        return os.open(full_disk, os.O_WRONLY), str(dir / f"{prefix}draft")

    monkeypatch.setattr("alerts.channels.folder.tempfile.mkstemp", on_full_disk)
    with pytest.raises(TryLater, match="No space left"):
        channel.deliver(message(), NOON)
    assert names(tmp_path / "outbox") == []


def test_erasure_finds_the_messages_that_quote_a_post(tmp_path: Path) -> None:
    channel = build(SETTINGS, tmp_path)
    channel.deliver(message(quote("one", post_id="files:1"), quote("two", post_id="files:2"), key="a"), NOON)
    channel.deliver(message(quote("three", post_id="files:11"), key="b"), NOON)
    outbox = tmp_path / "outbox"
    (outbox / "new" / "a.eml").rename(outbox / "cur" / "a.eml:2,S")  # somebody read it
    (outbox / "tmp" / "half").write_text("left by a crash: one")
    assert forget_posts(outbox, ["files:2"]) == 1
    assert names(outbox) == ["b.eml"]
    assert [path.name for path in outbox.rglob("*") if path.is_file()] == ["b.eml"]
    assert forget_posts(outbox, ["files:2"]) == 0
    assert forget_posts(tmp_path / "nowhere", ["files:2"]) == 0
