"""The settings of every platform, one file each; ``docs/platforms/`` says what each allows."""

from .files import FilesSettings
from .mastodon import MastodonServer, MastodonSettings
from .section import Platform, Section, Terms

__all__ = ["FilesSettings", "MastodonServer", "MastodonSettings", "Platform", "PlatformSettings", "Terms"]


class PlatformSettings(Section):
    files: FilesSettings = FilesSettings()
    mastodon: MastodonSettings = MastodonSettings()
