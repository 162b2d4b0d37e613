"""Messages as ``.eml`` files in a folder with the layout of a Maildir: any mail program opens them."""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.parser import BytesHeaderParser
from pathlib import Path

from alerts.channels.letter import envelope
from alerts.plain import header
from listening.alerting import Message
from listening.errors import TryLater
from listening.settings import FolderChannel

_SENDER = Address("Earshot", "earshot", "earshot.invalid")
_READER = Address("Whoever reads this folder", "reader", "earshot.invalid")
_POSTS = "Earshot-Posts"


@dataclass(frozen=True, slots=True)
class MailFolder:
    """``folder/new/<key>.eml``; written beside it first and moved, so that nobody ever sees half a message.

    The name follows from the message's key: a repeat replaces the file, it does not add one.
    """

    name: str
    folder: Path

    @classmethod
    def of(cls, settings: FolderChannel, home: Path) -> "MailFolder":
        return cls(settings.name, Path(settings.folder) if settings.folder else home / "outbox")

    def deliver(self, message: Message, at: datetime) -> None:
        mail = envelope(message, at, _SENDER, [_READER])
        mail[_POSTS] = " ".join(header(quote.post_id) for quote in message.quotes)
        try:
            self._write(f"{''.join(c for c in message.key if c.isalnum())}.eml", mail.as_bytes())
        except OSError as error:
            raise TryLater(
                f"Channel {self.name}: the folder {self.folder} cannot be written ({error.strerror}). "
                "Make room or mend its permissions; the message waits."
            ) from error

    def _write(self, name: str, content: bytes) -> None:
        for part in ("tmp", "new", "cur"):
            (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=self.folder / "tmp", prefix=name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self.folder / "new" / name)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise
        # The name is as durable as the content only once the folder is.
        directory = os.open(self.folder / "new", os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def quoted_posts(folder: Path) -> set[str]:
    """Ids of the posts that messages in ``folder`` quote."""
    return {post_id for path in _messages(folder) for post_id in _quoted(path)}


def forget_posts(folder: Path, post_ids: Iterable[str]) -> int:
    """Delete the messages that quote one of ``post_ids`` (for erasure); returns how many. Safe to call twice."""
    gone = set(post_ids)
    deleted = 0
    for path in _messages(folder):
        if path.parent.name == "tmp" or gone & _quoted(path):
            path.unlink(missing_ok=True)
            deleted += path.parent.name != "tmp"
    return deleted


def _messages(folder: Path) -> list[Path]:
    """A mail program moves what was read to ``cur`` and appends flags to the name; ``tmp`` holds what a crash left."""
    return sorted(path for part in ("tmp", "new", "cur") for path in (folder / part).glob("*") if path.is_file())


def _quoted(path: Path) -> set[str]:
    with path.open("rb") as file:
        return set(str(BytesHeaderParser(policy=policy.default).parse(file).get(_POSTS, "")).split())
