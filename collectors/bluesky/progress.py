"""How far a stream was read, by times that may be out of order, or lies."""

from dataclasses import dataclass

_CONFIRMED_BY = 3
_A_DAY = 86_400 * 1_000_000


@dataclass(frozen=True, slots=True)
class Hole:
    """Times (microseconds) between which a network that is never silent seemed silent: the host was deaf."""

    since: int
    until: int


class Progress:
    """``at`` is the time up to which everything was heard; it only grows.

    A leap by more than ``quiet`` is believed when several events in a row say the same: one event from the future, of
    which there are some, must not make us skip what lies between. All times are microseconds.
    """

    def __init__(self, at: int, now: int, quiet: int) -> None:
        self.at = at
        self._now, self._quiet = now, quiet
        self._leaps: list[int] = []

    @property
    def caught_up(self) -> bool:
        return self.at >= self._now

    @property
    def behind(self) -> int:
        return self._now - self.at

    def heard(self, seen: int) -> Hole | None:
        """Takes note of an event; returns the hole before it, once that is certain."""
        if seen > self._now + _A_DAY:
            return None
        if seen - self.at <= self._quiet:
            self._leaps.clear()
            self.at = max(self.at, seen)
            return None
        self._leaps.append(seen)
        if len(self._leaps) < _CONFIRMED_BY:
            return None
        leaps, self._leaps = sorted(self._leaps), []
        hole = Hole(self.at, leaps[0])
        self.at = leaps[0]
        for later in leaps[1:]:
            self.heard(later)
        return hole
