"""Stories and comments of Hacker News: searched at Algolia, slice by slice of time, and verified at the source."""

from .collector import HackerNewsCollector
from .plan import Plan, plan_for
from .servers import Algolia, Firebase

__all__ = ["Algolia", "Firebase", "HackerNewsCollector", "Plan", "plan_for"]
