"""What a Jetstream says, whichever of its two wires it said it on. Pure."""

from dataclasses import dataclass
from typing import Any

POSTS = "app.bsky.feed.post"
LONGEST_FRAME = 1_000_000
"""Bytes; both wires can be asked to leave out longer events. A post has 3,000 characters at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """``seen``: microseconds since 1970, when the Jetstream witnessed it. ``what``: commit, account, info, error, or
    something that means nothing to us."""

    what: str
    seen: int | None = None
    did: str = ""
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: Any = None
    active: bool = True
    status: str = ""
    name: str = ""

    @property
    def uri(self) -> str:
        return f"at://{self.did}/{self.collection}/{self.rkey}"
