import sys
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from listening.errors import UnreadableInput
from sentiment import benchmark_risks
from sentiment.benchmark_risks import by_judge, by_patterns, scores_table, show_mistakes, traps_table
from sentiment.judge import Judge
from sentiment.risk_evaluation import COLUMNS, GoldPost, RiskScores, Share, evaluate_risks, read_gold
from sentiment.risks import load_categories

KNOWN = ("fire", "theft")
HEADER = "\t".join(COLUMNS) + "\n"


def post(text: str, language: str, categories: str = "", trap: str = "") -> GoldPost:
    return GoldPost(text, language, frozenset(categories.split()), trap)


POSTS = [
    post("a", "en", "fire"),
    post("b", "en", "fire theft"),
    post("c", "ro", "theft"),
    post("d", "ro", "theft"),
    post("e", "en", trap="joke"),
    post("f", "ro", trap="joke"),
    post("g", "ro", trap="news"),
]
ANSWERS = {"a": {"fire"}, "b": {"fire"}, "c": {"fire"}, "d": set(), "e": {"theft"}, "f": set(), "g": {"own"}}


def find(texts: Sequence[str], languages: Sequence[str]) -> list[set[str]]:
    assert len(texts) == len(languages)
    return [ANSWERS[text] for text in texts]


@pytest.fixture(scope="module")
def scores() -> RiskScores:
    return evaluate_risks(POSTS, find)


@pytest.mark.parametrize(
    ("part", "name", "found", "wrong", "missed", "precision", "recall", "f1"),
    [
        # fire: a and b found, c wrongly; theft: none of b, c, d found, e wrongly
        ("categories", "fire", 2, 1, 0, 2 / 3, 1.0, 0.8),
        ("categories", "theft", 0, 1, 3, 0.0, 0.0, 0.0),
        ("languages", "en", 2, 1, 1, 2 / 3, 2 / 3, 2 / 3),
        ("languages", "ro", 0, 1, 2, 0.0, 0.0, 0.0),
        ("all", "", 2, 2, 3, 1 / 2, 2 / 5, 4 / 9),
        # noticed at all: a, b and c, and wrongly e; d is missed
        ("any_risk", "", 3, 1, 1, 3 / 4, 3 / 4, 3 / 4),
    ],
)
def test_the_arithmetic(
    scores: RiskScores,
    part: str,
    name: str,
    found: int,
    wrong: int,
    missed: int,
    precision: float,
    recall: float,
    f1: float,
) -> None:
    tally = getattr(scores, part)[name] if name else getattr(scores, part)
    assert (tally.found, tally.wrong, tally.missed) == (found, wrong, missed)
    assert tally.support == found + missed
    assert tally.precision.value == pytest.approx(precision)
    assert tally.recall.value == pytest.approx(recall)
    assert tally.f1 == pytest.approx(f1)


def test_false_alarms_by_kind_of_trap(scores: RiskScores) -> None:
    # "own" is no category of this gold set: nobody has said where it is right.
    assert scores.traps == {"joke": Share(1, 2), "news": Share(0, 1)}
    assert scores.harmless == Share(1, 3)
    assert set(scores.categories) == {"fire", "theft"}


def test_mistakes_say_what_was_missed_and_what_was_wrong(scores: RiskScores) -> None:
    assert [(one.post.text, one.missed, one.wrong) for one in scores.mistakes] == [
        ("b", ("theft",), ()),
        ("c", ("theft",), ("fire",)),
        ("d", ("theft",), ()),
        ("e", (), ("theft",)),
    ]


def test_nothing_found_is_no_precision_rather_than_a_bad_one() -> None:
    scores = evaluate_risks(POSTS[2:4], lambda texts, languages: [set() for _ in texts])
    assert scores.all.precision.value is None
    assert scores.all.precision.interval is None
    assert scores.all.recall.value == 0.0
    assert scores.all.f1 == 0.0
    assert scores.harmless.value is None
    assert evaluate_risks(POSTS[4:5], lambda texts, languages: [set()]).all.f1 is None


def test_an_answer_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        evaluate_risks(POSTS, lambda texts, languages: [set()])


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # Worked out by hand from the formula: for 8 of 10, (0.8 + 0.19207) / 1.38415 ± 1.959964 / 1.38415 × 0.15977.
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_wilson_intervals(hits: int, of: int, low: float, high: float) -> None:
    interval = Share(hits, of).interval
    assert interval is not None
    assert interval.low == pytest.approx(low, abs=1e-4)
    assert interval.high == pytest.approx(high, abs=1e-4)


def test_a_gold_file_is_read_as_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "gold.tsv"
    file.write_text(HEADER + 'say "fire"\ten\tfire theft\t\n\nhaha\tro\t\tjoke\n', encoding="utf-8")
    assert read_gold(file, KNOWN) == (post('say "fire"', "en", "fire theft"), post("haha", "ro", trap="joke"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        (b"", "line 1: write the header text, language, categories, trap"),
        (b"a\ten\tfire\t\n", "line 1: write the header"),
        (HEADER.encode(), "holds no post"),
        (HEADER.encode() + b"\xff\ten\tfire\t\n", "is not UTF-8"),
        (HEADER.encode() + b"a\ten\tfire\t\nb\ten\tfire\n", "line 3: 3 columns where text, language"),
        (HEADER.encode() + b" \ten\tfire\t\n", "line 2: the text or the language is empty"),
        (HEADER.encode() + b"a\t\tfire\t\n", "line 2: the text or the language is empty"),
        (HEADER.encode() + b"a\ten\tfire flood\t\n", "line 2: category 'flood' is none of fire, theft"),
        (HEADER.encode() + b"a\ten\tfire\tjoke\n", "line 2: write either categories"),
        (HEADER.encode() + b"a\ten\t\t\n", "line 2: write either categories"),
    ],
)
def test_a_bad_gold_file_gives_a_sentence(tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "gold.tsv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnreadableInput, match=said):
        read_gold(file, KNOWN)


def test_a_folder_is_no_gold_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="cannot be read"):
        read_gold(tmp_path, KNOWN)


def test_the_tables_stand_side_by_side() -> None:
    printed = StringIO()
    console = Console(width=140, file=printed)
    posts = [*POSTS, post("h", "de", "fire")]
    scores = evaluate_risks(posts, lambda texts, languages: [*find(texts[:-1], languages[:-1]), {"theft"}])
    perfect = evaluate_risks(posts, lambda texts, languages: [one.categories for one in posts])
    console.print(scores_table({"words": scores, "both": perfect}))
    console.print(traps_table({"words": scores, "both": perfect}))
    show_mistakes(console, scores)
    lines = [" ".join(line.split()) for line in printed.getvalue().splitlines()]
    assert "fire 3 0.67 (0.21–0.94) 0.67 (0.21–0.94) 0.67 1.00 (0.44–1.00) 1.00 (0.44–1.00) 1.00" in lines
    assert "main languages 5 0.50 (0.15–0.85) 0.40 (0.12–0.77) 0.44 1.00 (0.57–1.00) 1.00 (0.57–1.00) 1.00" in lines
    assert "other languages 1 0.00 (0.00–0.79) 0.00 (0.00–0.79) 0.00 1.00 (0.21–1.00) 1.00 (0.21–1.00) 1.00" in lines
    assert "joke 2 1, 0.50 (0.09–0.91) 0, 0.00 (0.00–0.66)" in lines
    assert "ro -theft +fire: c" in lines
    assert "en +theft (joke): e" in lines


def test_the_real_finders_answer_for_every_post() -> None:
    categories = load_categories()
    texts = ["You are a stupid worthless idiot and everybody hates you", "Lunch is at noon"]
    for finder in (by_patterns(categories), by_judge(Judge.load())):
        insulted, harmless = finder(texts, ["en", "en"])
        assert "harassment-insults" in insulted
        assert harmless == set()


def test_a_bad_file_ends_the_benchmark_with_its_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "gold.tsv"
    file.write_text(HEADER + "a\ten\tno-such-thing\t\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["benchmark_risks", "--gold", str(file)])
    with pytest.raises(SystemExit, match="line 2: category 'no-such-thing' is none of"):
        benchmark_risks.main()
