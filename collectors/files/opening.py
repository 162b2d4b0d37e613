"""What a file is, seen in its first bytes: text, a workbook, or an archive."""

from pathlib import Path

from .archives import archive_tables, is_workbook
from .source import Source
from .tables import Found, HasPosts, text_table
from .workbooks import workbook_tables

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second one is empty


def find_tables(path: Path, has_posts: HasPosts) -> Found:
    """Raises :class:`UnreadableInput` with a sentence, and ``OSError`` if the file cannot be opened."""
    with path.open("rb") as file:
        packed = file.read(4) in _ZIP
    if not packed:
        return Found((text_table("", Source.of_file(path)),))
    return workbook_tables(path, has_posts) if is_workbook(path) else archive_tables(path, has_posts)
