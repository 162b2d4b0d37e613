"""Mastodon servers as the settings name them."""

from datetime import datetime

from mastodon import Mastodon

from listening.collecting import Page, Unreadable
from listening.errors import ConfigError, UnreadableInput
from listening.platforms import MastodonServer
from listening.settings import Settings

from ..canonical import read_json
from .collector import MastodonCollector
from .posts import asks_to_be_left_out, to_post
from .server import Server

TIMEOUT = 20.0
"""Seconds until a silent server counts as down."""


def client_for(server: MastodonServer, timeout: float = TIMEOUT) -> Mastodon:
    """A client that never sleeps and asks nothing on its own. Opens no connection."""
    return Mastodon(
        api_base_url=server.base_url.rstrip("/"),
        access_token=server.access_token.get_secret_value() if server.access_token else None,
        ratelimit_method="throw",
        version_check_mode="none",
        request_timeout=timeout,
        user_agent="earshot",
    )


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A status that could not be read, tried again. ``source`` begins with its server."""
    try:
        status = read_json(raw)
        if asks_to_be_left_out(status):
            return Page(withheld=1)
        return Page(posts=(to_post(status, source.split(",", 1)[0], at, {}),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))


def build(settings: Settings) -> MastodonCollector:
    """One client a server. There is no server by default, because some forbid automated reading."""
    servers = {server.base_url.rstrip("/"): server for server in reversed(settings.platforms.mastodon.all_servers)}
    if not servers:
        raise ConfigError(
            "platforms.mastodon: no server is named. Read a server's terms (docs/platforms/mastodon.md), then write "
            'its address: base_url = "https://social.example", or EARSHOT_PLATFORMS__MASTODON__BASE_URL.'
        )
    return MastodonCollector([Server(client_for(server)) for server in reversed(servers.values())])
