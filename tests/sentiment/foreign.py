"""Folders with somebody else's model: five words, any labels, an ONNX file of any make."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from .onnx_files import USUAL, Make, write

WORDS = ("good", "bad", "soso", "superb", "awful")
"""Word number i speaks for label number i."""
_FIRST = 2


def tokenizer(file: Path, words: Sequence[str] = WORDS) -> None:
    pieces = {name: number for number, name in enumerate(("[PAD]", "[UNK]", *words))}
    made = Tokenizer(WordLevel(pieces, unk_token="[UNK]"))
    made.pre_tokenizer = Whitespace()
    made.save(str(file))


def config(labels: Sequence[str], **more: Any) -> dict[str, Any]:
    names = {str(number): name for number, name in enumerate(labels)}
    return {"model_type": "bert", "id2label": names, "pad_token_id": 0, "max_position_embeddings": 512} | more


def table(labels: int, pieces: int = _FIRST + len(WORDS)) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Four for the label that a word speaks for, so that one word makes it 95 % sure."""
    found = np.zeros((pieces, labels), np.float32)
    for label in range(min(labels, pieces - _FIRST)):
        found[_FIRST + label, label] = 4
    return found


def folder(
    place: Path,
    labels: Sequence[str],
    make: Make = USUAL,
    onnx: str = "onnx/model.onnx",
) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    write(place / onnx, table(len(labels)), make)
    tokenizer(place / "tokenizer.json")
    (place / "config.json").write_text(json.dumps(config(labels)), encoding="utf-8")
    return place
