"""A store on disk, opened once for each test and always closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.door import WriteDoor
from store.embedded import EmbeddedIndex
from store.keys import Keys
from store.ledger import Ledger

from .making import brand

ACME, BETA = brand("acme", "#acme"), brand("beta", "#beta OR tea")


class Store:
    """Index, ledger and door below one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.keys = Keys.at(home)
        self.index = EmbeddedIndex(home / "posts.db")
        self.ledger = Ledger.open(f"sqlite:///{home / 'ledger.db'}", self.keys)
        self.door = WriteDoor(self.index, self.ledger, self.keys, (ACME, BETA))

    def recount(self) -> None:
        for dirty in self.ledger.windows.dirty():
            self.ledger.windows.replace(dirty, self.index.tally(dirty.brand, dirty.start))

    def close(self) -> None:
        self.index.close()
        self.ledger.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def index(store: Store) -> EmbeddedIndex:
    return store.index


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return store.ledger


def files_with(home: Path, *needles: str) -> list[str]:
    """Which files below ``home`` hold one of ``needles`` in any encoding that we use: plain, JSON, base64 no."""
    wanted = [form for needle in needles for form in (needle.encode(), needle.encode("unicode-escape"))]
    return [
        str(path.relative_to(home))
        for path in sorted(home.rglob("*"))
        if path.is_file() and any(form.lower() in path.read_bytes().lower() for form in wanted)
    ]
