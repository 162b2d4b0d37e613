"""A local server of ours with feeds: each lists its last entries, knows ETags, and can be told to misbehave.

Names and people in it are invented.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from xml.sax.saxutils import escape

from tests.servers.web import Reply, WebServer

NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
)


def item(text: str, at: datetime | None, number: int, updated: datetime | None = None, more: str = "") -> str:
    """An item of RSS 2.0 with ``text`` as its description: plain words, whatever is in them."""
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    edit = f"<atom:updated>{updated.isoformat()}</atom:updated>" if updated else ""
    return (
        f"<item><guid isPermaLink='false'>n{number}</guid><link>https://blog.example/posts/{number}</link>"
        f"<dc:creator>Ana Pop</dc:creator>{date}{edit}<description>{escape(escape(text))}</description>{more}</item>"
    )


def rss(items: list[str], title: str = "Our blog") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {NAMESPACES}><channel><title>{title}</title>'
        f"<link>https://blog.example/</link><language>en</language>{''.join(items)}</channel></rss>"
    ).encode()


@dataclass
class Listing:
    """One feed. It shows its newest ``room`` items, newest first."""

    room: int = 1000
    items: list[str] = field(default_factory=list)

    def document(self) -> bytes:
        return rss(self.items[-self.room :][::-1])


class FeedServer(WebServer):
    """Serves ``listings`` at ``/feed/<number>``; pages of :class:`WebServer` go first. Those who say what they have
    (``If-None-Match``) are told when nothing has changed."""

    def __init__(self) -> None:
        super().__init__()
        self.listings: list[Listing] = []
        self.conditional = True

    def feed(self, number: int) -> str:
        return f"{self.address}/feed/{number}"

    def answer(self, path: str, headers: Mapping[str, str]) -> Reply:
        if path in self.pages or not path.startswith("/feed/"):
            return super().answer(path, headers)
        body = self.listings[int(path.rpartition("/")[2])].document()
        etag = f'"{sha256(body).hexdigest()[:12]}"'
        if self.conditional and headers.get("If-None-Match") == etag:
            return Reply(status=304)
        given = {"ETag": etag} if self.conditional else {}
        return Reply(body, headers=given, kind="application/rss+xml")
