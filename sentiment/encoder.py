"""Texts in; sentiment, offensiveness and meaning out, from one pass of one network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from sentiment.backends import Backend, FastPieces, Floats, OnnxBackend, Pieces, TorchBackend, TransformersPieces
from sentiment.calibration import Calibration
from sentiment.cleaning import for_model
from sentiment.hashtags import Split
from sentiment.labels import to_classes
from sentiment.locating import BUNDLED, FoundModel, find, sha256

# Posts are cleaned, split and sorted this many at a time: enough for batches of one length, little memory.
_CHUNK = 2048
# The largest batch in tokens. Bigger ones fall out of the processor's cache and are slower as well as hungrier.
_TOKENS_IN_BATCH = 512
# Nobody's first 2,000 characters say one thing and the rest another; the network reads fewer anyway.
_CHARACTERS = 2000
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row a text, in the order given. Probabilities are calibrated, in the order negative, neutral, positive.

    `offensive` is None, and `vectors` has no columns, where the model has no such output.
    """

    probabilities: Floats
    offensive: Floats | None
    vectors: Floats


class Encoder:
    """Safe to share between threads. Vectors of two encoders of different `revision` must not be compared."""

    def __init__(self, backend: Backend, pieces: Pieces, revision: str, config: dict[str, Any]) -> None:
        self._backend = backend
        self._pieces = pieces
        ours = config.get("earshot", {})
        names = {int(number): str(name) for number, name in config.get("id2label", {}).items()}
        self._to_classes = to_classes(names, revision)
        self._calibration = Calibration.of(ours)
        self.revision = revision
        self.unsure_below = float(ours.get("unsure_below", 0.4))
        """A highest probability under this is no opinion."""

    @property
    def known_words(self) -> Split:
        """How this model takes hashtags apart."""
        return self._pieces.known_words

    @classmethod
    def load(cls, name_or_folder: str | Path = BUNDLED, threads: int = 2) -> Self:
        """The bundled model loads in under a second and is checked against its SHA-256 sums first.

        Raises ConfigError for a model that cannot be meant, NotReady for one that is damaged or out of reach.
        """
        found = find(name_or_folder)
        longest = _longest(found.config)
        backend: Backend = OnnxBackend(found.onnx, threads) if found.onnx else TorchBackend(found.source)
        pieces: Pieces
        if found.tokenizer is not None:
            pieces = FastPieces(found.tokenizer, longest, int(found.config.get("pad_token_id") or 0))
        else:
            pieces = TransformersPieces(found.source, longest)
        return cls(backend, pieces, _revision(found), found.config)

    def encode(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> Encoded:
        """Memory depends on the result alone, however many texts: three numbers and a vector each.

        `languages` (ISO 639-1, one a text, None or `und` where nobody knows) choose the calibration.
        """
        named = languages or [None] * len(texts)
        chunks = range(0, len(texts), _CHUNK)
        parts = [self._chunk(texts[at : at + _CHUNK], named[at : at + _CHUNK]) for at in chunks]
        if not parts:
            return Encoded(np.zeros((0, 3), np.float32), np.zeros(0, np.float32), np.zeros((0, 0), np.float32))
        offensive = [part.offensive for part in parts if part.offensive is not None]
        return Encoded(
            np.concatenate([part.probabilities for part in parts]),
            np.concatenate(offensive) if offensive else None,
            np.concatenate([part.vectors for part in parts]),
        )

    def _chunk(self, texts: Sequence[str], languages: Sequence[str | None]) -> Encoded:
        ids = self._pieces.split([for_model(text[:_CHARACTERS], self.known_words) for text in texts])
        probabilities = np.zeros((len(ids), 3), np.float32)
        offensive: Floats | None = None
        vectors = np.zeros((len(ids), 0), np.float32)
        for rows in _batches(ids):
            width = max(1, len(ids[rows[-1]]))
            tokens = np.full((len(rows), width), self._pieces.padding, np.int64)
            mask = np.zeros((len(rows), width), np.int64)
            for line, row in enumerate(rows):
                tokens[line, : len(ids[row])] = ids[row]
                mask[line, : len(ids[row])] = 1
            answer = self._backend.run(tokens, mask)
            logits = self._calibration.applied(answer.logits, [languages[row] for row in rows])
            probabilities[rows] = _softmax(logits) @ self._to_classes
            if answer.offensive is not None:
                offensive = np.zeros(len(ids), np.float32) if offensive is None else offensive
                offensive[rows] = 1 / (1 + np.exp(-answer.offensive))
            if answer.vectors is not None:
                vectors = vectors if vectors.size else np.zeros((len(ids), answer.vectors.shape[1]), np.float32)
                vectors[rows] = answer.vectors
        return Encoded(probabilities, offensive, vectors)


def revision_of(name_or_folder: str | Path = BUNDLED) -> str:
    """The `revision` that the model has when it is loaded; reads its files and starts nothing."""
    return _revision(find(name_or_folder))


def _revision(found: FoundModel) -> str:
    return f"{found.name}@{sha256(found.onnx)[:12] if found.onnx is not None else 'torch'}"


def _batches(ids: list[list[int]]) -> Iterator[list[int]]:
    """Row numbers, shortest texts first, so that hardly anything is padding."""
    batch: list[int] = []
    for row in sorted(range(len(ids)), key=lambda number: len(ids[number])):
        if batch and (len(batch) + 1) * len(ids[row]) > _TOKENS_IN_BATCH:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _softmax(logits: Floats) -> Floats:
    raised: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _longest(config: dict[str, Any]) -> int:
    """RoBERTa counts its positions from the padding on, so two of them are never used."""
    positions = int(config.get("max_position_embeddings", _LONGEST))
    spare = 2 if "roberta" in str(config.get("model_type", "")) else 0
    return min(_LONGEST, positions - spare)
