"""Learning from labelled vectors: what is near counts, what is harmless silences, and the threshold is held back."""

import numpy as np
import pytest

from sentiment.backends import Floats
from sentiment.packing import pack, unpack
from sentiment.prototypes import Lesson, Prototypes, learn

RISK, OTHER, THEME = "categories/risk", "categories/other", "themes/theme"


def unit(*components: float) -> list[float]:
    length = float(np.linalg.norm(components))
    return [component / length for component in components]


def around(direction: int, count: int, chance: np.random.Generator, size: int = 40) -> list[list[float]]:
    centre = np.eye(size)[direction] * 10
    return [unit(*(centre + chance.normal(size=size))) for _ in range(count)]


def taught(harmless: int = 80, counter: int = 10) -> tuple[list[Lesson], Floats]:
    chance = np.random.default_rng(5)
    lessons = [Lesson(f"r{n}", "en", of=frozenset({RISK})) for n in range(12)]
    lessons += [Lesson(f"t{n}", "ro", of=frozenset({THEME})) for n in range(12)]
    lessons += [Lesson(f"c{n}", "en", not_of=frozenset({RISK})) for n in range(counter)]
    lessons += [Lesson(f"h{n}", ("en", "ro", "pl")[n % 3]) for n in range(harmless)]
    points = around(0, 12, chance) + around(1, 12, chance) + around(2, counter, chance)
    points += [unit(*chance.normal(size=40)) for _ in range(harmless)]
    return lessons, np.array(points, np.float32)


@pytest.fixture(scope="module")
def prototypes() -> Prototypes:
    lessons, vectors = taught()
    return learn(lessons, vectors, [RISK], [THEME])


@pytest.mark.parametrize(("direction", "found"), [(0, [RISK]), (1, [THEME]), (2, []), (5, [])])
def test_what_is_near_is_found(prototypes: Prototypes, direction: int, found: list[str]) -> None:
    unseen = np.array(around(direction, 5, np.random.default_rng(9)), np.float32)
    assert [[near.subject for near in row[:1]] for row in prototypes.near(unseen)] == [found] * 5


def test_the_score_grows_with_closeness_and_names_the_nearest_lesson(prototypes: Prototypes) -> None:
    _, vectors = taught()
    away = np.array(unit(*np.random.default_rng(1).normal(size=40)), np.float32)
    steps = [vectors[3] * (1 - share) + away * share for share in (0.0, 0.1, 0.2, 0.3)]
    found = prototypes.near(np.array([step / np.linalg.norm(step) for step in steps], np.float32))
    scores = [row[0].score for row in found if row]
    assert len(scores) >= 3
    assert scores == sorted(scores, reverse=True)
    assert all(0.5 <= score <= 0.99 for score in scores)
    assert found[0][0].example == 3


def test_no_counter_example_fires(prototypes: Prototypes) -> None:
    lessons, vectors = taught()
    harmless = [number for number, lesson in enumerate(lessons) if not lesson.of]
    assert [near for row in prototypes.near(vectors[harmless]) for near in row if near.subject == RISK] == []


def test_a_harmless_sentence_in_the_midst_of_the_examples_silences_them() -> None:
    lessons, vectors = taught(counter=0)
    open_ground = learn(lessons, vectors, [RISK], [])
    trap = np.array([unit(*vectors[:12].mean(axis=0))], np.float32)
    assert open_ground.near(trap)[0]
    guarded = learn([*lessons, Lesson("trap", "en", not_of=frozenset({RISK}))], np.vstack([vectors, trap]), [RISK], [])
    assert not guarded.near(trap)[0]
    assert guarded.thresholds[0] > open_ground.thresholds[0]


def test_one_odd_sentence_among_many_counter_examples_does_not_silence_a_category() -> None:
    lessons, vectors = taught(counter=30)
    trap = np.array([unit(*(vectors[3] + np.random.default_rng(3).normal(size=40) * 0.08))], np.float32)
    odd = learn([*lessons, Lesson("trap", "en", not_of=frozenset({RISK}))], np.vstack([vectors, trap]), [RISK], [])
    assert any(odd.near(np.array(around(0, 8, np.random.default_rng(9)), np.float32)))
    assert not odd.near(trap)[0]


def test_translations_are_held_back_together() -> None:
    """A trap whose translation stays in the lesson would look easy, and the threshold would be too low."""
    lessons, vectors = taught(counter=0)
    trap = np.array([unit(*vectors[:12].mean(axis=0))], np.float32)
    once = [*lessons, Lesson("trap", "en", not_of=frozenset({RISK}))]
    twice = [*once, Lesson("capcană", "ro", not_of=frozenset({RISK}))]
    alone = learn(once, np.vstack([vectors, trap]), [RISK], []).thresholds[0]
    together = learn(twice, np.vstack([vectors, trap, trap]), [RISK], []).thresholds[0]
    assert together == pytest.approx(alone, abs=0.05)


@pytest.mark.parametrize("kept", [0, 1])
def test_a_subject_of_no_or_one_example(kept: int) -> None:
    lessons, vectors = taught()
    rows = [n for n, lesson in enumerate(lessons) if RISK not in lesson.of or n < kept]
    found = learn([lessons[n] for n in rows], vectors[rows], [RISK], []).near(vectors[:1])
    assert [near.subject for near in found[0]] == [RISK] * kept


def test_examples_alone_find_nothing() -> None:
    """With nothing to tell them from, everything would be near."""
    lessons, vectors = taught()
    assert learn(lessons[:12], vectors[:12], [RISK], []).near(vectors[:1]) == [[]]


def test_examples_that_say_the_same_as_harmless_sentences_find_nothing() -> None:
    lessons, vectors = taught(counter=0)
    copies = [Lesson(f"{lesson.text}!", "pl", not_of=frozenset({RISK})) for lesson in lessons[:12]]
    found = learn([*lessons, *copies], np.vstack([vectors, vectors[:12]]), [RISK], []).near(vectors[:12])
    assert found == [[]] * 12


def test_learning_twice_gives_the_same() -> None:
    lessons, vectors = taught()
    one, two = (learn(lessons, vectors, [RISK], [THEME]) for _ in range(2))
    assert np.array_equal(one.weights, two.weights)
    assert np.array_equal(one.thresholds, two.thresholds)


def test_packing_keeps_directions() -> None:
    vectors = np.array(around(0, 20, np.random.default_rng(2), size=384), np.float32)
    again = unpack([row for row in pack(vectors) if row is not None])
    assert float((vectors * again).sum(axis=1).min()) > 0.998
    assert pack(np.zeros((2, 0), np.float32)) == [None, None]
    assert not unpack([bytes(8)]).any()
