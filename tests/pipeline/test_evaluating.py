"""``earshot evaluate`` as people see it: in wide and narrow terminals, and as JSON."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.cli.receipts import print_evaluation
from sentiment.evaluation import Evaluation, LanguageScore

ROWS = """text\tlabel\tlang\tsource
I love working here, best team ever!\tpositive\ten\tour-customers
Ненавижу эту компанию, ужасное начальство\tnegative\tru\tour-customers
Best workplace I have ever had\tpositive\ten\tstaff
"""


def line(language: str, source: str | None = None) -> LanguageScore:
    f1 = {"negative": 0.5, "neutral": None, "positive": 0.75}
    support = {"negative": 8000, "neutral": 0, "positive": 4345}
    return LanguageScore(language, 12_345, 0.625, 0.611, 0.622, 0.987, 0.031, f1, support, source)


def printed(width: int, *lines: LanguageScore) -> str:
    sources = {one.source: one.macro_f1 for one in lines if one.source}
    evaluation = Evaluation("small@0123456789ab", lines, line("all"), 0.625, 0.611, sources, (), 0)
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_evaluation(console, evaluation)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


FIGURES = ["12,345", "0.625", "0.611", "0.500", "–", "0.750", "0.987", "0.031"]


@pytest.mark.parametrize("width", [120, 80, 50, 40])
@pytest.mark.parametrize("source", [None, "a-source-of-a-long-name"])
def test_every_figure_is_whole_at_any_width(width: int, source: str | None) -> None:
    shown = printed(width, line("en", source), line("pcm", source))
    assert "…" not in shown
    for figure in FIGURES:
        assert shown.count(figure) >= 3, figure


def test_a_terminal_of_eighty_columns_has_one_line_a_language() -> None:
    (found,) = [one for one in printed(80, line("en"), line("pcm")).splitlines() if one.startswith("pcm")]
    assert found.split() == ["pcm", *FIGURES]


def test_a_source_of_several_languages_has_its_average() -> None:
    shown = printed(100, line("en", "tweets"), line("ro", "tweets"), line("ro", "reviews"))
    assert "tweets: macro-F1 0.625 on average of its 2 languages." in shown
    assert "reviews: macro-F1" not in shown
    assert "Average of the lines above: macro-F1" in shown


def test_as_json_by_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARSHOT_HOME", str(tmp_path / "home"))
    file = tmp_path / "labelled.tsv"
    file.write_text(ROWS, encoding="utf-8")
    done = CliRunner().invoke(app, ["evaluate", str(file), "--by", "source", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [(one["source"], one["language"], one["support"]) for one in found["languages"]] == [
        ("our-customers", "en", 1),
        ("our-customers", "ru", 1),
        ("staff", "en", 1),
    ]
    expected = {"macro_f1", "accuracy", "calibration_error", "coverage", "f1", "class_support"}
    assert expected <= set(found["all"])
    assert set(found["all"]["f1"]) == set(found["all"]["class_support"]) == {"negative", "neutral", "positive"}
