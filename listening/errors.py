"""Every error Earshot raises on purpose, named by what the caller does next.

EarshotError
├── ConfigError            mend the setting that the sentence names
├── QueryError             mend the query
├── UnreadableInput        mend the file (or the row) that the sentence names
├── NotReady               install, configure or start what is missing
├── AccessDenied           the platform refuses us: renew the token, ask for approval
├── NotAllowed             this viewer may not see or do that
├── StateConflict          somebody was faster: read again, then decide again
├── Rejected               a receiver refuses this message for good
└── TryLater(until)        nothing is wrong with the request: come back
    ├── RateLimited        the platform asks us to wait
    ├── Unanswered         it was sent and nobody said whether it arrived: come back, and say that it may be a repeat
    └── StoreUnavailable   the index or the ledger does not answer
"""

from datetime import datetime


class EarshotError(Exception):
    """Base of all of them. Its text is a sentence for people: what, where, and what to do."""

    @property
    def sentence(self) -> str:
        """The text as it was given: ``str(error)`` forgets what a :class:`~listening.sentences.Sentence` is made of."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)


class ConfigError(EarshotError):
    """A setting is missing or wrong."""


class QueryError(EarshotError):
    """A query cannot be understood. ``position`` is the offset (characters) at which reading stopped."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position


class UnreadableInput(EarshotError):
    """A file, a row or an answer is not what it should be."""


class NotReady(EarshotError):
    """Something that Earshot needs is not installed, not configured or not started."""


class AccessDenied(EarshotError):
    """A platform refuses us; waiting does not help."""


class NotAllowed(EarshotError):
    """The viewer's role does not permit it."""


class StateConflict(EarshotError):
    """The thing changed since it was read."""


class Rejected(EarshotError):
    """A receiver refuses this message for good; sending it again would be refused again."""


class TryLater(EarshotError):
    """A temporary failure. ``until`` (UTC) is when it may be worth another try; None: the caller's own backoff."""

    def __init__(self, message: str, until: datetime | None = None) -> None:
        super().__init__(message)
        self.until = until


class RateLimited(TryLater):
    """The platform asks us to wait until ``until``."""


class Unanswered(TryLater):
    """A message left us and no answer came: it may have arrived, so the next attempt is marked as a possible repeat."""


class StoreUnavailable(TryLater):
    """The posts index or the ledger cannot be reached or cannot write."""
