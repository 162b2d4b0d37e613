"""What a rule found: an alert, or the sentence that says why there is none."""

from dataclasses import dataclass

from listening.alerting import Alert


@dataclass(frozen=True, slots=True)
class Finding:
    """Exactly one of the two: ``alert``, or ``why_not``."""

    alert: Alert | None
    why_not: str = ""
