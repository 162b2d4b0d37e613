"""Speed itself is measured by `make bench`; here only that it measures."""

from sentiment.benchmark import time_encoder
from sentiment.benchmark_peer import with_numpy
from sentiment.locating import BUNDLED, MODELS


def test_the_encoder_is_timed() -> None:
    found = time_encoder(["I love my team"] * 64)
    assert found["posts"] == 64
    assert 0 < found["seconds"] < 60
    assert found["peak_mb"] > 50


def test_the_stand_in_peer_needs_no_torch() -> None:
    found = with_numpy(["one post"], str(MODELS / BUNDLED / "tokenizer.json"))
    assert found["posts"] == 1
    assert "torch is not installed" in found["name"]
