import gzip
from pathlib import Path

import pytest

from listening.errors import UnreadableInput
from sentiment.encoder import Encoder
from sentiment.evaluation import evaluate, score
from sentiment.labelled_rows import BadRow, LabelledRow, read

ROWS: list[tuple[str, ...]] = [
    ("I love working here, best team ever!", "positive", "en"),
    ("I hate this company, terrible bosses and no pay", "negative", "en"),
    ("The meeting starts at 10 in the main hall", "neutral", "en"),
    ("Обожаю свою работу, лучшие коллеги на свете!", "positive", "ru"),
    ("Ненавижу эту компанию, ужасное начальство", "negative", "ru"),
]


def tsv(path: Path, rows: list[tuple[str, ...]]) -> Path:
    content = "".join("\t".join(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["posts.tsv", "posts.tsv.gz"])
@pytest.mark.parametrize("header", [[], [("text", "label", "lang")]])
def test_a_perfect_score(encoder: Encoder, tmp_path: Path, name: str, header: list[tuple[str, ...]]) -> None:
    found = evaluate([tsv(tmp_path / name, header + ROWS)], encoder)
    assert [(one.language, one.support) for one in found.languages] == [("en", 3), ("ru", 2)]
    assert found.average_macro_f1 == found.average_accuracy == found.all.accuracy == 1.0
    assert found.languages[1].f1 == {"negative": 1.0, "neutral": None, "positive": 1.0}
    assert found.bad_row_count == 0
    assert found.revision == encoder.revision


def test_no_text_and_wrong_labels_count_as_wrong(encoder: Encoder, tmp_path: Path) -> None:
    rows = [*ROWS[:3], ("#photo http://a.b", "positive", "en"), (ROWS[0][0], "negative", "en")]
    (found,) = evaluate([tsv(tmp_path / "a.tsv", rows)], encoder).languages
    assert found.accuracy == 0.6
    assert found.coverage == 0.8
    assert found.accuracy_when_sure == 0.75
    assert found.f1["neutral"] == 1.0
    # negative: one found, one wrongly called positive; positive: one found, one not, one wrongly given
    assert found.f1["negative"] == pytest.approx(2 / 3)
    assert found.f1["positive"] == pytest.approx(1 / 2)
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert 0 <= found.calibration_error <= 1


def test_bad_rows_are_named_and_the_others_count(encoder: Encoder, tmp_path: Path) -> None:
    file = tsv(tmp_path / "a.tsv", [*ROWS, ("two", "columns"), ("text", "happy", "en"), ("text", "neutral", "")])
    found = evaluate([file], encoder)
    assert found.all.support == 5
    assert found.bad_row_count == 3
    said = [str(one) for one in found.bad_rows]
    assert said[0].startswith(f"{file}, line 6: 2 columns")
    assert "line 7: label 'happy' is none of negative, neutral, positive" in said[1]
    assert "line 8: the language is empty" in said[2]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        (b"", "holds no labelled post"),
        (b"one column\n", "1 columns where"),
        (b"\x1f\x8b\x08\x00bad", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    encoder: Encoder, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / ("a.tsv.gz" if content and content.startswith(b"\x1f") else "a.tsv")
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnreadableInput, match=said):
        evaluate([file], encoder)


def test_no_files_at_all(encoder: Encoder) -> None:
    with pytest.raises(UnreadableInput, match="No file"):
        evaluate([], encoder)


def test_quotes_byte_order_mark_and_bad_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.tsv"
    file.write_bytes('\ufeff"quoted"\tPositive\tEN\r\n\n'.encode() + b"\xff\tneutral\ten\n")
    first, second = read(file)
    assert first == LabelledRow('"quoted"', 2, "en")
    assert isinstance(second, BadRow)
    assert second.line == 3
    assert "not UTF-8" in second.reason


def test_a_header_may_name_more_columns_in_any_order(tmp_path: Path) -> None:
    file = tsv(tmp_path / "a.tsv", [("source", "lang", "text", "label"), ("x", "ro", "bun", "positive")])
    assert list(read(file)) == [LabelledRow("bun", 2, "ro", "x")]


def test_by_source_each_language_of_each_source_has_a_line(encoder: Encoder, tmp_path: Path) -> None:
    header = ("text", "label", "lang", "source")
    rows = [
        header,
        *((*row, "tweets") for row in ROWS),
        (*ROWS[0], "reviews"),
        (ROWS[1][0], "positive", "en", "reviews"),
    ]
    file = tsv(tmp_path / "a.tsv", rows)
    found = evaluate([file], encoder, by_source=True)
    lines = [(one.source, one.language, one.support, one.accuracy) for one in found.languages]
    assert lines == [("tweets", "en", 3, 1.0), ("tweets", "ru", 2, 1.0), ("reviews", "en", 2, 0.5)]
    assert found.sources == {"tweets": 1.0, "reviews": found.languages[2].macro_f1}
    assert found.all == evaluate([file], encoder).all


@pytest.mark.parametrize("header", [[], [("text", "label", "lang", "source")]])
def test_sources_that_are_not_there_are_asked_for(
    encoder: Encoder, tmp_path: Path, header: list[tuple[str, ...]]
) -> None:
    with pytest.raises(UnreadableInput, match="5 of the first 5 labelled posts have no source — name the column"):
        evaluate([tsv(tmp_path / "a.tsv", header + ROWS)], encoder, by_source=True)


def test_answers_given_before_score_like_the_model(encoder: Encoder, tmp_path: Path) -> None:
    rows = [row for row in read(tsv(tmp_path / "a.tsv", ROWS)) if isinstance(row, LabelledRow)]
    answers = encoder.encode([row.text for row in rows], [row.language for row in rows]).probabilities
    assert score(rows, answers, encoder.unsure_below) == evaluate([tmp_path / "a.tsv"], encoder).all
    # Above every probability, all are unsure, and unsure is wrong.
    assert score(rows, answers, 1.1).accuracy == score(rows, answers, 1.1).coverage == 0
