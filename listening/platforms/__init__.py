"""The settings of every platform, one file each; ``docs/platforms/`` says what each allows."""

from .bluesky import BlueskySettings
from .files import FilesSettings
from .gdelt import GdeltSettings
from .googlenews import GooglenewsSettings
from .hackernews import HackernewsSettings
from .lemmy import LemmySettings
from .mastodon import MastodonServer, MastodonSettings
from .reddit import RedditSettings
from .rss import RssFeed, RssSettings
from .section import Platform, PlatformOnTerms, Section, Terms
from .x import XSettings
from .youtube import YoutubeSettings

__all__ = [
    "BlueskySettings",
    "FilesSettings",
    "GdeltSettings",
    "GooglenewsSettings",
    "HackernewsSettings",
    "LemmySettings",
    "MastodonServer",
    "MastodonSettings",
    "Platform",
    "PlatformOnTerms",
    "PlatformSettings",
    "RedditSettings",
    "RssFeed",
    "RssSettings",
    "Terms",
    "XSettings",
    "YoutubeSettings",
]


class PlatformSettings(Section):
    bluesky: BlueskySettings = BlueskySettings()
    files: FilesSettings = FilesSettings()
    gdelt: GdeltSettings = GdeltSettings()
    googlenews: GooglenewsSettings = GooglenewsSettings()
    hackernews: HackernewsSettings = HackernewsSettings()
    lemmy: LemmySettings = LemmySettings()
    mastodon: MastodonSettings = MastodonSettings()
    reddit: RedditSettings = RedditSettings()
    rss: RssSettings = RssSettings()
    x: XSettings = XSettings()
    youtube: YoutubeSettings = YoutubeSettings()
