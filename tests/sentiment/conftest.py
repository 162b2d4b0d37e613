from pathlib import Path

import pytest

from sentiment.encoder import Encoder
from sentiment.locating import BUNDLED, MODELS


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return Encoder.load()


@pytest.fixture
def bundled_copy(tmp_path: Path) -> Path:
    """A copy of the bundled model that a test may damage."""
    copy = tmp_path / BUNDLED
    copy.mkdir()
    for file in (MODELS / BUNDLED).iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy
