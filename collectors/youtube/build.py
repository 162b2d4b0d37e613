"""YouTube as the settings describe it."""

from listening.errors import ConfigError
from listening.settings import Settings

from ..web import Web
from .collector import YoutubeCollector
from .reading import reread
from .server import Youtube

BASE = "https://www.googleapis.com/youtube/v3"

__all__ = ["build", "reread"]


def build(settings: Settings) -> YoutubeCollector:
    """Refuses until it is written down that YouTube's terms were read and accepted. Opens no connection."""
    youtube = settings.platforms.youtube
    if youtube.terms is None:
        raise ConfigError(
            "platforms.youtube: YouTube allows reading under its API Services Terms only, and nothing says that you "
            "accepted them. Write down in [platforms.youtube.terms]: plan, approval, purpose, recorded_by, "
            "recorded_on; or set EARSHOT_PLATFORMS__YOUTUBE__TERMS to the same as JSON (docs/platforms/youtube.md)."
        )
    key = youtube.api_key.get_secret_value().strip() if youtube.api_key else ""
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigError(
            "platforms.youtube: the key of your project is missing, or is none. Set "
            "EARSHOT_PLATFORMS__YOUTUBE__API_KEY to an API key with access to the YouTube Data API v3."
        )
    return YoutubeCollector(
        Youtube(Web([youtube.base_url]), youtube.base_url or BASE, key),
        channels=youtube.channels,
        searches=youtube.searches_per_day,
        units=youtube.units_per_day,
    )
