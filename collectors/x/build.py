"""X as the settings name it."""

from datetime import datetime
from typing import Any

import requests

from listening.collecting import Page, Unreadable
from listening.errors import ConfigError, UnreadableInput
from listening.platforms import XSettings
from listening.settings import Settings

from ..canonical import read_json
from .answers import Includes
from .budget import Prices
from .collector import XCollector
from .posts import is_withheld, to_post
from .server import Server
from .transport import client_for

OWN_ADDRESS = "https://api.x.com"
TIMEOUT = 30.0
"""Seconds until an answer that is not whole counts as none."""


def build(settings: Settings, session: requests.Session | None = None) -> XCollector:
    """No connection is opened. ``session``: one of your own, for a proxy or for tests."""
    x = settings.platforms.x
    if x.terms is None:
        raise ConfigError(
            "platforms.x: X is sold by the post, and its terms say what for. Nothing starts before they are recorded: "
            "write [platforms.x.terms] with plan, approval, purpose, recorded_by and recorded_on "
            "(docs/platforms/x.md)."
        )
    if x.bearer_token is None or not x.bearer_token.get_secret_value().strip():
        raise ConfigError(
            "platforms.x.bearer_token is missing: make one in the developer console of X, and put it into the "
            "environment as EARSHOT_PLATFORMS__X__BEARER_TOKEN."
        )
    token = x.bearer_token.get_secret_value().strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ConfigError("platforms.x.bearer_token has signs that no token has: copy it again from X's console.")
    return collector_for(x, client_for(x.base_url or OWN_ADDRESS, token, TIMEOUT, session))


def collector_for(x: XSettings, client: Any) -> XCollector:
    return XCollector(
        Server(client, archive=x.archive),
        monthly_dollars=x.monthly_dollars,
        prices=Prices(x.dollars_per_post, x.dollars_per_archive_count if x.archive else x.dollars_per_count),
        languages=x.languages,
        reposts=x.reposts,
        recheck=x.recheck,
    )


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """A post that could not be read, tried again."""
    try:
        letter = read_json(raw)
        if not isinstance(letter, dict):
            raise UnreadableInput("it is not an object")
        includes = Includes.of(letter)
        if is_withheld(letter.get("data"), includes):
            return Page(withheld=1)
        return Page(posts=(to_post(letter.get("data"), includes, at),))
    except (UnreadableInput, ValueError, RecursionError) as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))
