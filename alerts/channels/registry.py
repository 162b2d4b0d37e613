"""From a channel's settings to the channel. A new kind is a class in settings, a file here, and a line below."""

from pathlib import Path

from alerts.channels.email import MailChannel
from alerts.channels.folder import MailFolder
from alerts.channels.protocol import Channel
from alerts.channels.webhook import Webhook
from listening.settings import ChannelSettings, EmailChannel, FolderChannel, WebhookChannel


def build(settings: ChannelSettings, home: Path) -> Channel:
    """The channel that ``settings`` describe. Opens no connection; raises ConfigError for what cannot work."""
    match settings:
        case EmailChannel():
            return MailChannel.of(settings)
        case WebhookChannel():
            return Webhook.of(settings)
        case FolderChannel():
            return MailFolder.of(settings, home)
