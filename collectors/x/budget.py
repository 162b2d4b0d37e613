"""What may be bought, to the cent: X is paid for each post that it gives, and for each count."""

from dataclasses import dataclass
from decimal import Decimal
from math import ceil

SMALLEST_PAGE = 10
"""X sells no fewer posts at once (docs.x.com, search, November 2026)."""
_WORTH = 100
"""A count may cost a hundredth of what it decides on."""


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars, as the developer console shows them."""

    post: Decimal = Decimal("0.005")
    count: Decimal = Decimal("0.005")

    @property
    def break_even(self) -> int:
        """From so many posts on, a count is worth its price; below, looking is its own count."""
        return ceil(self.count * _WORTH / self.post)


class Purse:
    """The money of one collection. It says yes only to what can be paid even if X gives all that is asked for."""

    def __init__(self, dollars: Decimal, prices: Prices) -> None:
        self.left, self.prices = max(Decimal(0), dollars), prices

    def posts(self, most: int, keep_for_count: bool) -> int:
        """How many posts may be asked for at once, 0 if the smallest page is too dear."""
        left = self.left - (self.prices.count if keep_for_count else 0)
        affordable = min(most, int(left // self.prices.post)) if left > 0 else 0
        return affordable if affordable >= SMALLEST_PAGE else 0

    def can_count(self) -> bool:
        return self.left >= self.prices.count

    def pay_posts(self, count: int) -> Decimal:
        return self._pay(count * self.prices.post)

    def pay_count(self) -> Decimal:
        return self._pay(self.prices.count)

    def _pay(self, dollars: Decimal) -> Decimal:
        self.left -= dollars
        return dollars
