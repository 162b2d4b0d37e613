"""The world's news as GDELT sees it: titles and addresses of articles, a file every quarter of an hour."""

from .collector import GdeltCollector
from .feeds import ENGLISH, TRANSLATED, Feed
from .plan import Plan, plan_for

__all__ = ["ENGLISH", "TRANSLATED", "Feed", "GdeltCollector", "Plan", "plan_for"]
