"""Headlines from Google News' search feed: undocumented, at most a hundred at once, and good to have beside others."""

from .collector import GoogleNewsCollector
from .edition import Edition
from .query import Plan, plan_for

__all__ = ["Edition", "GoogleNewsCollector", "Plan", "plan_for"]
