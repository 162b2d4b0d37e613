"""The arithmetic of surprise, against values worked out elsewhere."""

import math

import pytest

from alerts.detection import Baseline, tail, wilson_lower


@pytest.mark.parametrize(
    ("hits", "of", "expected"),
    [
        # Worked by hand from the formula with z = 1.96.
        (0, 0, 0.0),
        (0, 10, 0.0),
        (9, 9, 0.7009),
        (8, 20, 0.2188),
        (10, 20, 0.2993),
        (46, 88, 0.4196),
        (400, 1000, 0.3701),
    ],
)
def test_wilson_lower_bound(hits: int, of: int, expected: float) -> None:
    assert wilson_lower(hits, of) == pytest.approx(expected, abs=5e-4)


def test_the_bound_rises_with_more_posts_of_the_same_share() -> None:
    bounds = [wilson_lower(4 * n, 10 * n) for n in (1, 3, 10, 100, 10_000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] < 0.4


def test_tail_is_poisson_where_nothing_is_bursty() -> None:
    exact = 1 - sum(math.exp(-4) * 4**k / math.factorial(k) for k in range(10))
    assert tail(10, 4, 4) == pytest.approx(exact, rel=1e-9)


def test_tail_is_negative_binomial_where_it_is() -> None:
    mean, variance = 10.0, 30.0
    size = mean**2 / (variance - mean)
    stop = size / (size + mean)
    below = sum(
        math.exp(math.lgamma(k + size) - math.lgamma(k + 1) - math.lgamma(size)) * stop**size * (1 - stop) ** k
        for k in range(25)
    )
    assert tail(25, mean, variance) == pytest.approx(1 - below, rel=1e-7)
    assert tail(25, mean, variance) > tail(25, mean, mean)


def test_tail_keeps_very_small_probabilities_and_ends_for_large_counts() -> None:
    assert 0 < tail(600, 50, 300) < 1e-25
    assert tail(3, 3, 3) == 1.0
    assert 0 < tail(300_000, 100_000, 100_000 + 0.1 * 100_000**2) < 1e-3


@pytest.mark.parametrize(
    ("counts", "floor", "expected"),
    [
        ((), 20.0, 20.0),
        ((12,), 5.0, 12.0),
        ((0, 0, 1, 0), 5.0, 5.0),
        ((10, 12, 900, 11), 5.0, 11.5),  # one past crisis does not move the median
    ],
)
def test_what_is_expected(counts: tuple[int, ...], floor: float, expected: float) -> None:
    assert Baseline(counts, floor).expected == expected


def test_few_weeks_make_it_harder_to_be_surprised() -> None:
    assert Baseline((20, 20), 5).surprise(60) > Baseline((20, 20, 20, 20), 5).surprise(60)


def test_unsteady_weeks_make_it_harder_to_be_surprised() -> None:
    assert Baseline((5, 100, 10, 90), 5).surprise(200) > Baseline((50, 55, 45, 50), 5).surprise(200)
