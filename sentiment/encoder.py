"""Texts in; sentiment, offensiveness and meaning out, from one pass of one network."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import numpy as np

from listening.errors import ConfigError
from sentiment.backends import Backend, Floats, OnnxBackend, TorchBackend
from sentiment.calibration import Calibration
from sentiment.cleaning import for_model
from sentiment.fitting import check, padded
from sentiment.hashtags import KnownWords
from sentiment.labels import names_of, to_classes
from sentiment.locating import BUNDLED, FoundModel, find
from sentiment.pieces import FastPieces, Pieces, TransformersPieces

# Posts are cleaned, split and sorted this many at a time: enough for batches of one length, little memory.
_CHUNK = 2048
# … and so many characters, so that a file of books takes no more memory than a file of posts.
_CHARACTERS_IN_CHUNK = 1_000_000
# The largest batch in tokens. Bigger ones fall out of the processor's cache and are slower as well as hungrier.
_TOKENS_IN_BATCH = 512
# Word pieces decide where a text is cut; this bounds what is cleaned and split to find them. Posts are shorter.
_CHARACTERS = 100_000
_LONGEST = 128
# Fewer word pieces than this are no post.
_SHORTEST = 16


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

    def __init__(
        self,
        backend: Backend,
        pieces: Pieces,
        revision: str,
        config: dict[str, Any],
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self._backend = backend
        self._pieces = pieces
        ours = config.get("earshot", {})
        self._to_classes = to_classes(names_of(config, revision), revision, labels)
        self._calibration = Calibration.of(ours)
        self.revision = revision
        self.unsure_below = float(ours.get("unsure_below", 0.4))
        """A highest probability under this is no opinion."""

    @property
    def known_words(self) -> KnownWords:
        """How this model takes hashtags apart."""
        return self._pieces.known_words

    @classmethod
    def load(
        cls, name_or_folder: str | Path = BUNDLED, threads: int = 2, labels: Mapping[str, str] | None = None
    ) -> Self:
        """The bundled model loads in under a second and is checked against its SHA-256 sums first; any model is tried
        on a few words. `labels` says what the labels of somebody else's model mean where their names do not.

        Raises ConfigError for a model that cannot be meant, NotReady for one that is damaged or out of reach.
        """
        found = find(name_or_folder)
        where = str(found.onnx or found.source)
        names = names_of(found.config, where)
        to_classes(names, where, labels)
        longest = _longest(found.config, where)
        backend: Backend = OnnxBackend(found.onnx, threads) if found.onnx else TorchBackend(found.source, threads)
        pieces: Pieces
        if found.tokenizer is not None:
            pieces = FastPieces(found.tokenizer, longest, int(found.config.get("pad_token_id") or 0))
        else:
            pieces = TransformersPieces(found.source, longest)
        check(backend, pieces, longest, len(names), where)
        return cls(backend, pieces, revision(found, labels), found.config, labels)

    def encode(self, texts: Sequence[str], languages: Sequence[str | None] | None = None) -> Encoded:
        """Memory depends on the result alone, however many texts: three numbers and a vector each.

        `languages` (ISO 639-1, one a text, None or `und` where nobody knows) choose the calibration.
        """
        named = languages or [None] * len(texts)
        parts = [self._chunk(texts[here], named[here]) for here in _chunks(texts)]
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
            answer = self._backend.run(*padded([ids[row] for row in rows], self._pieces.padding))
            logits = self._calibration.applied(answer.logits, [languages[row] for row in rows])
            probabilities[rows] = _softmax(logits) @ self._to_classes
            if answer.offensive is not None:
                offensive = np.zeros(len(ids), np.float32) if offensive is None else offensive
                offensive[rows] = 1 / (1 + np.exp(-answer.offensive))
            if answer.vectors is not None:
                vectors = vectors if vectors.size else np.zeros((len(ids), answer.vectors.shape[1]), np.float32)
                vectors[rows] = answer.vectors
        return Encoded(probabilities, offensive, vectors)


def revision_of(name_or_folder: str | Path = BUNDLED, labels: Mapping[str, str] | None = None) -> str:
    """The `revision` that the model has when it is loaded; reads its files and starts nothing."""
    return revision(find(name_or_folder), labels)


def revision(found: FoundModel, labels: Mapping[str, str] | None = None) -> str:
    """Stands for everything that decides an answer: the weights, what the labels mean, the calibration."""
    ours = {key: value for key, value in found.config.get("earshot", {}).items() if "score" not in key}
    said = json.dumps([found.config.get("id2label"), dict(labels or {}), ours], sort_keys=True, ensure_ascii=False)
    return f"{found.name}@{sha256(f'{found.fingerprint()} {said}'.encode()).hexdigest()[:12]}"


def _chunks(texts: Sequence[str]) -> Iterator[slice]:
    start = characters = 0
    for at, text in enumerate(texts):
        characters += min(len(text), _CHARACTERS)
        if at > start and (at - start == _CHUNK or characters > _CHARACTERS_IN_CHUNK):
            yield slice(start, at)
            start, characters = at, min(len(text), _CHARACTERS)
    if start < len(texts):
        yield slice(start, len(texts))


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


def _longest(config: dict[str, Any], where: str) -> int:
    """RoBERTa counts its positions from the padding on, so two of them are never used."""
    positions = config.get("max_position_embeddings", _LONGEST)
    spare = 2 if "roberta" in str(config.get("model_type", "")) else 0
    if not isinstance(positions, int) or positions - spare < _SHORTEST:
        raise ConfigError(
            f"{where}: max_position_embeddings in its config.json is {positions!r} — write how many word pieces the "
            f"model reads, {_SHORTEST + spare} or more."
        )
    return min(_LONGEST, positions - spare)
