"""Feeds as the settings name them."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from listening.addresses import names_own_network
from listening.collecting import Page, Unreadable
from listening.errors import ConfigError, UnreadableInput
from listening.settings import Settings

from ..canonical import read_json
from ..web import Limits, Web
from .collector import RssCollector
from .posts import read_one
from .source import Source

LIMITS = Limits(seconds=30.0, silence=15.0, most_bytes=10_000_000)


def build(settings: Settings) -> RssCollector:
    """A feed whose very name says that it stands in the operator's network may be read there, and ``base_url`` may
    lead there whatever its name; any other feed may not. Opens no connection."""
    rss = settings.platforms.rss
    feeds = [Source(feed.address, feed.title) for feed in rss.all_feeds]
    if not feeds:
        raise ConfigError(
            'platforms.rss: no feed is named. Write their addresses: feeds = ["https://news.example/feed.xml"], or '
            "EARSHOT_PLATFORMS__RSS__BASE_URL for a single one."
        )
    own = [feed.address for feed in feeds if names_own_network(urlsplit(feed.address).hostname or "")]
    web = Web([rss.base_url, *own], limits=LIMITS)
    return RssCollector(feeds, web, pause=timedelta(minutes=rss.every_minutes))


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """An entry that could not be read, tried again."""
    try:
        kept = read_json(raw)
        if not isinstance(kept, dict):
            raise UnreadableInput("it is not an object")
        host, page, language = (kept.get(name) for name in ("host", "page", "language"))
        if not isinstance(host, str) or not isinstance(page, str):
            raise UnreadableInput("it does not say which feed it is from")
        post = read_one(kept.get("entry"), host, page, language if isinstance(language, str) else None, at)
        return Page(posts=(post,))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
