"""Posts from files: a drop folder, and the reading that ``earshot import`` shares with it."""

from .collector import FilesCollector, read_by_all
from .mapping import ALIASES, Mapping
from .reading import Reading, read_file
from .receipt import Receipt, Rejection

__all__ = ["ALIASES", "FilesCollector", "Mapping", "Reading", "Receipt", "Rejection", "read_by_all", "read_file"]
