"""Articles from feeds that the operator names. A feed cannot be asked for words: it is read whole, and we choose."""

from .collector import RssCollector
from .plan import Plan
from .source import Source

__all__ = ["Plan", "RssCollector", "Source"]
