"""What was learned from the examples, kept: in memory for this process, and in a file for the next.

Encoding two thousand examples takes seconds, which a cycle that judges three posts should not pay every minute, and
nobody on the first day. So what the bundled model learned from our own examples is shipped beside it; with an example
more, or another model, only what is new is encoded. The files hold vectors of examples, nothing of any post.

    python -m sentiment.risk_finder    # after a change of model, categories or code: writes the shipped file anew
"""

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any
from zipfile import BadZipFile

import numpy as np

from .encoder import Encoder
from .lessons import weighed
from .packing import pack, unpack
from .prototypes import Lesson, Prototypes, learn
from .risks import Categories

SHIPPED = Path(__file__).parent / "models" / "learned.npz"
_KEPT = 4
"""Sets of categories that one process remembers; it hardly ever has two."""
_FIELDS = ("revision", "model", "keys", "vectors", "narrowness", "weights", "thresholds")
_lock = Lock()
_prototypes: dict[str, Prototypes] = {}
_vectors: dict[str, bytes] = {}


def learned(
    revision: str,
    lessons: Sequence[Lesson],
    categories: Categories,
    encoder: Encoder,
    file: Path | None = None,
) -> Prototypes:
    """The prototypes of ``revision``, which must change with whatever could change them. Safe to call from threads.

    Only texts that are new since ``file`` was written are encoded. The model must have meaning vectors.
    """
    with _lock:
        if revision not in _prototypes:
            while len(_prototypes) >= _KEPT:
                del _prototypes[next(iter(_prototypes))]
            _prototypes[revision] = _read_or_learn(revision, lessons, categories, encoder, file)
        return _prototypes[revision]


def _read_or_learn(
    revision: str,
    lessons: Sequence[Lesson],
    categories: Categories,
    encoder: Encoder,
    file: Path | None,
) -> Prototypes:
    files = [kept for kept in (_read(file), _read(SHIPPED)) if kept]
    precise = [category.owner for category in categories.list]
    generous = [theme.owner for theme in categories.theme_list]
    subjects = (*precise, *generous)
    for kept in (kept for kept in files if str(kept["revision"]) == revision):
        vectors = unpack([row.tobytes() for row in kept["vectors"]])
        owned = tuple(tuple(n for n, lesson in enumerate(lessons) if name in lesson.of) for name in subjects)
        return Prototypes(subjects, vectors, float(kept["narrowness"]), kept["weights"], kept["thresholds"], owned)
    packed = _encoded(lessons, encoder, files)
    prototypes = learn(weighed(lessons, categories), unpack(packed), precise, generous)
    if file:
        _write(file, revision, encoder.revision, lessons, packed, prototypes)
    return prototypes


def _encoded(lessons: Sequence[Lesson], encoder: Encoder, files: Sequence[Mapping[str, Any]]) -> list[bytes]:
    keys = [_key(lesson, encoder.revision) for lesson in lessons]
    for kept in (kept for kept in files if str(kept["model"]) == encoder.revision):
        _vectors.update(zip(kept["keys"].tolist(), (row.tobytes() for row in kept["vectors"]), strict=True))
    missing = [number for number, key in enumerate(keys) if key not in _vectors]
    if missing:
        languages = [lessons[number].language for number in missing]
        found = pack(encoder.encode([lessons[number].text for number in missing], languages).vectors)
        _vectors.update({keys[number]: row for number, row in zip(missing, found, strict=True) if row is not None})
    return [_vectors[key] for key in keys]


def _key(lesson: Lesson, model: str) -> str:
    return sha256(f"{model}\0{lesson.text}".encode("utf-8", "replace")).hexdigest()[:32]


def _read(file: Path | None) -> Mapping[str, Any] | None:
    """None where there is no such file, or one that was cut off or is of another make: it is written anew."""
    if file is None:
        return None
    try:
        with file.open("rb") as there, np.load(there) as kept:
            return {name: kept[name] for name in _FIELDS}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _write(
    file: Path, revision: str, model: str, lessons: Sequence[Lesson], packed: Sequence[bytes], learned: Prototypes
) -> None:
    """Whole or not at all, whoever else writes it. A place where nothing is kept yet stays so: texts may be classified
    without a home."""
    if not file.parent.is_dir():
        return
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    with unfinished.open("wb") as out:
        np.savez_compressed(
            out,
            revision=revision,
            model=model,
            keys=np.array([_key(lesson, model) for lesson in lessons]),
            vectors=np.stack([np.frombuffer(row, np.int8) for row in packed]),
            narrowness=learned.narrowness,
            weights=learned.weights,
            thresholds=learned.thresholds,
        )
    unfinished.replace(file)
