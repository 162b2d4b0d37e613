"""GDELT as the settings describe it."""

from datetime import datetime

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.settings import Settings

from ..web import Limits, Web
from .collector import GdeltCollector
from .feeds import ENGLISH, TRANSLATED
from .posts import read_article, to_post

BASE = "http://data.gdeltproject.org/gdeltv2"
_LIMITS = Limits(seconds=120.0, silence=20.0, most_bytes=100_000_000)
"""A file has 3 to 10 MB, packed."""


def build(settings: Settings) -> GdeltCollector:
    """Needs no key. Opens no connection."""
    gdelt = settings.platforms.gdelt
    feeds = (ENGLISH, TRANSLATED) if gdelt.translated else (ENGLISH,)
    return GdeltCollector(Web([gdelt.base_url], limits=_LIMITS), gdelt.base_url or BASE, feeds)


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A line that could not be read, tried again."""
    try:
        article = read_article(raw)
        return Page(posts=(to_post(article, at),) if article else ())
    except UnreadableInput as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
