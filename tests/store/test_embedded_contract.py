"""The embedded index keeps the contract."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.embedded import EmbeddedIndex
from tests.contracts.posts_index import StoreContract


class TestEmbeddedIndex(StoreContract):
    @pytest.fixture
    def another(self, tmp_path: Path) -> Iterator[Callable[[], EmbeddedIndex]]:
        opened: list[EmbeddedIndex] = []

        def make() -> EmbeddedIndex:
            opened.append(EmbeddedIndex(tmp_path / f"{len(opened)}.db"))
            return opened[-1]

        yield make
        for index in opened:
            index.close()

    @pytest.fixture
    def files(self, tmp_path: Path) -> Callable[[], bytes]:
        return lambda: b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir()))

    @pytest.fixture
    def index(self, another: Callable[[], EmbeddedIndex]) -> EmbeddedIndex:
        return another()
