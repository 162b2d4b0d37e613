from collections.abc import Sequence
from random import Random

import numpy as np
import pytest

from sentiment.backends import Floats
from sentiment.labelled_rows import LabelledRow
from sentiment.quality.duplicates import CHANGES, auc, duplicates_table, make_pairs, threshold

WORDS = ["coffee", "garden", "window", "bridge", "market", "silver", "planet", "forest", "guitar", "pepper"]


def rows(count: int = 50) -> list[LabelledRow]:
    """Posts of six words each; every second one shares its topic with the one before."""
    random = Random(0)
    found = []
    for number in range(count):
        letter = chr(ord("a") + number // 2) * 2
        text = " ".join([f"topic{letter}", f"theme{letter}", *random.sample(WORDS, 4)])
        found.append(LabelledRow(text, 0, "en"))
    return found


class SharedWords:
    name = "shared words"

    def each_to_each(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        raise NotImplementedError

    def pairwise(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        found = []
        for one, other in zip(left, right, strict=True):
            first, second = set(one.split()), set(other.split())
            found.append(len(first & second) / len(first | second))
        return np.array(found, np.float32)


@pytest.mark.parametrize(
    ("changed", "unlike", "expected"),
    [([0.9, 0.8], [0.1, 0.2], 1.0), ([0.1], [0.9], 0.0), ([0.5], [0.5], 0.5), ([0.9, 0.3], [0.5, 0.1], 0.75)],
)
def test_area_under_the_curve(changed: list[float], unlike: list[float], expected: float) -> None:
    assert auc(np.array(changed, np.float32), np.array(unlike, np.float32)) == expected


def test_no_more_than_one_in_a_hundred_passes_the_threshold() -> None:
    unlike = np.arange(200, dtype=np.float32)
    assert threshold(unlike) == 197
    assert (unlike > threshold(unlike)).mean() == 0.01
    assert threshold(np.array([0.25, 0.5], np.float32)) == 0.5


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_changes_little(name: str) -> None:
    text = "we finally opened the new bridge today, what a day #bridge"
    for seed in range(10):
        found = CHANGES[name](text, Random(seed), WORDS)
        assert found != text
        assert len(set(found.split()) & set(text.split())) >= 8
        assert found == CHANGES[name](text, Random(seed), WORDS)


def test_pairs_of_the_same_topic_are_different_posts_that_share_two_rarer_words() -> None:
    pairs = make_pairs(rows(), 20)
    assert {name: len(some) for name, some in pairs.changed.items()} == dict.fromkeys(CHANGES, 20)
    assert 10 < len(pairs.same_topic) <= 20
    for one, other in pairs.same_topic:
        assert one != other
        assert one.split()[:2] == other.split()[:2]
    told = [text for pair in pairs.same_topic for text in pair]
    assert len(told) == len(set(told))


def test_the_table() -> None:
    table = duplicates_table([SharedWords()], rows(), 20)
    cells = dict(table.rows)
    assert table.columns == ("", "shared words")
    assert cells["  link added"] == "100.0"
    assert float(cells["AUC against random pairs"]) > 95
    assert float(cells["AUC against the same topic"]) <= float(cells["AUC against random pairs"])
