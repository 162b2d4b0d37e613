"""Where training reads and writes. Nothing of it lies in the repository but the finished model."""

import os
from pathlib import Path

# Beside the repository, where neither belongs.
_BESIDE = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("EARSHOT_TRAIN_HOME", _BESIDE / "train-cache"))
DATA = Path(os.environ.get("EARSHOT_TRAIN_DATA", _BESIDE / "shared" / "data"))
VOCABULARY = HOME / "vocabulary"
TEACHER = HOME / "teacher"
TEACHER_MODEL = HOME / "teacher-model"
STUDENT = HOME / "student"
BASE_GRAPH = HOME / "base" / "whole.onnx"
MODEL = Path(__file__).parent.parent / "models" / "earshot-small"

LABELS = ("negative", "neutral", "positive")
MAX_TOKENS = 64
POSITIONS = 160
# How often a language is drawn beside what its size says: the languages of our first users most, then those in which
# people tweet and in which we are measured.
FIRST_LANGUAGES = ("ro", "ru", "he", "pl", "en")
NEXT_LANGUAGES = ("ar", "de", "es", "fr", "hi", "it", "pt", "ha", "ig", "yo", "sw")
# Sources with a non-commercial licence (flag B in the data's SOURCES.md) stay out of what we ship.
NON_COMMERCIAL = frozenset({"us-airline", "laroseda", "norec-sentence", "offensive-hebrew", "hatebr", "id-hate"})
