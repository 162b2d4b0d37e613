"""Posts from Mastodon and from what speaks its protocol, by hashtag, without an account where the server allows."""

from .collector import OVERLAP, PAGE, MastodonCollector
from .plan import Plan, plan_for
from .server import Server

__all__ = ["OVERLAP", "PAGE", "MastodonCollector", "Plan", "Server", "plan_for"]
