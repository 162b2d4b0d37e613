"""Trains the teacher: all twelve layers, on labelled posts alone.

python -m sentiment.training.teacher --minutes 60
"""

import argparse

import numpy as np
import torch
from torch import nn

from sentiment.training import base, data, vocabulary
from sentiment.training.batches import Batch, Draw
from sentiment.training.loop import Plan, Step, run, steps_done
from sentiment.training.network import TEACHER_LAYERS, Network, keep
from sentiment.training.places import POSITIONS, TEACHER

OFFENSIVE_SHARE = 0.22


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    model = fresh()
    tokenizer, words = vocabulary.tokenizer(), vocabulary.known_words()
    sentiment, offensive = data.sentiment_rows(words), data.offensive_rows(words)
    start = steps_done(TEACHER)
    draws = {
        "sentiment": Draw(sentiment, tokenizer, [options.seed, 1, start]),
        "offensive": Draw(offensive, tokenizer, [options.seed, 2, start]),
    }
    choose = np.random.default_rng([options.seed, 3, start])
    print(f"{len(sentiment.texts)} + {len(offensive.texts)} rows", flush=True)

    def take(step: int) -> Step:
        kind = "offensive" if choose.random() < OFFENSIVE_SHARE else "sentiment"
        batch = draws[kind].next()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            said, scolds, _ = model(batch.tokens, batch.mask)
        loss = of_labels(kind, said, scolds, batch)
        return Step(loss, {kind: loss.item()}, batch.tokens.numel())

    record = {
        "seed": options.seed,
        "sentiment_rows": sentiment.by_source,
        "offensive_rows": offensive.by_source,
    }
    run(model, Plan(TEACHER, options.minutes), take, record)


def fresh() -> Network:
    pieces = torch.from_numpy(vocabulary.kept_pieces())
    return Network(keep(base.load(), TEACHER_LAYERS, pieces, POSITIONS))


def of_labels(kind: str, said: torch.Tensor, scolds: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross-entropy with logit adjustment for sentiment, plain for offensiveness."""
    if kind == "sentiment":
        return nn.functional.cross_entropy(said.float() + batch.offsets, batch.labels, label_smoothing=0.05)
    return nn.functional.binary_cross_entropy_with_logits(scolds.float(), batch.labels.float())


if __name__ == "__main__":
    main()
