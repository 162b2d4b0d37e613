"""Google News as the settings name it."""

from datetime import datetime

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.settings import Settings

from ..canonical import read_json
from ..web import Web
from .collector import GoogleNewsCollector
from .edition import Edition
from .posts import to_post

BASE = "https://news.google.com"


def build(settings: Settings) -> GoogleNewsCollector:
    """Needs no key. Opens no connection."""
    google = settings.platforms.googlenews
    editions = [Edition(name) for name in dict.fromkeys(google.editions)]
    return GoogleNewsCollector(Web([google.base_url]), google.base_url or BASE, editions)


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """An entry that could not be read, tried again."""
    try:
        kept = read_json(raw)
        if not isinstance(kept, dict):
            raise UnreadableInput("it is not an object")
        language, page = kept.get("language"), kept.get("page")
        if not isinstance(language, str) or not isinstance(page, str):
            raise UnreadableInput("it does not say which edition it is from")
        return Page(posts=(to_post(kept.get("entry"), language, page, at),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
