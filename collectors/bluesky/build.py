"""Bluesky as the settings name it, which may be not at all."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from listening.collecting import Page, Unreadable
from listening.errors import UnreadableInput
from listening.platforms import BlueskySettings
from listening.settings import Settings

from ..web import Limits, Web
from .appview import AppView
from .collector import BlueskyCollector
from .posts import to_post
from .reading import Slice
from .wires import V1, V2, moment

_V1_HOSTS = tuple(f"wss://jetstream{n}.us-{coast}.bsky.network" for coast in ("east", "west") for n in (2, 1))
_V2_HOSTS = tuple(f"wss://jetstream.us-{coast}.bsky.network" for coast in ("east", "west"))
_APPVIEW = "https://public.api.bsky.app"
_LIMITS = Limits(seconds=20.0, silence=10.0, most_bytes=5_000_000)


def build(settings: Settings) -> BlueskyCollector:
    """Opens no connection and needs no key."""
    bluesky = settings.platforms.bluesky
    hosts = (_stream_address(bluesky.base_url),) if bluesky.base_url else _hosts(bluesky)
    appview = bluesky.appview_url or ("" if bluesky.base_url else _APPVIEW)
    return BlueskyCollector(
        hosts,
        V2() if bluesky.wire == "v2" else V1(),
        AppView(Web([bluesky.appview_url], limits=_LIMITS), appview) if appview else None,
        Slice(events=bluesky.most_events, quiet=timedelta(minutes=bluesky.quiet_minutes)),
    )


def reread(raw: bytes, source: str, at: datetime) -> Page:
    """An event that could not be read, tried again."""
    wire = V2() if b'"payload"' in raw else V1()
    try:
        event = wire.read(raw)
        if event.what != "commit" or event.operation == "delete":
            return Page()
        seen = moment(event.seen) if event.seen and event.operation == "create" else None
        return Page(posts=(to_post(event.record, event.uri, at=at, seen=seen),))
    except UnreadableInput as error:
        return Page(unreadable=(Unreadable(source=source, raw=raw, reason=f"{source}: {error}."),))


def _hosts(bluesky: BlueskySettings) -> tuple[str, ...]:
    return _V2_HOSTS if bluesky.wire == "v2" else _V1_HOSTS


def _stream_address(url: str) -> str:
    """Without the path of either wire, which people copy along; a web address leads to the same host."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix("/network.bsky.jetstream.subscribeEvents")
    path = path.removesuffix("/subscribe").removesuffix("/xrpc")
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return f"{scheme}://{parts.netloc}{path}"
