"""What a brand has used of the day's quota. YouTube's day begins at midnight in California."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from listening.collecting import Position
from listening.errors import RateLimited

_PACIFIC = ZoneInfo("America/Los_Angeles")
KEY = "used today"


class Spent(RateLimited):
    """Nothing is left of one of the two quotas until ``until``."""


def next_day(now: datetime) -> datetime:
    """When the quotas are full again."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), _PACIFIC).astimezone(UTC)


@dataclass(slots=True)
class Account:
    """Counts before each request, so that one which is never answered is counted as well."""

    now: datetime
    most_searches: int
    most_units: int
    searches: int = 0
    units: int = 0

    def remember(self, position: Position | None) -> None:
        """Go on counting where an earlier run of the same day stopped."""
        day, _, counts = ((position.complete if position else None) or "").partition(" ")
        searches, _, units = counts.partition(" ")
        if day == self._day and searches.isdecimal() and units.isdecimal():
            self.searches, self.units = int(searches), int(units)

    @property
    def position(self) -> Position:
        return Position(complete=f"{self._day} {self.searches} {self.units}")

    def search(self) -> None:
        if self.searches >= self.most_searches:
            raise self._spent(f"searches of the day ({self.most_searches}, platforms.youtube.searches_per_day)")
        self.searches += 1

    def unit(self) -> None:
        if self.units >= self.most_units:
            raise self._spent(f"units of the day ({self.most_units}, platforms.youtube.units_per_day)")
        self.units += 1

    def no_more_searches(self) -> None:
        """YouTube says so itself: other brands, or other programs, have used them."""
        self.searches = max(self.searches, self.most_searches)

    @property
    def _day(self) -> str:
        return self.now.astimezone(_PACIFIC).date().isoformat()

    def _spent(self, what: str) -> Spent:
        until = next_day(self.now)
        return Spent(f"YouTube: the brand's {what} are used up until {until:%H:%M} UTC; it goes on then.", until)
