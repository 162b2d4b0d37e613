"""One feed, as the settings name it."""

from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class Source:
    """``name`` is for people. ``key`` tells the feed's place in a cursor; neither shows the address, which may hold a
    secret, and so does no repr."""

    address: str = field(repr=False)
    title: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""

    @property
    def name(self) -> str:
        return self.title or self.host

    @property
    def key(self) -> str:
        return f"{self.host} {sha256(self.address.encode()).hexdigest()[:8]}"

    @property
    def page(self) -> str:
        """The address without what may be secret, to make relative links whole."""
        parts = urlsplit(self.address)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
