"""Posts from X, bought one by one: by its recent search, or from its whole archive."""

from .budget import Prices
from .collector import XCollector
from .query import Plan, plan_for
from .server import Server

__all__ = ["Plan", "Prices", "Server", "XCollector", "plan_for"]
