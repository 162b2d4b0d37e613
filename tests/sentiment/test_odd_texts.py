"""Texts that no one would write, and somebody sends: each gets an answer, and its neighbours get theirs."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from listening.assessments import SentimentLabel
from sentiment.encoder import Encoder
from sentiment.judge import Judge, TextToJudge
from sentiment.streams import classify

from .foreign import folder

LONG = 100_000
ODD = {
    "nothing": "",
    "a long word": "a" * LONG,
    "a book": "bad day " * (LONG // 8),
    "a million characters": "so sad " * (LONG * 10 // 7),
    "only emoji": "😍" * LONG,
    "emoji of many parts": "👨\u200d👩\u200d👧" * (LONG // 5),
    "control characters": "".join(map(chr, [*range(32), *range(127, 160)])) * 1_500,
    "nothing visible": "\u200b\u2060\ufeff\u202e" * (LONG // 4),
    "blanks": " \n\t\u3000" * (LONG // 4),
    "five scripts": "Привет hello שלום مرحبا 你好 " * (LONG // 28),
    "scripts in one word": "aа" * (LONG // 2),
    "half a pair": "I love \ud800 it",
    "halves in the wrong order": "\udfff\ud800" * 10,
    "marks": "a" + "\u0301" * LONG,
    "an old script": "\U00012000" * LONG,
    "not characters": "\ufffe\uffff\U0010ffff" * 100,
    "mentions": "@a" * (LONG // 2),
    "a mention that goes on": "@a" + "." * LONG,
    "hashtags": "#a" * (LONG // 2),
    "a long hashtag": "#" + "ab" * (LONG // 2),
    "links": "http://" * (LONG // 7),
    "HTML": "&amp;lt;" * (LONG // 8),
    "null": "\x00",
}
EMPTY = {
    "nothing", "control characters", "nothing visible", "blanks", "halves in the wrong order", "null", "links",
    "a long hashtag",
}  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge.load()


def test_each_gets_an_answer_among_its_neighbours(judge: Judge) -> None:
    texts = [text for odd in ODD.values() for text in (odd, "I love my job, best team ever!")]
    assessments = judge.judge([TextToJudge(text) for text in texts])
    assert {one.sentiment.label for one in assessments[1::2]} == {SentimentLabel.POSITIVE}
    empty = {name for name, one in zip(ODD, assessments[::2], strict=True) if one.sentiment.label == "no_text"}
    assert empty >= EMPTY
    assert not empty & {"a book", "only emoji", "five scripts", "half a pair", "a long word"}


def test_what_is_quoted_can_be_written(judge: Judge) -> None:
    found = judge.judge([TextToJudge("I will kill you \ud83d tomorrow, kill you \ud800you idiot")])[0]
    assert found.risks
    json.dumps([risk.evidence for risk in found.risks], ensure_ascii=False).encode()


def test_a_stream_with_all_of_them_goes_on_to_its_end(judge: Judge) -> None:
    lines = [json.dumps({"id": name, "text": text}) for name, text in ODD.items()]
    answers = [json.loads(line) for line in classify(io.BytesIO("\n".join(lines).encode()), judge)]
    assert [one["id"] for one in answers] == list(ODD)
    assert not [one for one in answers if "error" in one]
    "".join(map(json.dumps, answers)).encode()


def test_word_pieces_decide_where_a_text_is_cut(tmp_path: Path) -> None:
    """A model of five words: blanks and marks are no pieces, so the word behind a book of them counts."""
    encoder = Encoder.load(folder(tmp_path, ("NEG", "POS", "NEU")))
    hidden = "\u200b" * 50_000
    texts = [f"{hidden}good", "word " * 120 + "good", "word " * 200 + "good", "wo" * 40_000 + " good"]
    answers = encoder.encode(texts).probabilities.round(2).tolist()
    assert [max(row) > 0.9 for row in answers] == [True, True, False, True]


def test_many_long_texts_take_no_more_memory_than_few(judge: Judge) -> None:
    """Chunks end at a million characters, so forty books are not cleaned at once."""
    from sentiment.encoder import _chunks

    sizes = [LONG] * 40 + [10] * 5_000
    chunks = list(_chunks(["x" * size for size in sizes]))
    assert [slice_.start for slice_ in chunks] == [0, *(slice_.stop for slice_ in chunks[:-1])]
    assert chunks[-1].stop == len(sizes)
    assert max(sum(sizes[one]) for one in chunks) <= 1_000_000
    assert max(one.stop - one.start for one in chunks) <= 2048


def earshot(home: Path, *arguments: str, told: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """The command line, with a home and a configuration of its own."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    own = {"EARSHOT_HOME": str(home / "home"), "EARSHOT_CONFIG": str(home / "config"), "COLUMNS": "1000"}
    return subprocess.run(
        [sys.executable, "-c", "from pipeline.cli import main; main()", *arguments],
        env=os.environ | own | {f"EARSHOT_SENTIMENT__{name}": value for name, value in settings.items()},
        cwd=Path(__file__).parents[2],
        input=told,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_command_line_answers_for_each(tmp_path: Path) -> None:
    asked = tmp_path / "odd.jsonl"
    asked.write_text("\n".join(json.dumps({"id": name, "text": text}) for name, text in ODD.items()), encoding="utf-8")
    done = earshot(tmp_path, "classify", str(asked))
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == list(ODD)


@pytest.mark.parametrize("how", ["setting", "option", "doctor"])
def test_a_model_that_does_not_fit_is_told_before_any_post_is_touched(tmp_path: Path, how: str) -> None:
    made = str(folder(tmp_path / "own", ("joy", "anger")))
    posts = '{"text": "good"}\n{"text": "bad"}\n'
    if how == "option":
        done = earshot(tmp_path, "classify", "--model", made, told=posts)
    else:
        done = earshot(tmp_path, "classify" if how == "setting" else "doctor", told=posts, MODEL=made)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in said
    assert "its labels are 'joy', 'anger', which do not say" in " ".join(said.split())
    assert '"sentiment"' not in done.stdout


def test_labels_may_come_from_the_environment(tmp_path: Path) -> None:
    made = str(folder(tmp_path / "own", ("LABEL_0", "LABEL_1")))
    named = {"MODEL": made, "LABELS__LABEL_0": "positive", "LABELS__LABEL_1": "negative"}
    done = earshot(tmp_path, "classify", told='{"text": "good"}\n', **named)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sentiment"]["label"] == "positive"
    wrong = earshot(tmp_path, "classify", told='{"text": "good"}\n', **(named | {"LABELS__LABEL_1": "bad"}))
    assert wrong.returncode != 0
    assert "EARSHOT_SENTIMENT__LABELS__LABEL_1: write one of" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_a_measurement_is_kept_for_the_dashboard(tmp_path: Path) -> None:
    made = str(folder(tmp_path / "own", ("NEG", "POS", "NEU")))
    rows = [*["good\tnegative\ten", "bad\tpositive\ten"] * 30, *["good\tpositive\tpl"] * 3]
    (tmp_path / "rows.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = earshot(tmp_path, "evaluate", str(tmp_path / "rows.tsv"), "--save", MODEL=made)
    assert done.returncode == 0, done.stderr
    assert "Saved for the dashboard: en (a language needs 50 posts)." in done.stderr
    kept = json.loads((tmp_path / "home" / "model-scores.json").read_text(encoding="utf-8"))
    assert kept[Encoder.load(made).revision] == {
        "en": {"posts": 60, "macro_f1": 1.0, "accuracy": 1.0, "calibration_error": pytest.approx(0.0, abs=0.1)}
    }
    both = earshot(tmp_path, "evaluate", str(tmp_path / "rows.tsv"), "--save", "--by", "source", MODEL=made)
    assert both.returncode != 0
    assert "leave one of them out" in both.stderr
