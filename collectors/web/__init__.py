"""The one way in which requests of ours go out, for every platform without a client library of its own."""

from .answer import Answer
from .limits import Limits
from .routes import system_names
from .web import Web

__all__ = ["Answer", "Limits", "Web", "system_names"]
