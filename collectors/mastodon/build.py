"""Mastodon servers as the settings name them."""

from mastodon import Mastodon

from listening.errors import ConfigError
from listening.settings import MastodonServer, Settings

from .collector import MastodonCollector
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


def build(settings: Settings) -> MastodonCollector:
    """One client a server. There is no server by default, because some forbid automated reading."""
    servers = {server.base_url.rstrip("/"): server for server in reversed(settings.platforms.mastodon.all_servers)}
    if not servers:
        raise ConfigError(
            "platforms.mastodon: no server is named. Read a server's terms (docs/platforms/mastodon.md), then write "
            'its address: base_url = "https://social.example", or EARSHOT_PLATFORMS__MASTODON__BASE_URL.'
        )
    return MastodonCollector([Server(client_for(server)) for server in reversed(servers.values())])
