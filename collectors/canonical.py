"""What all collectors do alike: ids that name nobody, text that can be stored, times that can be true."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Nobody posted before; 1970 is what a missing date becomes in many exports."""
CLOCKS_DIFFER = timedelta(days=1)
"""Platforms' and people's clocks may be ahead of ours by so much."""


def hashed_id(platform: str, address: str) -> str:
    """An id for a post whose own address may name a person: the same for the same address, on every run."""
    return f"{platform}:{sha256(address.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def read_json(document: str | bytes) -> Any:
    """What a JSON document says, in text that can be stored: halves of surrogate pairs, which JSON can spell and no
    file can hold, become U+FFFD. Raises ``ValueError``, or ``RecursionError`` for one that is nested too deeply."""
    found = json.loads(document)
    if (b"\\u" if isinstance(document, bytes) else "\\u") in document:  # type: ignore[operator]
        whole = json.dumps(found, ensure_ascii=False)
        try:
            whole.encode()
        except UnicodeEncodeError:
            return json.loads(whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return found


def is_likely(moment: datetime, now: datetime) -> bool:
    """Whether a post can have been published then: neither a placeholder of 1970 nor a joke of 2099."""
    return EARLIEST <= moment <= now + CLOCKS_DIFFER


def web_address(value: object) -> str | None:
    """``value`` if it is a web address, else None: nothing else may become a link."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname and not any(map(str.isspace, text)) else None


def language_code(word: str | None) -> str | None:
    """``pt-BR`` → ``pt``; None for what is no language code."""
    code = (word or "").strip().replace("_", "-").split("-", 1)[0].casefold()
    return code if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() and code != "und" else None
