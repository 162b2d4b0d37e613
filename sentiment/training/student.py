"""Trains the student: six of the teacher's layers, on labels, on the teacher's answers, on the pretrained vectors.

    python -m sentiment.training.student --long 40 --last 5 --seeds 0 1 2

One long stage with the learning rate held, then one short last stage a seed in which it falls to zero. The last stages
differ in their seeds alone, and `export.py` ships the mean of their weights.
"""

import argparse
import json
import re

import numpy as np
import torch
from torch import nn

from sentiment.training import base, data, loop, vocabulary
from sentiment.training.answers import Meaning, Teacher
from sentiment.training.batches import Batch, Draw
from sentiment.training.network import STUDENT_LAYERS, Network, keep
from sentiment.training.places import POSITIONS, STUDENT, TEACHER
from sentiment.training.teacher import of_labels

# Of a hundred batches so many are of posts labelled for offensiveness, and of sentences that nobody labelled.
OFFENSIVE_SHARE, RAW_SHARE = 0.20, 0.10
# A batch learns from the teacher and from its own labels; this much of it from the labels.
LABELS_SHARE = 0.4
# The teacher's answers are softened before they are imitated (Hinton et al. 2015).
SOFTNESS = 2.0
MEAN_EVERY = 4
# What is compared where no layers are named: every second one from the bottom, from the top, and both ends.
LAYERS_TO_TRY = ((0, 2, 4, 6, 8, 10), (1, 3, 5, 7, 9, 11), (0, 2, 4, 7, 9, 11))
# Likeness of two posts is compared at this temperature: it is the nearest ones that must stay the nearest.
LIKENESS = 0.05


class Lessons:
    """Takes batches of all kinds and says what they cost."""

    def __init__(self, seed: int, start: int, draws: dict[str, Draw], teacher: Teacher, meaning: Meaning) -> None:
        self._choose = np.random.default_rng([seed, 4, start])
        self._draws, self._teacher, self._meaning = draws, teacher, meaning

    def take(self, model: Network, step: int) -> loop.Step:
        chance = self._choose.random()
        kind = (
            "offensive" if chance < OFFENSIVE_SHARE else "raw" if chance < OFFENSIVE_SHARE + RAW_SHARE else "sentiment"
        )
        batch = self._draws[kind].next()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            said, scolds, meant = model(batch.tokens, batch.mask)
        loss = self._imitation(said, scolds, batch)
        parts = {"imitation": loss.item()}
        if kind != "raw":
            labels = of_labels(kind, said, scolds, batch)
            parts[kind] = labels.item()
            loss = LABELS_SHARE * labels + (1 - LABELS_SHARE) * loss
        if step % MEAN_EVERY == 0:
            distance = likeness_loss(meant.float(), self._meaning(batch.texts))
            parts["meaning"] = distance.item()
            loss = loss + distance
        return loop.Step(loss, parts, batch.tokens.numel())

    def _imitation(self, said: torch.Tensor, scolds: torch.Tensor, batch: Batch) -> torch.Tensor:
        """The teacher reads the clean post, the student the noisy one."""
        wanted_said, wanted_scolds = self._teacher(batch.clean)
        softened = nn.functional.log_softmax(said.float() / SOFTNESS, -1)
        wanted = nn.functional.softmax(wanted_said / SOFTNESS, -1)
        sentiment = nn.functional.kl_div(softened, wanted, reduction="batchmean") * SOFTNESS**2
        offensive = nn.functional.binary_cross_entropy_with_logits(scolds.float(), torch.sigmoid(wanted_scolds))
        return sentiment + 0.5 * offensive


def likeness_loss(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Of unit vectors (n, d): each should lie where its counterpart lies, and see the others as that one sees them."""
    away = (1 - (found * wanted).sum(-1)).mean()
    others = torch.full((len(found), len(found)), 0.0).fill_diagonal_(float("-inf"))
    seen = nn.functional.log_softmax(found @ found.T / LIKENESS + others, -1).masked_fill(others.isinf(), 0.0)
    right = nn.functional.softmax(wanted @ wanted.T / LIKENESS + others, -1)
    return away + 0.1 * nn.functional.kl_div(seen, right, reduction="batchmean")


class School:
    """Everything that any run of a student needs, read once."""

    def __init__(self) -> None:
        tokenizer, words = vocabulary.tokenizer(), vocabulary.known_words()
        rows = {
            "sentiment": data.sentiment_rows(words),
            "offensive": data.offensive_rows(words),
            "raw": data.raw_rows(words),
        }
        sample = np.random.default_rng(0).choice(rows["sentiment"].texts, 1024, replace=False).tolist()
        self._teacher, self._meaning = Teacher(), Meaning(sample)
        self._draws = {kind: Draw(found, tokenizer, [0, number]) for number, (kind, found) in enumerate(rows.items())}
        self.record = {
            "sentiment_rows": rows["sentiment"].by_source,
            "offensive_rows": rows["offensive"].by_source,
            "raw_rows": len(rows["raw"].texts),
        }

    def lessons(self, seed: int, start: int) -> Lessons:
        for number, draw in enumerate(self._draws.values()):
            draw.reseed([seed, number, start])
        return Lessons(seed, start, self._draws, self._teacher, self._meaning)

    def train(self, plan: loop.Plan, seed: int, model: Network, record: dict[str, object]) -> None:
        lessons = self.lessons(seed, loop.steps_done(plan.folder))
        loop.run(model, plan, lambda step: lessons.take(model, step), self.record | record)


def main() -> None:
    options = _options()
    torch.manual_seed(options.seeds[0])
    school = School()
    layers = tuple(options.layers) or compare_layers(school, options.try_minutes)
    record = {"seeds": options.seeds, "layers": list(layers)}
    model = fresh(layers)
    school.train(loop.Plan(STUDENT, options.long, falls=False), options.seeds[0], model, record)
    for seed in options.seeds:
        loop.load(model, STUDENT)
        school.train(loop.Plan(STUDENT.with_name(f"last-{seed}"), options.last, warm_up=20), 100 + seed, model, record)


def compare_layers(school: School, minutes: float) -> tuple[int, ...]:
    """Which layers of the teacher make the best beginning: a minute of the same lessons for each choice."""
    results = {}
    for layers in LAYERS_TO_TRY:
        name = "layers-" + "-".join(map(str, layers))
        school.train(loop.Plan(STUDENT.with_name(name), minutes, warm_up=20), 7, fresh(layers), {"layers": layers})
        found = json.loads((STUDENT.with_name(name) / "record.json").read_text(encoding="utf-8"))
        results[layers] = found["losses"]["imitation"]
        print(f"layers {layers}: {found['losses']}", flush=True)
    return min(results, key=results.__getitem__)


def fresh(layers: tuple[int, ...] = STUDENT_LAYERS) -> Network:
    """The student as it begins: some of the finished teacher's layers under the teacher's heads."""
    pieces = torch.from_numpy(vocabulary.kept_pieces())
    whole = base.load()
    taught = loop.finished(TEACHER)
    body = {name.removeprefix("encoder."): value for name, value in taught.items() if name.startswith("encoder.")}
    body["embeddings.position_embeddings.weight"] = torch.cat(
        [body["embeddings.position_embeddings.weight"], whole.embeddings.position_embeddings.weight[POSITIONS:].data]
    )
    whole.load_state_dict({name: value for name, value in body.items() if "position_ids" not in name}, strict=False)
    model = Network(keep(whole, layers, pieces, POSITIONS))
    heads = {name: value for name, value in taught.items() if re.match(r"sentiment|offensive", name)}
    model.load_state_dict(heads, strict=False)
    return model


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", type=float, default=40, help="minutes of the long stage")
    parser.add_argument("--last", type=float, default=5, help="minutes of each last stage")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--layers", type=int, nargs="*", default=list(STUDENT_LAYERS), help="none: compare some first")
    parser.add_argument("--try-minutes", type=float, default=1.0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
