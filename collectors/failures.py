"""Several places failed in one run: what the caller is told, once."""

from collections.abc import Sequence
from datetime import datetime

from listening.errors import AccessDenied, EarshotError, RateLimited, TryLater

_MOST = 5


def together(failures: Sequence[TryLater | AccessDenied], others_answered: bool, next_turn: datetime) -> EarshotError:
    """One error for all that failed; pages of the others were given already.

    Where others answered, one that asks for a day's rest must not hold them up: the caller comes back at ``next_turn``.
    """
    said = " ".join(str(error) for error in failures[:_MOST])
    if len(failures) > _MOST:
        said = f"{said} And {len(failures) - _MOST} more."
    if others_answered:
        return TryLater(said, next_turn)
    if len(failures) == 1:
        return failures[0]
    if all(isinstance(error, AccessDenied) for error in failures):
        return AccessDenied(said)
    until = min((error.until for error in failures if isinstance(error, TryLater) and error.until), default=None)
    limited = all(isinstance(error, RateLimited) for error in failures)
    return RateLimited(said, until) if limited and until else TryLater(said, until)
