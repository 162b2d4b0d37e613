import gzip
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from listening.errors import NotReady
from sentiment.backends import Floats
from sentiment.quality.posts import FIVE
from sentiment.quality.retrieval import PARALLEL, distractors, parallel_sentences, recall_at_one, retrieval_tables


@pytest.mark.parametrize(
    ("alike", "expected"),
    [
        ([[0.9, 0.1], [0.2, 0.8]], 1.0),
        ([[0.1, 0.9], [0.2, 0.8]], 0.5),
        ([[0.9, 0.1, 0.95], [0.2, 0.8, 0.1]], 0.5),  # a distractor is nearer
        ([[0.5, 0.5], [0.5, 0.5]], 0.0),  # a tie is no find
        ([[0.0, -0.1], [-1.0, -0.5]], 1.0),
    ],
)
def test_recall_at_one(alike: list[list[float]], expected: float) -> None:
    matrix = np.array(alike, np.float32)
    before = matrix.copy()
    assert recall_at_one(matrix) == expected
    assert (matrix == before).all()


class ByNumber:
    """Knows the number that each of our sentences begins with, but takes Polish for noise."""

    name = "by number"

    def each_to_each(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        return np.array([[float(self._number(one) == self._number(other)) for other in right] for one in left], "f4")

    def pairwise(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        raise NotImplementedError

    def _number(self, text: str) -> str:
        return text if text.endswith("pl") else text.split()[0]


def parallel(folder: Path, rows: int = 4) -> Path:
    lines = ["\t".join(FIVE), *("\t".join(f"{row} in {language}" for language in FIVE) for row in range(rows))]
    file = folder / "parallel.tsv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_the_table_without_raw_text_says_so(tmp_path: Path) -> None:
    overview, by_pair = retrieval_tables([ByNumber()], tmp_path, parallel(tmp_path))
    assert overview.rows[-1] == ("by number", "60.0", "0.0", "en in pl")
    assert any("fewer than 1,000 candidates" in note for note in overview.notes)
    assert by_pair.rows[0] == ("from en", "–", "100.0", "100.0", "100.0", "0.0")


def test_candidates_are_filled_up_with_sentences_of_like_length(tmp_path: Path) -> None:
    (tmp_path / "text").mkdir()
    lines = [f"{'x' * length} {number}" for length in (3, 30, 300) for number in range(50)] + ["mine"]
    for language in FIVE:
        with gzip.open(tmp_path / "text" / f"{language}.txt.gz", "wt", encoding="utf-8") as file:
            file.write("\n".join([*lines, *lines]))
    found = distractors(tmp_path, "en", ["a" * 32, "b" * 5, "mine"], 30)
    assert len(found) == len(set(found)) == 30
    assert "mine" not in found
    assert {len(one) // 10 for one in found} == {0, 3}
    assert found == distractors(tmp_path, "en", ["a" * 32, "b" * 5, "mine"], 30)
    assert len(distractors(tmp_path, "en", ["abc"], 1000)) == 151


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "is not here"),
        ("en\tro\tru\n", "line 1: the columns are"),
        ("en\tro\tru\the\tpl\na\tb\tc\td\te\na\tb\tc\t\te\n", "line 3: 5 sentences between tabs"),
        ("en\tro\tru\the\tpl\na\tb\n", "line 2: 5 sentences between tabs"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "parallel.tsv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(NotReady, match=said):
        parallel_sentences(file)


def test_our_own_sentences_are_whole_and_differ() -> None:
    found = parallel_sentences(PARALLEL)
    for language in FIVE:
        assert len(found[language]) >= 200
        assert len(set(found[language])) == len(found[language])
