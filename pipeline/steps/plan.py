"""Whose turn it is: the (brand, platform) pairs to collect now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from listening.brands import Role
from pipeline.allowances import lacks_terms
from pipeline.wiring import House

_SLACK = timedelta(seconds=20)
"""A schedule that ticks every minute does not tick to the second."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One collection that is due."""

    brand: str
    platform: str


def plan(house: House, now: datetime) -> list[Turn]:
    """Pairs whose platform is switched on and on terms that are recorded, whose interval has passed, and which asked
    for no longer rest."""
    turns = []
    for brand in house.brands:
        if not brand.purpose.audience or set(brand.purpose.audience) == {Role.OPERATOR}:
            continue  # nobody may look at it, so there is no reason to collect it
        for platform in brand.platforms:
            settings = getattr(house.settings.platforms, platform)
            if not settings.enabled or lacks_terms(house.settings, platform):
                continue
            if _rested(house, brand.key, platform, timedelta(minutes=settings.every_minutes), now):
                turns.append(Turn(brand.key, platform))
    return turns


def _rested(house: House, brand: str, platform: str, every: timedelta, now: datetime) -> bool:
    source = house.ledger.sources.get(brand, platform)
    if source is None or source.last_try is None:
        return True
    if source.come_back_at is not None and source.come_back_at > now:
        return False
    return source.last_try + every - _SLACK <= now or source.last_try > now
