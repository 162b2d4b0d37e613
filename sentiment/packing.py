"""A meaning vector as bytes: 384 of them where floats take 1,536, and the nearest neighbours stay the same."""

from collections.abc import Sequence

import numpy as np

from sentiment.backends import Floats

_STEPS = 127


def pack(vectors: Floats) -> list[bytes | None]:
    """Each vector in one signed byte a component, as an assessment keeps it; None each where the model has none."""
    if not vectors.shape[1]:
        return [None] * len(vectors)
    return [row.tobytes() for row in np.rint(vectors * _STEPS).clip(-_STEPS, _STEPS).astype(np.int8)]


def unpack(packed: Sequence[bytes]) -> Floats:
    """The vectors again, of length one but for those of zeros. All must have come from one model."""
    whole = np.frombuffer(b"".join(packed), np.int8).reshape(len(packed), -1).astype(np.float32)
    lengths = np.linalg.norm(whole, axis=1, keepdims=True)
    vectors: Floats = (whole / np.maximum(lengths, 1)).astype(np.float32)
    return vectors
