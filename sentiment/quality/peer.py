"""The other side of the tables: a linear model of character n-grams, and their TF-IDF cosine.

Runs in the training environment, which has scikit-learn: `python -m sentiment.quality.peer`. Reads one JSON object a
line; answers each with a line of JSON, the shape or an `error`, and after a shape that many float32.
"""

import csv
import gzip
import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from sentiment.cleaning import for_model
from sentiment.training.places import NON_COMMERCIAL

_NGRAMS = (2, 5)
_BUCKETS = 2**20
# Chosen on 40,000 training rows and the development posts: averaged weights gain three points over the last ones, and
# one against the rest is no worse than the multinomial loss, which takes thirty times as long.
_PENALTY, _PASSES = 1e-6, 4
_CHUNK = 50_000
_SEED = 0


def fit(train: str, weights: str, rows: int | None) -> np.ndarray[Any, Any]:
    """One logistic regression for all languages, each class against the rest; flag-B sources stay out."""
    with gzip.open(train, "rt", encoding="utf-8", newline="") as file:
        found = [
            (row["text"], row["label"])
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["source"] not in NON_COMMERCIAL
        ]
    Random(_SEED).shuffle(found)
    found = found[:rows]
    # Their order is that of the answers: negative, neutral, positive; not, offensive.
    names = sorted({label for _, label in found})
    labels = np.array([names.index(label) for _, label in found])
    model = import_module("sklearn.linear_model").SGDClassifier(
        loss="log_loss", alpha=_PENALTY, average=True, random_state=_SEED
    )
    posts = _hashed([text for text, _ in found])
    for _ in range(_PASSES):
        model.partial_fit(posts, labels, classes=np.arange(len(names)))
    Path(weights).parent.mkdir(parents=True, exist_ok=True)
    half_done = Path(weights).with_suffix(".part.npz")
    np.savez_compressed(half_done, factors=model.coef_.astype(np.float32), offsets=model.intercept_.astype(np.float32))
    half_done.replace(weights)
    return np.zeros(0, np.float32)


def classify(weights: str, texts: list[str]) -> np.ndarray[Any, Any]:
    """A probability for each class; of two classes, for the second alone."""
    with np.load(weights) as stored:
        factors, offsets = stored["factors"], stored["offsets"]
    likely: np.ndarray[Any, Any] = 1 / (1 + np.exp(-(_hashed(texts) @ factors.T + offsets)))
    return likely[:, 0] if likely.shape[1] == 1 else likely / likely.sum(axis=1, keepdims=True)


def alike(left: list[str], right: list[str], each: bool) -> np.ndarray[Any, Any]:
    """Cosines of TF-IDF weights, fitted on the texts themselves."""
    vectorizer = import_module("sklearn.feature_extraction.text").TfidfVectorizer(
        analyzer="char_wb", ngram_range=_NGRAMS, sublinear_tf=True
    )
    left, right = [for_model(text) or "." for text in left], [for_model(text) or "." for text in right]
    vectorizer.fit({*left, *right})
    first, second = vectorizer.transform(left), vectorizer.transform(right)
    found: np.ndarray[Any, Any]
    found = (first @ second.T).toarray() if each else np.asarray(first.multiply(second).sum(axis=1)).ravel()
    return found


def _hashed(texts: list[str]) -> Any:
    vectorizer = import_module("sklearn.feature_extraction.text").HashingVectorizer(
        analyzer="char", ngram_range=_NGRAMS, n_features=_BUCKETS, dtype=np.float32
    )
    parts = [
        vectorizer.transform([for_model(text) for text in texts[start : start + _CHUNK]])
        for start in range(0, len(texts), _CHUNK)
    ]
    return import_module("scipy.sparse").vstack(parts, format="csr")


_DO: dict[str, Callable[..., np.ndarray[Any, Any]]] = {"fit": fit, "classify": classify, "alike": alike}


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            found = np.ascontiguousarray(_DO[asked.pop("do")](**asked), dtype=np.float32)
        except (ImportError, OSError, ValueError, MemoryError) as error:
            print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
            continue
        print(json.dumps({"shape": found.shape}), flush=True)
        sys.stdout.buffer.write(found.tobytes())
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
