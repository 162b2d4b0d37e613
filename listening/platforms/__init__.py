"""The settings of every platform, one file each; ``docs/platforms/`` says what each allows."""

from .files import FilesSettings
from .mastodon import MastodonServer, MastodonSettings
from .rss import RssFeed, RssSettings
from .section import Platform, PlatformOnTerms, Section, Terms

__all__ = [
    "FilesSettings",
    "MastodonServer",
    "MastodonSettings",
    "Platform",
    "PlatformOnTerms",
    "PlatformSettings",
    "RssFeed",
    "RssSettings",
    "Terms",
]


class PlatformSettings(Section):
    files: FilesSettings = FilesSettings()
    mastodon: MastodonSettings = MastodonSettings()
    rss: RssSettings = RssSettings()
