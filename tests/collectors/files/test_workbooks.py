"""Excel workbooks, and lines of several encodings."""

import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from listening.errors import UnreadableInput
from tests.collectors.files.test_reading import read


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in sheet.iter_rows():
            for cell in cells:
                if cell.value == "=cmd|' /C calc'!A0 #acme":
                    cell.data_type = "s"
    book.save(path)
    return path


def test_a_sheet_is_a_table(tmp_path: Path) -> None:
    rows = [
        ["Text", "Date", "Likes", "Id", "Platform"],
        ["Bună #Acme", datetime.fromisoformat("2026-11-20T10:00"), 12, "77", "linkedin"],
        [None, None, None, None, None],
        ["Dobry dzień", date(2026, 11, 21), 3.0, 1_590_000_000_000_000_001, "x"],
        ["=cmd|' /C calc'!A0 #acme", None, None, None, None],
        ["=1+1", None, None, None, None],
    ]
    posts, reading = read(workbook(tmp_path / "p.xlsx", Posts=rows))
    assert [post.text for post in posts] == ["Bună #Acme", "Dobry dzień", "=cmd|' /C calc'!A0 #acme", "=1+1"]
    assert [post.created_at for post in posts][:2] == [
        datetime(2026, 11, 20, 10, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC),
    ]  # fmt: skip
    assert [post.counts.likes for post in posts] == [12, 3, None, None]
    assert posts[0].id == "linkedin:77"
    assert "159" not in posts[1].id  # Excel rounded it
    assert reading.receipt.rounded_ids == 1
    assert reading.receipt.form == "Excel"


def test_sheets_of_other_things_and_titles_above_the_heading(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "p.xlsx",
        Summary=[["Impressions", "Clicks"], [3, 4]],
        Posts=[["Updates of Hollenbrook, all times UTC"], [], ["Post text", "Created date"], ["Hello", "2026-11-20"]],
        More=[["Comment"], ["Again"], ["too", "many"]],
    )
    posts, reading = read(path)
    assert [post.text for post in posts] == ["Hello", "Again"]
    said = "\n".join(reading.receipt.sentences())
    assert "sheet 'Summary' has no column for texts" in said


def test_a_row_with_more_cells_than_the_heading_is_rejected(tmp_path: Path) -> None:
    path = workbook(tmp_path / "p.xlsx", Posts=[["text", "lang"], ["a", "en"], ["b", "en", "?"], ["c", "en"]])
    posts, reading = read(path)
    assert [post.text for post in posts] == ["a", "c"]
    assert str(reading.receipt.rejections[0]).startswith("Posts, line 3: it has more cells")


def test_workbooks_that_cannot_be_read_are_refused_with_a_sentence(tmp_path: Path) -> None:
    path = workbook(tmp_path / "none.xlsx", Posts=[["colour", "size"], ["red", 3]])
    with pytest.raises(UnreadableInput, match="the heading is 'colour', 'size'"):
        read(path)
    whole = workbook(tmp_path / "p.xlsx", Posts=[["text", "lang"], ["a", "en"]])
    for name, content in _changed(whole, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c>").items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableInput, match=name):
            read(tmp_path / name)
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'
    for name, content in _changed(whole, "xl/worksheets/sheet1.xml", bomb).items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableInput, match=name):
            read(tmp_path / name)
    for name, content in _changed(whole, "xl/workbook.xml", b"<workbook").items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableInput, match="damaged or protected"):
            read(tmp_path / name)


def _changed(path: Path, member: str, content: bytes) -> dict[str, bytes]:
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == member else old.read(name))
    return {"changed.xlsx": made.getvalue()}


def test_several_columns_are_one_text(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("Headline,Pros,Cons\nFine,Good people,\nSo so,Near,Low pay\n")
    posts, reading = read(path, {"text": "pros + Cons"})
    assert [post.text for post in posts] == ["Pros: Good people", "Pros: Near\nCons: Low pay"]
    assert posts[0].title == "Fine"
    assert "Pros + Cons → text" in str(reading.receipt.mapping)
    with pytest.raises(UnreadableInput, match="no column 'Pros \\+ Contras'"):
        read(path, {"text": "Pros + Contras"})


def test_a_file_of_three_encodings_loses_no_line(tmp_path: Path) -> None:
    lines = [
        ("Întârziere la fabrică și iar nimic", "utf-8"),
        ("Сегодня в клинике снова очередь", "cp1251"),
        ("L’équipe est géniale, déjà une année à Zürich", "cp1252"),
        ("Plain words", "ascii"),
        ("Zürich", "cp1252"),
        ("העובדים מרוצים מהשכר החדש", "cp1255"),
        ("Спасибо коллегам", "utf-8"),
    ]
    path = tmp_path / "glued.csv"
    path.write_bytes(b"text,id\n" + b"".join(f'"{t}",{n}\n'.encode(c) for n, (t, c) in enumerate(lines)))
    posts, reading = read(path)
    assert [post.text for post in posts] == [text for text, _ in lines]
    said = "\n".join(reading.receipt.notes)
    assert "several encodings (UTF-8, Windows-1251, Windows-1252, Windows-1255)" in said


ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize(
    ("name", "mapping", "ids", "beginning"),
    [
        ("linkedin-page-posts.csv", {"text": "Post text", "platform": "=linkedin"}, None, "Our night shift"),
        ("glassdoor-reviews.csv", {"text": "Pros + Cons", "platform": "=glassdoor"}, "glassdoor:h-101", "Pros: Kind"),
        ("indeed-reviews.csv", {"platform": "=indeed"}, None, "I was shown everything"),
    ],
)
def test_the_worked_examples_work(name: str, mapping: dict[str, str], ids: str | None, beginning: str) -> None:
    posts, reading = read(ROOT / "examples" / "exports" / name, mapping)
    assert reading.receipt.rejected == reading.receipt.undated == 0
    assert posts[0].text.startswith(beginning)
    assert {post.platform for post in posts} == {mapping["platform"][1:]}
    assert ids in (None, posts[0].id)
    written = (ROOT / "docs" / "import-exports.md").read_text(encoding="utf-8")
    for field, column in mapping.items():
        assert f"{field}={column}" in written


def test_a_value_for_all_rows(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("text,source\na,x\n")
    posts, reading = read(path, {"platform": "=LinkedIn"})
    assert posts[0].platform == "linkedin"
    assert "platform is LinkedIn" in str(reading.receipt.mapping)
