"""Ways out of the house: each delivers a message, or says whether to try again."""

from alerts.channels.protocol import Channel
from alerts.channels.registry import build

__all__ = ["Channel", "build"]
