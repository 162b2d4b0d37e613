"""What is shipped beside the bundled model is what it would learn itself."""

from pathlib import Path

import numpy as np
import pytest

from sentiment import learned
from sentiment.encoder import Encoder
from sentiment.risk_finder import RiskFinder
from sentiment.risks import load_categories


def test_the_shipped_file_is_of_this_model_these_categories_and_this_code() -> None:
    finder = RiskFinder(load_categories(), Encoder.load())
    with np.load(learned.SHIPPED) as shipped:
        assert str(shipped["revision"]) == finder.revision, "run: .venv/bin/python -m sentiment.risk_finder"


def test_what_is_shipped_is_not_learned_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "_prototypes", {})

    def refuse(*_: object) -> None:
        raise AssertionError("learned again")

    monkeypatch.setattr(learned, "learn", refuse)
    finder = RiskFinder(load_categories(), Encoder.load(), tmp_path / "learned.npz")
    finder.learn()
    assert not (tmp_path / "learned.npz").exists()


def test_an_example_more_is_learned_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "_vectors", {})
    ours = Path(learned.__file__).parent
    for kind in ("categories", "themes"):
        (tmp_path / kind).mkdir()
        for file in (ours / kind).glob("*.toml"):
            (tmp_path / kind / file.name).write_bytes(file.read_bytes())
    changed = tmp_path / "categories" / "safety-hazard.toml"
    more = '\n[[examples]]\nlang = "en"\nfound_by = "meaning"\ntext = "The lift hums and drops a little, each time."\n'
    changed.write_text(changed.read_text(encoding="utf-8") + more, encoding="utf-8")
    encoder = Encoder.load()
    asked: list[str] = []
    plain = encoder.encode

    def counted(texts: list[str], languages: list[str | None] | None = None) -> object:
        asked.extend(texts)
        return plain(texts, languages)

    monkeypatch.setattr(encoder, "encode", counted)
    RiskFinder(load_categories(tmp_path), encoder, tmp_path / "learned.npz").learn()
    assert asked == ["The lift hums and drops a little, each time."]
    assert (tmp_path / "learned.npz").exists()
