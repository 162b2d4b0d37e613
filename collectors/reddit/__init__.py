"""Posts and comments from Reddit: search, watched subreddits, and the threads of what was found."""

from .collector import OVERLAP, PAGE, RedditCollector
from .door import Door
from .plan import Plan, plan_for

__all__ = ["OVERLAP", "PAGE", "Door", "Plan", "RedditCollector", "plan_for"]
