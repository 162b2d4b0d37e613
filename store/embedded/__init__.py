"""The posts index in one SQLite file: documents, narrow columns for filters and counts, FTS5 for words."""

from .index import EmbeddedIndex

__all__ = ["EmbeddedIndex"]
