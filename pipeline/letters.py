"""Messages in folders of ours quote posts: when a post goes, so does its quote."""

from pathlib import Path

from alerts.channels.folder import forget_posts, quoted_posts
from listening.settings import FolderChannel
from pipeline.wiring import House


def forget_letters(house: House) -> int:
    """Delete the messages in folder channels that quote a post which is no longer there; returns how many.

    What left the house by mail or webhook is out of our hands.
    """
    gone = 0
    for channel in house.settings.channel:
        if isinstance(channel, FolderChannel):
            folder = Path(channel.folder) if channel.folder else house.home / "outbox"
            quoted = quoted_posts(folder)
            present = {post.id for post in house.index.get(sorted(quoted))}
            gone += forget_posts(folder, quoted - present)
    return gone
