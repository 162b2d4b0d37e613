"""Lemmy servers as the settings name them."""

from datetime import datetime

from listening.collecting import Page, Unreadable
from listening.errors import ConfigError, UnreadableInput
from listening.settings import Settings

from ..canonical import read_json
from ..web import Web
from .collector import LemmyCollector
from .posts import to_post
from .server import Server


def build(settings: Settings) -> LemmyCollector:
    """There is no server by default, because each has terms of its own. Opens no connection."""
    lemmy = settings.platforms.lemmy
    if not lemmy.all_servers:
        raise ConfigError(
            "platforms.lemmy: no server is named. Read a server's terms (docs/platforms/lemmy.md), then write its "
            'address: base_url = "https://lemmy.example", or EARSHOT_PLATFORMS__LEMMY__BASE_URL.'
        )
    web = Web(lemmy.all_servers)
    return LemmyCollector([Server(web, address) for address in lemmy.all_servers], comments=lemmy.comments)


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A post or comment that could not be read, tried again. ``source`` begins with its server."""
    try:
        return Page(posts=(to_post(read_json(raw), source.split(",", 1)[0], at, {}),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
