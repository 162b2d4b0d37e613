"""Endless batches, drawn by weight, of similar length so that little is padding."""

from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer

from sentiment.training.data import Rows
from sentiment.training.noise import noisy

SIZE = 64
_DRAWN_TOGETHER = 50
_PAD = 1


@dataclass(frozen=True)
class Batch:
    """`tokens` and `mask` (n, t) are what the model reads, with noise; `texts` and `clean` are without.

    `labels` (n,) and `offsets` (n, 3) are those of `data.Rows`.
    """

    tokens: torch.Tensor
    mask: torch.Tensor
    texts: list[str]
    clean: list[np.ndarray]
    labels: torch.Tensor
    offsets: torch.Tensor


class Draw:
    """Batches of one task."""

    def __init__(self, rows: Rows, tokenizer: Tokenizer, seed: list[int]) -> None:
        self._rows = rows
        self._tokenizer = tokenizer
        self._random = np.random.default_rng(seed)
        self._ids = [
            np.array(encoding.ids, np.int32)
            for start in range(0, len(rows.texts), 20_000)
            for encoding in tokenizer.encode_batch_fast(rows.texts[start : start + 20_000])
        ]
        self._cumulative = np.cumsum(rows.weights)
        self._ready: list[np.ndarray] = []

    def reseed(self, seed: list[int]) -> None:
        """From here on what this seed draws."""
        self._random = np.random.default_rng(seed)
        self._ready = []

    def next(self) -> Batch:
        chosen = self._choose()
        texts = [self._rows.texts[i] for i in chosen]
        clean = [self._ids[i] for i in chosen]
        seen = list(clean)
        for place, text in enumerate(texts):
            changed = noisy(text, self._random)
            if changed is not text and changed.strip():
                seen[place] = np.array(self._tokenizer.encode(changed).ids, np.int32)
        tokens, mask = padded(seen)
        labels, offsets = self._rows.labels[chosen], self._rows.offsets[chosen]
        return Batch(tokens, mask, texts, clean, torch.from_numpy(labels), torch.from_numpy(offsets))

    def _choose(self) -> np.ndarray:
        if not self._ready:
            chances = self._random.random(SIZE * _DRAWN_TOGETHER) * self._cumulative[-1]
            drawn = np.searchsorted(self._cumulative, chances)
            drawn = drawn[np.argsort([len(self._ids[i]) for i in drawn], kind="stable")]
            self._ready = [drawn[start : start + SIZE] for start in range(0, len(drawn), SIZE)]
            self._random.shuffle(self._ready)
        return self._ready.pop()


def padded(ids: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens and mask, both (n, longest)."""
    tokens = torch.full((len(ids), max(map(len, ids))), _PAD, dtype=torch.long)
    for row, values in enumerate(ids):
        tokens[row, : len(values)] = torch.from_numpy(values.astype(np.int64))
    return tokens, (tokens != _PAD).long()
