from collections.abc import Sequence

import numpy as np
import pytest

from sentiment.labelled_rows import LabelledRow
from sentiment.quality.contestants import Answers
from sentiment.quality.posts import OffensiveRow, sample
from sentiment.quality.robustness import robustness_table
from sentiment.quality.scores import MEASURES, judge, macro_f1, scores_table

ROWS = [
    *(LabelledRow(f"good {number}", 2, language, "umsab") for number in range(2) for language in ("de", "en")),
    LabelledRow("bad", 0, "de", "umsab"),
    LabelledRow("good, they said", 0, "en", "umsab"),
    LabelledRow("bad and sad", 0, "he", "hebrew-sentiment"),
    LabelledRow("so it is", 1, "he", "hebrew-sentiment"),
]
OFFENSIVE = [
    OffensiveRow("bad boy", True, "en", "olid"),
    OffensiveRow("good boy", False, "en", "olid"),
    OffensiveRow("bad weather", False, "en", "olid"),
]


class ReadsOneWord:
    """`good` is positive; `bad` is negative, and offensive; anything else leaves it unsure."""

    name = "one word"
    unsure_below = 0.5
    megabytes = 0.001

    def __init__(self, knows_offence: bool = True) -> None:
        self._knows_offence = knows_offence

    def answer(self, texts: Sequence[str], languages: Sequence[str]) -> Answers:
        assert len(texts) == len(languages)
        shares = {"good": (0.1, 0.1, 0.8), "bad": (0.8, 0.1, 0.1)}
        firsts = [text.replace(",", " ").split()[0].lower() for text in texts]
        offensive = np.array([float(first == "bad") for first in firsts], np.float32) if self._knows_offence else None
        return Answers(np.array([shares.get(one, (0.4, 0.3, 0.3)) for one in firsts], np.float32), offensive)


def cells(contestant: ReadsOneWord) -> dict[str, str]:
    table = scores_table([contestant], ROWS, OFFENSIVE)
    assert table.columns == ("", "promised", "aim", "one word")
    return {row[0]: row[-1] for row in table.rows}


def test_every_measure_is_of_its_own_posts() -> None:
    found = cells(ReadsOneWord())
    # de is perfect; en: positive 2 of 3 given are right (0.8), negative none: 0.4
    assert found["UMSAB, eight languages"] == "70.0"
    assert found["all of en"] == "40.0"
    # `unsure` is wrong
    assert found["hebrew-sentiment, accuracy"] == "50.0"
    assert found["hebrew-sentiment, F1 negative"] == "100.0"
    assert found["all of he"] == "50.0"
    assert found["average of all languages"] == "63.3"
    assert found["best less worst of the five"] == "10.0"
    # offensive: 2/3, not: 2/3
    assert found["offensive: OLID en"] == "66.7"
    assert float(found["posts/s"].replace(",", "")) > 0


def test_what_nobody_was_asked_has_a_dash() -> None:
    found = cells(ReadsOneWord())
    assert found["SART ro"] == found["AfriSenti ha"] == found["offensive: RO-Offense ro"] == "–"
    assert found["calibration error pl"] == "–"
    assert cells(ReadsOneWord(knows_offence=False))["offensive: OLID en"] == "–"


def test_names_of_measures_differ() -> None:
    assert len({one.name for one in MEASURES}) == len(MEASURES)


@pytest.mark.parametrize(
    ("named", "given", "expected"),
    [("1100", "1100", 1.0), ("10", "01", 0.0), ("11", "11", 1.0), ("1110", "1111", (6 / 7) / 2), ("00", "01", 1 / 3)],
)
def test_macro_f1_of_two_classes(named: str, given: str, expected: float) -> None:
    assert macro_f1(*(np.array([one == "1" for one in text]) for text in (named, given))) == pytest.approx(expected)


def test_a_sample_is_the_same_each_time_and_keeps_every_group() -> None:
    rows = [(group, number) for number in range(50) for group in "abc"] + [("d", 0)]
    found = sample(rows, 10, lambda row: row[0])
    assert [sum(row[0] == group for row in found) for group in "abcd"] == [10, 10, 10, 1]
    assert found == sample(rows, 10, lambda row: row[0]) == sorted(found, key=rows.index)
    assert sample(rows, None, lambda row: row[0]) == rows


def test_posts_and_offensive_posts_are_answered_apart() -> None:
    found = judge(ReadsOneWord(), ROWS, OFFENSIVE)
    assert len(found.probabilities) == len(ROWS)
    assert found.offensive is not None
    assert found.offensive.tolist() == [True, False, True]


def test_what_an_attack_costs() -> None:
    rows = [LabelledRow("good", 2, "en"), LabelledRow("bad", 0, "en"), LabelledRow("хорошо", 1, "de")]
    table = robustness_table([ReadsOneWord()], rows)
    found = {row[0]: row[1:] for row in table.rows}
    assert found["as written"] == ("", "", "100.0")
    assert found["upper case"] == ("100 %", "", "100.0  +0.0")
    # Nobody reads full-width letters here: all unsure, all wrong.
    assert found["full-width"] == ("100 %", "≤ 3, aim 1", "0.0  −100.0, en −100.0")
    assert table.notes[0].startswith("2 development posts")
