"""Videos that YouTube's search finds, and the videos and comments of channels that are known."""

from .collector import PAGE, YoutubeCollector
from .query import Plan, plan_for
from .server import Youtube

__all__ = ["PAGE", "Plan", "Youtube", "YoutubeCollector", "plan_for"]
