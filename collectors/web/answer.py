"""What a server answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from listening.errors import TryLater

from ..canonical import read_json


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is unpacked. ``url`` is where the answer came from in the end, after redirects; it may hold a key.
    ``headers`` are found in any case of their names."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    host: str
    moved_to: str | None = None
    """The new address, if the server says that the old one is gone for good (301, 308)."""

    def json(self) -> Any:
        """What the body says; :class:`TryLater` where it is a web page or was cut short."""
        try:
            return read_json(self.body)
        except (ValueError, RecursionError) as error:
            what = "with a web page" if self.looks_like_html else "in something that is no JSON, or was cut short"
            raise TryLater(
                f"{self.host} answered {what}, where JSON was expected: if this stays so, look at it in a browser."
            ) from error

    @property
    def looks_like_html(self) -> bool:
        start = self.body[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return start.startswith((b"<!doctype html", b"<html")) or (
            "html" in self.headers.get("Content-Type", "") and not start.startswith((b"{", b"[", b"<?xml", b"<rss"))
        )
