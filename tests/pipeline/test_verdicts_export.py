"""``earshot verdicts`` as people type it, and what learns from the export."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from listening.assessments import CLASSES, RiskMatch, SentimentLabel
from listening.brands import Role, Viewer
from listening.errors import StateConflict, UnreadableInput
from pipeline import actions
from pipeline.cli import app
from pipeline.verdicts import as_tsv, corrected
from pipeline.wiring import House
from sentiment.labelled_rows import LabelledRow, read

from .conftest import NOW
from .judged import admit, assess

PR = Viewer(role=Role.PR, purpose="on call")
ADMIN = Viewer(role=Role.ADMIN, purpose="export")
TEXTS = {
    "p1": "Wonderful, the shift plan is late\tagain.\nThank you @hidden_person #LifeAtVeldhaven",
    "p2": '=HYPERLINK("https://evil.example") Veldhaven is a disgrace',
    "p3": "Îmi place la Veldhaven, colegi minunați și un program bun #LifeAtVeldhaven",
    "p4": "#LifeAtVeldhaven https://pictures.example/1",
    "p5": "There is a gas leak at Veldhaven, the emergency exit is locked",
}
Run = Callable[..., Result]


@pytest.fixture
def judged(house: House) -> House:
    admit(house, TEXTS)
    for name in TEXTS:
        risks = [RiskMatch("safety-hazard", 0.9, "gas leak")] if name == "p5" else []
        assess(house, name, "positive" if name == "p1" else "negative", "ro" if name == "p3" else "en", risks)
    return house


@pytest.fixture
def run(judged: House, environ: dict[str, str]) -> Run:
    """The command line in this home; what it prints is not cut to a terminal's width."""

    def type_in(*words: str) -> Result:
        return CliRunner().invoke(app, words, env={**environ, "COLUMNS": "240"})

    return type_in


def test_add_list_and_undo(run: Run, judged: House) -> None:
    done = run("verdicts", "add", "x:p1", "--sentiment", "negative", "--reason", "Irony [bold]here")
    assert done.exit_code == 0, done.output
    assert "x:p1 is negative (the model said" in done.output
    assert "risks: safety-hazard" in run("verdicts", "add", "x:p1", "--risk", "safety-hazard").output
    shown = run("verdicts", "list").output
    assert "Irony [bold]here" in shown
    assert "also safety-hazard" in shown
    assert run("verdicts", "undo", "x:p1", "--number", "1").exit_code == 0
    log = run("verdicts", "list", "--post", "x:p1").output.splitlines()
    assert [line.split()[3] for line in log[1:]] == ["1", "2", "3"]
    assert "takes back no. 1" in log[3]
    (post,) = judged.index.get(["x:p1"])
    assert post.assessment
    assert post.assessment.verdict is None
    assert {e.role for e in judged.ledger.audit.all()} == {"admin"}


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["add", "x:none", "--sentiment", "negative"], StateConflict),
        (["add", "x:p1"], StateConflict),
        (["add", "x:p1", "--sentiment", "unsure"], UnreadableInput),
        (["add", "x:p1", "--risk", "weather"], StateConflict),
        (["undo", "x:p1"], StateConflict),
        (["export", "rows.xlsx"], UnreadableInput),
        (["export", "/nowhere/at/all/rows.tsv"], UnreadableInput),
    ],
)
def test_what_is_wrong_is_a_sentence(run: Run, words: list[str], error: type[Exception]) -> None:
    done = run("verdicts", *words)
    assert isinstance(done.exception, error)
    assert str(done.exception).endswith((".", "-"))


def test_nothing_yet(run: Run) -> None:
    assert "Nobody has corrected anything yet" in run("verdicts", "list").output


def _all_corrected(house: House) -> None:
    for name, label in (("p1", "negative"), ("p2", "negative"), ("p3", "positive"), ("p4", "no_text")):
        actions.correct(house, PR, "secret_reviewer", f"x:{name}", NOW, sentiment=SentimentLabel(label))
    actions.correct(house, PR, "secret_reviewer", "x:p5", NOW, dismissed=["safety-hazard"], reason="secret reason")


@pytest.mark.parametrize("name", ["rows.tsv", "rows.tsv.gz"])
def test_the_table_is_what_evaluate_reads(run: Run, judged: House, tmp_path: Path, name: str) -> None:
    _all_corrected(judged)
    path = tmp_path / name
    done = run("verdicts", "export", str(path))
    assert done.exit_code == 0, done.output
    assert "3 rows written" in done.output
    text = (gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()).decode()
    lines = text.splitlines()
    assert lines[0] == "text\tlabel\tlang\tsource"
    assert [line.split("\t")[1:] for line in lines[1:]] == [
        ["negative", "en", "verdict"],
        ["negative", "en", "verdict"],
        ["positive", "ro", "verdict"],
    ]
    rows = [row for row in read(path) if isinstance(row, LabelledRow)]
    assert len(rows) == 3
    assert [CLASSES[row.label].value for row in rows] == ["negative", "negative", "positive"]
    assert rows[0].text.startswith("Wonderful, the shift plan is late again. Thank you @someone-")
    assert rows[1].text == TEXTS["p2"]
    assert not lines[2].startswith(("=", '"'))
    assert run("evaluate", str(path)).exit_code == 0


def test_json_lines_tell_risks_and_name_nobody(run: Run, judged: House, tmp_path: Path) -> None:
    _all_corrected(judged)
    path = tmp_path / "rows.jsonl"
    assert "5 rows written" in run("verdicts", "export", str(path)).output
    rows = {row["id"]: row for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())}
    assert rows["x:p4"]["label"] == "no_text"
    danger = rows["x:p5"]
    assert (danger["label"], danger["dismissed"], danger["missed"]) == (None, ["safety-hazard"], [])
    assert "safety-hazard" in {risk["category"] for risk in danger["found"]["risks"]}
    assert danger["found"]["model_revision"] == judged.model_revision
    told = path.read_text(encoding="utf-8")
    for word in ("canary", "hidden_person", "secret", "author", "vector"):
        assert word not in told


def test_standard_output_is_the_table(run: Run, judged: House) -> None:
    _all_corrected(judged)
    assert run("verdicts", "export", "-").stdout.startswith("text\tlabel\tlang\tsource\n")


def test_what_is_gone_edited_or_taken_back_is_left_out(judged: House) -> None:
    _all_corrected(judged)
    actions.uncorrect(judged, PR, "Ioana", "x:p3", NOW)
    judged.door.remove(["x:p2"], "deleted", NOW)
    (post,) = judged.index.get(["x:p1"])
    edited = NOW + timedelta(hours=1)
    judged.index.save([replace(post, text="Edited", edited_at=edited, fetched_at=edited, assessment=None)])
    assert list(as_tsv(corrected(judged, ADMIN))) == ["text\tlabel\tlang\tsource"]
    assert [one.post.id for one in corrected(judged, ADMIN)] == ["x:p4", "x:p5"]
    assert list(corrected(judged, Viewer(role=Role.PR, purpose=""))) == []


def test_the_vector_is_in_nothing_that_leaves(run: Run, judged: House) -> None:
    (post,) = judged.index.get(["x:p1"])
    assert post.assessment
    assert post.assessment.vector
    for words in (("search", "*", "--json"), ("export",)):
        done = run(*words)
        assert len(done.stdout.splitlines()) == len(TEXTS)
        for line in done.stdout.splitlines():
            assert "vector" not in json.loads(line)["assessment"]
