"""Feeds of every kind, read from bytes: RSS 0.9 to 2.0, RDF, Atom, JSON Feed. Nothing is fetched here."""

from .entries import Entry, read_entry
from .reading import Feed, read_feed

__all__ = ["Entry", "Feed", "read_entry", "read_feed"]
