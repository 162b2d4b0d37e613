"""The arithmetic of surprise: how sure a share is, and how unlikely a count is against past weeks. Pure numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

Z = 1.96
"""Normal quantile of a two-sided 95 % interval. Rules look every minute, so the cautious one of the usual two."""
SURPRISING = 5e-3
"""A count must be rarer than this under the baseline."""
_BURSTINESS = 0.1
_BURSTINESS_FEW_WEEKS = 0.25
_ENOUGH_WEEKS = 3


def wilson_lower(hits: int, of: int, z: float = Z) -> float:
    """The smallest share that ``hits`` out of ``of`` still make plausible; 0 where there is nothing to count.

    The score interval of E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal
    of the American Statistical Association 22 (1927) 209-212. It behaves for few posts and for shares near 0 and 1,
    where the textbook interval (share ± z × standard error) does not: 9 of 9 are "at least 70 %", not "exactly 100 %".
    """
    if of <= 0:
        return 0.0
    share = hits / of
    centre = share + z * z / (2 * of)
    margin = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return max(0.0, (centre - margin) / (1 + z * z / of))


def tail(count: int, mean: float, variance: float) -> float:
    """Probability of ``count`` or more: Poisson, or negative binomial where the variance exceeds the mean.

    Summed upwards from ``count``, so that very small probabilities keep their digits. ``mean`` must be positive. A
    count at or below the mean is no surprise and answers 1.
    """
    if count <= mean:
        return 1.0
    if variance > mean:
        size = mean * mean / (variance - mean)
        spread = mean / (size + mean)
        log_term = (
            math.lgamma(count + size)
            - math.lgamma(count + 1)
            - math.lgamma(size)
            + size * math.log(1 - spread)
            + count * math.log(spread)
        )
    else:
        size, spread = math.inf, 0.0
        log_term = count * math.log(mean) - mean - math.lgamma(count + 1)
    term = math.exp(log_term)
    total = term
    at = count
    while term > total * 1e-9:
        term *= (at + size) / (at + 1) * spread if size < math.inf else mean / (at + 1)
        at += 1
        total += term
    return min(1.0, total)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Counts of the same hours in past weeks, newest first; ``floor`` is what to assume where they say little.

    The median is not moved by one past crisis, as a mean would be.
    """

    counts: Sequence[int]
    floor: float

    @property
    def weeks(self) -> int:
        return len(self.counts)

    @property
    def expected(self) -> float:
        return max(float(median(self.counts)), self.floor) if self.counts else self.floor

    @property
    def variance(self) -> float:
        """What the weeks show (median absolute deviation, scaled to a normal's), or what public talk has anyway.

        The larger of the two: posts answer posts, so counts are never as regular as
        Poisson; and few weeks show too little of it.
        """
        burstiness = _BURSTINESS if self.weeks >= _ENOUGH_WEEKS else _BURSTINESS_FEW_WEEKS
        own = self.expected + burstiness * self.expected**2
        if self.weeks < _ENOUGH_WEEKS:
            return own
        middle = median(self.counts)
        deviation = 1.4826 * median(abs(count - middle) for count in self.counts)
        return max(own, deviation**2)

    def surprise(self, count: int) -> float:
        """Probability of ``count`` or more if this were a week like the others."""
        return tail(count, self.expected, self.variance)
