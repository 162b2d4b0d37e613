"""Posts and comments of Lemmy and PieFed servers, by their search, without an account."""

from .collector import LemmyCollector
from .plan import Plan, plan_for
from .server import Server

__all__ = ["LemmyCollector", "Plan", "Server", "plan_for"]
