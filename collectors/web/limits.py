"""How much time and room one answer may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """``seconds`` are for the whole answer, redirects and every slow drop of it included; ``silence`` is the longest
    time without a byte. ``most_bytes`` counts the body as it comes, and again after it is unpacked."""

    seconds: float = 30.0
    silence: float = 15.0
    most_bytes: int = 10_000_000
    redirects: int = 5
