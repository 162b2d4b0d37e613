"""The seam between Earshot and those it tells."""

from datetime import datetime
from typing import Protocol

from listening.alerting import Message


class Channel(Protocol):
    """Delivers, or raises. Retrying is not its business; escaping is.

    Neither its ``repr`` nor an error's text holds a secret.
    """

    @property
    def name(self) -> str: ...

    def deliver(self, message: Message, at: datetime) -> None:
        """Returns once the receiver took the message.

        Raises :class:`~listening.errors.TryLater` (:class:`~listening.errors.Unanswered` if it may have arrived), or
        :class:`~listening.errors.Rejected` if the receiver refuses it for good. ``at`` dates the message.
        """
        ...
