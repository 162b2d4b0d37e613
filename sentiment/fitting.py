"""Do network, tokenizer and labels belong together? Tried when they are loaded, before any post is touched."""

import numpy as np

from listening.errors import ConfigError
from sentiment.backends import Backend, Integers, RawAnswer, brief
from sentiment.pieces import Pieces

_PROBES = ("A good day for all of us", "", "😍", "שלום")
_EXPORT = "export the model for text classification (`optimum-cli export onnx --task text-classification`)"


def check(backend: Backend, pieces: Pieces, longest: int, labels: int, where: str) -> None:
    """Runs three small batches. Raises ConfigError with what does not fit, and what to do. `where` is the model."""
    ids = pieces.split(_PROBES)
    if not ids[0]:
        raise ConfigError(f"The tokenizer of {where} makes nothing of {_PROBES[0]!r} — take it from the same model.")
    answer = _run(backend, ids, pieces.padding, where, f"does not run on words — {_EXPORT}")
    _check_shapes(answer, len(ids), labels, where)
    _run(
        backend,
        [[pieces.size - 1], [0]],
        pieces.padding,
        where,
        f"knows fewer word pieces than its tokenizer, which has {pieces.size:,} — take both from the same model",
    )
    row = (ids[0] * longest)[:longest]
    _run(
        backend,
        [row, row],
        pieces.padding,
        where,
        f"does not read two texts of {longest} word pieces — {_EXPORT} with axes of any length, or write "
        "max_position_embeddings into its config.json",
    )


def padded(ids: list[list[int]], padding: int) -> tuple[Integers, Integers]:
    """One row a text: the word pieces, and a mask that is 1 where there are some."""
    width = max(1, *map(len, ids))
    tokens = np.full((len(ids), width), padding, np.int64)
    mask = np.zeros((len(ids), width), np.int64)
    for line, row in enumerate(ids):
        tokens[line, : len(row)] = row
        mask[line, : len(row)] = 1
    return tokens, mask


def _run(backend: Backend, ids: list[list[int]], padding: int, where: str, complaint: str) -> RawAnswer:
    try:
        return backend.run(*padded(ids, padding))
    except Exception as error:  # those of ONNX Runtime and torch share no base class beside this one
        raise ConfigError(f"{where} {complaint} ({brief(error)}).") from error


def _check_shapes(answer: RawAnswer, texts: int, labels: int, where: str) -> None:
    if answer.logits.shape != (texts, labels):
        raise ConfigError(
            f"{where} answers {texts} texts with numbers of shape {answer.logits.shape}, and id2label in its "
            f"config.json names {labels} labels — {_EXPORT}, and take config.json from the same model."
        )
    if not np.isfinite(answer.logits).all():
        raise ConfigError(
            f"{where} answers with numbers that are none (NaN) — fetch or export it again, in fp32 or int8."
        )
    extra = {"offensive": answer.offensive, "meaning": answer.vectors}
    for name, found in extra.items():
        dimensions = 1 if name == "offensive" else 2
        if found is not None and (found.ndim != dimensions or len(found) != texts):
            raise ConfigError(
                f"{where} has an output {name!r} of shape {found.shape}, and Earshot expects one "
                f"{'number' if dimensions == 1 else 'vector'} a text — name that output otherwise."
            )
