"""Posts from Bluesky: every post of the network passes by, and those that answer the query are kept."""

from .appview import AppView
from .collector import BlueskyCollector
from .plan import Plan, plan_for

__all__ = ["AppView", "BlueskyCollector", "Plan", "plan_for"]
