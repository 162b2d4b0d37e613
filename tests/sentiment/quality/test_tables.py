import io
from pathlib import Path

from rich.console import Console

from sentiment.quality.tables import Table, as_markdown, print_table, write_markdown

TABLE = Table("Scores", ("", "ours", "theirs"), (("a|b", "1.0", "–"), ("posts [en]", "12", "3")), ("A note.",))


def test_as_markdown() -> None:
    assert as_markdown(TABLE) == (
        "### Scores\n\n|  | ours | theirs |\n| --- | ---: | ---: |\n"
        "| a\\|b | 1.0 | – |\n| posts [en] | 12 | 3 |\n\nA note.\n"
    )


def test_in_a_terminal_every_cell_is_shown() -> None:
    console = Console(file=io.StringIO(), width=60)
    print_table(console, TABLE)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for part in ("Scores", "theirs", "a|b", "posts [en]", "12", "A note."):
        assert part in shown


def test_a_page_keeps_what_stands_around_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    write_markdown(page, [TABLE], "`first`")
    assert "### Scores" in page.read_text(encoding="utf-8")
    around = page.read_text(encoding="utf-8")
    page.write_text(f"Before.\n\n{around}\nAfter.\n", encoding="utf-8")
    write_markdown(page, [Table("Other", ("", "x"), (("y", "2"),))], "`second`")
    found = page.read_text(encoding="utf-8")
    assert found.startswith("Before.\n\n")
    assert found.endswith("\nAfter.\n")
    assert "Other" in found
    assert "`second`" in found
    assert "Scores" not in found
    write_markdown(page, [Table("Other", ("", "x"), (("y", "2"),))], "`second`")
    assert page.read_text(encoding="utf-8") == found
