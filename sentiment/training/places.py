"""Where training reads and writes. Nothing of it lies in the repository but the finished model."""

import os
from pathlib import Path

# Beside the repository, where neither belongs.
_BESIDE = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("EARSHOT_TRAIN_HOME", _BESIDE / "train-cache"))
DATA = Path(os.environ.get("EARSHOT_TRAIN_DATA", _BESIDE / "shared" / "data"))
RUN = HOME / "run"
MODEL = Path(__file__).parent.parent / "models" / "earshot-small"

LABELS = ("negative", "neutral", "positive")
MAX_TOKENS = 64
# The languages of our first users are drawn more often than their size says.
FIRST_LANGUAGES = ("ro", "ru", "he", "pl", "en")
# Sources with a non-commercial licence (flag B in the data's SOURCES.md) stay out of what we ship.
NON_COMMERCIAL = frozenset({"us-airline", "laroseda", "norec-sentence", "offensive-hebrew", "hatebr", "id-hate"})
