"""What all collectors do alike: ids that name nobody, text that can be stored, times that can be true."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Nobody posted before; 1970 is what a missing date becomes in many exports."""
CLOCKS_DIFFER = timedelta(days=1)
"""Platforms' and people's clocks may be ahead of ours by so much."""


def hashed_id(platform: str, address: str) -> str:
    """An id for a post whose own address may name a person: the same for the same address, on every run."""
    return f"{platform}:{sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def storable(text: str) -> str:
    """``text`` as it is, but for halves of surrogate pairs, which no file and no index can hold: U+FFFD stands in."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def is_likely(moment: datetime, now: datetime) -> bool:
    """Whether a post can have been published then: neither a placeholder of 1970 nor a joke of 2099."""
    return EARLIEST <= moment <= now + CLOCKS_DIFFER


def language_code(word: str | None) -> str | None:
    """``pt-BR`` → ``pt``; None for what is no language code."""
    code = (word or "").strip().replace("_", "-").split("-", 1)[0].casefold()
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() and code != "und" else None
