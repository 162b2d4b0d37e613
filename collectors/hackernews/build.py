"""Hacker News as the settings name it."""

from datetime import datetime

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.settings import Settings

from ..canonical import read_json
from ..web import Limits, Web
from .collector import HackerNewsCollector
from .posts import is_gone, of_hit, removal
from .servers import Algolia, Firebase

SEARCH = "https://hn.algolia.com"
ITEMS = "https://hacker-news.firebaseio.com"
_LIMITS = Limits(most_bytes=40_000_000)
"""A thousand long comments are some megabytes."""


def build(settings: Settings) -> HackerNewsCollector:
    """Needs no key. Opens no connection."""
    own = settings.platforms.hackernews
    items = own.firebase_url or own.base_url
    web = Web([own.base_url, items], limits=_LIMITS)
    return HackerNewsCollector(Algolia(web, own.base_url or SEARCH), Firebase(web, items or ITEMS))


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A hit that could not be read, tried again."""
    try:
        hit = read_json(raw)
        return Page(removed_if_kept=(removal(hit),)) if is_gone(hit) else Page(posts=(of_hit(hit, at),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
