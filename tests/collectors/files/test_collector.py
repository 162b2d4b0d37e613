"""The drop folder beyond the contract: files that grow, change, are half written, or are none of posts."""

import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collectors.files import FilesCollector
from collectors.protocol import Request
from listening.collecting import Cursor, Page
from listening.errors import ConfigError
from listening.query import parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def collect(folder: Path, cursor: Cursor | None = None, query: str = "*", **more: object) -> list[Page]:
    collector = FilesCollector(folder, page_rows=2, **more)  # type: ignore[arg-type]
    request = Request(query=parse(query), cursor=cursor, since=NOW - timedelta(days=7), until=None, now=NOW)
    return list(collector.collect(request))


def drop(path: Path, content: str | bytes, age: float = 3_600) -> None:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (NOW.timestamp() - age,) * 2)


def texts(pages: list[Page]) -> list[str]:
    return [post.text for page in pages for post in page.posts]


def cursor_of(pages: list[Page], before: Cursor | None = None) -> Cursor | None:
    return next((page.cursor for page in reversed(pages) if page.cursor), before)


def test_files_are_read_in_the_order_of_names_and_only_once(tmp_path: Path) -> None:
    drop(tmp_path / "b.csv", "text\nthree\n")
    drop(tmp_path / "a.csv", "text\none\ntwo\n")
    pages = collect(tmp_path)
    assert texts(pages) == ["one", "two", "three"]
    assert not any(post.imported for page in pages for post in page.posts)
    assert collect(tmp_path, cursor_of(pages)) == []


def test_an_appended_file_is_read_on(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "text\none\ntwo\nthree\n")
    cursor = cursor_of(collect(tmp_path))
    drop(tmp_path / "a.csv", "text\none\ntwo\nthree\nfour\n", age=1_800)
    again = collect(tmp_path, cursor)
    assert texts(again) == ["four"]
    assert collect(tmp_path, cursor_of(again)) == []


def test_an_archive_grows_by_members(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv.gz", gzip.compress(b"text\none\n"))
    cursor = cursor_of(collect(tmp_path))
    drop(tmp_path / "a.csv.gz", (tmp_path / "a.csv.gz").read_bytes() + gzip.compress(b"two\n"), age=1_800)
    assert texts(collect(tmp_path, cursor)) == ["two"]


def test_another_file_of_the_same_name_is_read_from_its_start(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "text\none\ntwo\n")
    cursor = cursor_of(collect(tmp_path))
    drop(tmp_path / "a.csv", "text\nnew one\nnew two\n", age=1_800)
    assert texts(collect(tmp_path, cursor)) == ["new one", "new two"]


def test_a_touched_file_is_not_read_again(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "text\none\n")
    cursor = cursor_of(collect(tmp_path))
    drop(tmp_path / "a.csv", "text\none\n", age=60)
    touched = collect(tmp_path, cursor)
    assert texts(touched) == []
    assert collect(tmp_path, cursor_of(touched)) == []


def test_a_killed_run_goes_on_after_its_last_kept_page(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "text\n" + "".join(f"post {n}\n" for n in range(7)))
    pages = collect(tmp_path)
    assert [texts([page]) for page in pages][:3] == [["post 0", "post 1"], ["post 2", "post 3"], ["post 4", "post 5"]]
    assert texts(collect(tmp_path, pages[1].cursor)) == ["post 4", "post 5", "post 6"]


def test_files_that_are_being_written_wait(tmp_path: Path) -> None:
    for name in (".hidden.csv", "x.csv.part", "y.tmp", "~z.csv"):
        drop(tmp_path / name, "text\nnot yet\n")
    drop(tmp_path / "fresh.csv", "text\nhalf a li", age=1)
    drop(tmp_path / "ahead.csv", "text\nfrom a clock that is a little ahead\n", age=-20)
    (tmp_path / "folder.csv").mkdir()
    drop(tmp_path / "old.csv", "text\nready\n")
    drop(tmp_path / "future.csv", "text\nfrom a wrong clock\n", age=-7_200)
    assert texts(collect(tmp_path)) == ["from a wrong clock", "ready"]


def test_a_file_that_is_none_of_posts_is_one_dead_letter_and_the_others_go_on(tmp_path: Path) -> None:
    drop(tmp_path / "a.html", "<html>Please log in</html>")
    drop(tmp_path / "b.csv", "text\nfine\n")
    pages = collect(tmp_path)
    assert texts(pages) == ["fine"]
    [broken] = [item for page in pages for item in page.unreadable]
    assert "web page" in broken.reason
    assert broken.raw.startswith(b"<html>")
    assert collect(tmp_path, cursor_of(pages)) == []


def test_only_posts_that_match_are_given_and_the_rest_is_done_with(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "text,hashtags\nAcme is great,\nnothing here,\nphoto,#acme\n@acme thanks,\n")
    pages = collect(tmp_path, query="#acme OR @acme OR great")
    assert texts(pages) == ["Acme is great", "photo", "@acme thanks"]
    assert collect(tmp_path, cursor_of(pages), query="#acme OR @acme OR great") == []


def test_a_file_that_was_taken_away_leaves_the_cursor(tmp_path: Path) -> None:
    drop(tmp_path / "a.csv", "text\none\n")
    cursor = cursor_of(collect(tmp_path))
    (tmp_path / "a.csv").unlink()
    drop(tmp_path / "b.csv", "text\ntwo\n")
    after = cursor_of(collect(tmp_path, cursor))
    assert after is not None
    assert set(after.positions) == {"b.csv"}


def test_a_folder_that_somebody_named_must_exist(tmp_path: Path) -> None:
    assert collect(tmp_path / "none") == []
    with pytest.raises(ConfigError, match=r"platforms\.files\.inbox"):
        collect(tmp_path / "none", must_exist=True)
