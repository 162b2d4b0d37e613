"""The ledger in SQL: cursors, windows, incidents, vault and the rest; SQLite by default, PostgreSQL when scaled."""

from .ledger import Ledger
from .sources import RecheckState, SourceState

__all__ = ["Ledger", "RecheckState", "SourceState"]
