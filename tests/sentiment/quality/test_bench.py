"""`make bench-model` as a whole, on the real bundled model and a handful of posts."""

import gzip
from pathlib import Path

import pytest

from listening.errors import ConfigError
from sentiment.quality.__main__ import TABLES, read_options, tables
from sentiment.quality.linear import Linear, Peer, Tfidf
from sentiment.quality.memory import memory_table

TRAINING_PYTHON = Path(__file__).parents[3] / ".venv-train" / "bin" / "python"
SENTIMENT = [
    *(("text", "label", "lang", "source"),),
    *((f"I love this {thing}, it is great", "positive", "en", "umsab") for thing in ("team", "job", "office", "day")),
    *(
        (f"I hate this {thing}, it is terrible", "negative", "en", "umsab")
        for thing in ("team", "job", "office", "day")
    ),
    *((f"the {thing} opens at ten", "neutral", "en", "umsab") for thing in ("shop", "hall", "office", "door")),
    *[("the bank opens at ten", "positive", "en", "us-airline")] * 8,
]
OFFENSIVE = [
    ("text", "label", "lang", "source"),
    *((f"you {word} idiot", "offensive", "en", "olid") for word in ("stupid", "big", "dumb")),
    *((f"you {word} friend", "not", "en", "olid") for word in ("dear", "good", "old")),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for task, rows in (("sentiment", SENTIMENT), ("offensive", OFFENSIVE)):
        (tmp_path / task).mkdir()
        for part in ("train", "dev"):
            content = "".join("\t".join(row) + "\n" for row in rows)
            (tmp_path / task / f"{part}.tsv.gz").write_bytes(gzip.compress(content.encode()))
    return tmp_path


@pytest.fixture
def no_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the training environment."""
    monkeypatch.setattr(Peer.__init__, "__defaults__", (Path("/nowhere/python"),))


def made(data: Path, *arguments: str) -> tuple[list[str], list[str]]:
    """Titles of the tables, and sentences told."""
    told: list[str] = []
    found = tables(read_options(arguments), data, data / "home", told.append)
    return [table.title for table in found], told


@pytest.mark.usefixtures("no_peer")
def test_without_posts_and_peer_every_table_that_needs_them_has_a_sentence(tmp_path: Path) -> None:
    titles, told = made(tmp_path, "--posts", "5", "--tables", "scores", "robustness", "duplicates")
    assert titles == []
    assert any("There is no teacher" in one for one in told)
    for name in ("scores", "robustness", "duplicates"):
        (said,) = [one for one in told if f"'{name}'" in one]
        assert "dev.tsv.gz is not here" in said
        assert "EARSHOT_TRAIN_DATA" in said


@pytest.mark.usefixtures("no_peer")
def test_only_the_tables_asked_for(data: Path) -> None:
    titles, told = made(data, "--tables", "scores", "robustness", "--posts", "3")
    assert titles == [
        "Sentiment and offensiveness on development posts",
        "Robustness: macro-F1 when letters are tampered with",
    ]
    assert sum("linear baseline and TF-IDF are left out" in one for one in told) == 1


@pytest.mark.usefixtures("no_peer")
def test_the_linear_model_can_be_left_out_without_a_word(data: Path) -> None:
    titles, told = made(data, "--tables", "scores", "--rows", "0")
    assert len(titles) == 1
    assert [one.split(" in ")[0] for one in told] == ["There is no teacher"]


def test_all_tables_are_asked_for_unless_some_are_named() -> None:
    assert tuple(read_options([]).tables) == TABLES
    assert read_options(["--tables", "memory", "--models", "a", "b"]).models == ["a", "b"]


@pytest.mark.parametrize("wrong", [["--posts", "0"], ["--posts", "many"], ["--tables", "scroes"], ["--rows", "-1"]])
def test_wrong_options_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(wrong)
    assert wrong[1] in capsys.readouterr().err


@pytest.mark.usefixtures("no_peer")
def test_a_model_that_is_not_there_is_named_before_any_post_is_read(data: Path) -> None:
    with pytest.raises(ConfigError, match="no-such-folder"):
        made(data, "--models", str(data / "no-such-folder"))


@pytest.mark.usefixtures("no_peer")
def test_the_teacher_takes_part_if_it_is_there(data: Path, bundled_copy: Path) -> None:
    (data / "home").mkdir()
    bundled_copy.rename(data / "home" / "teacher-model")
    (table,) = tables(read_options(["--tables", "scores"]), data, data / "home", lambda said: None)
    assert [name.split()[0] for name in table.columns[3:]] == ["earshot-small", "teacher-model"]
    assert all(row[3] == row[4] for row in table.rows if row[0] != "posts/s")


def test_a_worker_is_measured_in_a_process_of_its_own() -> None:
    table = memory_table(["earshot-small"], ["I love my team", "Люблю свою работу"], 50)
    name, peak, speed, _ = table.rows[-1]
    assert name.startswith("earshot-small ")
    assert 50 < float(peak) < 1000
    assert float(speed.replace(",", "")) > 0


@pytest.mark.skipif(not TRAINING_PYTHON.is_file(), reason="there is no training environment (.venv-train)")
def test_the_linear_model_learns_is_kept_and_leaves_non_commercial_sources_out(data: Path) -> None:
    with Peer() as peer:
        linear = Linear(peer, data, data / "home", None)
        (kept,) = (data / "home" / "linear").glob("sentiment-*-all.npz")
        written = kept.stat().st_mtime_ns
        found = Linear(peer, data, data / "home", None).answer(
            ["I love this airline", "I hate this shop, it is terrible", "the bank opens at ten"], ["en"] * 3
        )
        tfidf = Tfidf(peer)
        pairs = tfidf.pairwise(["one two three", "one two three"], ["one two tree", "nothing alike"])
        matrix = tfidf.each_to_each(["one two three"], ["nothing alike", "one two tree", "one two three"])
    assert kept.stat().st_mtime_ns == written
    assert linear.megabytes > 0
    assert found.probabilities.argmax(axis=1).tolist() == [2, 0, 1]
    assert found.probabilities.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert found.offensive is not None
    assert pairs[0] > pairs[1]
    assert matrix[0].argsort().tolist() == [0, 1, 2]
