"""What a platform may be asked for at all, and what it may cost: its terms, and the month's budget."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from listening.collecting import Allowance
from listening.errors import EarshotError, StoreUnavailable
from listening.platforms import PlatformOnTerms
from listening.sentences import Sentence, sentence
from listening.settings import Settings
from pipeline.platform_rules import most_posts_an_answer
from pipeline.turns import one_at_a_time
from pipeline.wiring import House


def lacks_terms(settings: Settings, platform: str) -> Sentence | None:
    """What to write, where a platform does not start before its terms are recorded and they are not; else None."""
    section = getattr(settings.platforms, platform, None)
    if not isinstance(section, PlatformOnTerms) or section.terms is not None:
        return None
    return sentence(
        "Waits for its terms: write plan, approval, purpose, recorded_by and recorded_on below %(section)s in a file "
        "of config/, as %(page)s says.",
        section=f"[platforms.{platform}.terms]",
        page=f"docs/platforms/{platform}.md",
    )


def budget_of(settings: Settings, platform: str) -> Decimal | None:
    """Dollars that a brand may cost on ``platform`` each calendar month (UTC); None: it costs nothing."""
    budget: Decimal | None = getattr(getattr(settings.platforms, platform, None), "monthly_dollars", None)
    return budget


@contextmanager
def allowance(house: House, brand: str, platform: str, now: datetime) -> Iterator[Allowance | None]:
    """What the brand may still spend this month, set aside for as long as this lasts; None where nothing is paid.

    Raises :class:`~listening.errors.TryLater` while another collection of the same pair buys. If we are killed, or fail
    without knowing what was bought, the next one finds what was set aside and counts a whole answer as bought.
    """
    budget = budget_of(house.settings, platform)
    if budget is None:
        yield None
        return
    price = getattr(getattr(house.settings.platforms, platform), "dollars_per_post", None)
    posts = most_posts_an_answer(platform)
    most_at_once = None if price is None or posts is None else price * posts
    with one_at_a_time(house.home, f"{platform} purchase for {brand}", 0):
        left = house.ledger.spending.reserve(brand, platform, budget, most_at_once, now)
        try:
            yield Allowance(left)
        except StoreUnavailable:
            raise  # a purchase may be missing from the ledger
        except EarshotError:
            house.ledger.spending.release(brand, platform)  # the platform's: what it gave before is noted
            raise
        house.ledger.spending.release(brand, platform)
