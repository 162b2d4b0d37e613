"""Dead letters, read again by the code of today."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collectors.files import read_file
from collectors.registry import reread
from listening.collecting import Page
from tests.servers.mastodon import account

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STATUS: dict[str, Any] = {
    "id": "7", "uri": "https://s.example/7", "account": account(), "content": "<p>Hi #acme</p>",
    "created_at": "2026-11-20T10:00:00Z", "visibility": "public",
}  # fmt: skip


def test_a_row_that_was_refused_can_be_read_once_the_reason_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "p.tsv"
    path.write_text("Body\tWhen\tmood\nhello\t03/04/2026\tblue\n")
    [page] = read_file(path, {"text": "Body", "created_at": "When"}, at=AT)
    [letter] = page.unreadable
    again = reread("files", letter.raw, letter.source, AT)
    assert [item.source for item in again.unreadable] == [letter.source]
    mended = letter.raw.replace(b"03/04/2026", b"2026-04-03")
    [post] = reread("files", mended, letter.source, AT).posts
    assert (post.text, post.created_at, post.imported) == ("hello", datetime(2026, 4, 3, tzinfo=UTC), True)


@pytest.mark.parametrize("raw", [b"a\tb\tc", b"[1]", b"\xff\xfe", b"", b"[" * 100_000])
@pytest.mark.parametrize("platform", ["files", "mastodon", "x"])
def test_what_is_still_unreadable_stays_so(platform: str, raw: bytes) -> None:
    page = reread(platform, raw, "somewhere, line 3", AT)
    assert page.posts == ()
    assert [(item.raw, item.source) for item in page.unreadable] == [(raw, "somewhere, line 3")]


def test_a_status_is_read_again_and_its_author_heard_again() -> None:
    source = "s.example, #acme, status 7"
    assert [post.text for post in reread("mastodon", json.dumps(STATUS).encode(), source, AT).posts] == ["Hi #acme"]
    gone = STATUS | {"account": account(indexable=False)}
    assert reread("mastodon", json.dumps(gone).encode(), source, AT) == Page(withheld=1)
