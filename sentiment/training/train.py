"""Fine-tunes the encoder for sentiment, offensiveness and meaning at once. Stop it and start it again as you like.

    python -m sentiment.training.train --minutes 75

Sentiment and offensiveness learn from labelled posts. Meaning learns from the whole pretrained encoder, which stays as
teacher: on every fourth step our vector must point where its centred sentence vector points.
"""

import argparse
import json
import time

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import BertModel

from sentiment.training import base, data, network, vocabulary
from sentiment.training.places import MAX_TOKENS, RUN

POSITIONS = 160
BATCH = 32
OFFENSIVE_SHARE = 0.22
TEACH_EVERY = 4
WARM_UP = 300
CHECKPOINT_SECONDS = 240
PAD = 1


class Task:
    """Endless batches of one task, drawn by weight, of similar length so that little is padding."""

    def __init__(self, rows: data.Rows, tokenizer: Tokenizer, seed: int) -> None:
        self.rows = rows
        self.random = np.random.default_rng(seed)
        self.ids = [
            np.array(encoding.ids, np.int32)
            for start in range(0, len(rows.texts), 20_000)
            for encoding in tokenizer.encode_batch_fast(rows.texts[start : start + 20_000])
        ]
        self.cumulative = np.cumsum(rows.weights)
        self.ready: list[np.ndarray] = []

    def next(self) -> np.ndarray:
        if not self.ready:
            drawn = np.searchsorted(self.cumulative, self.random.random(BATCH * 100) * self.cumulative[-1])
            drawn = drawn[np.argsort([len(self.ids[i]) for i in drawn], kind="stable")]
            self.ready = [drawn[start : start + BATCH] for start in range(0, len(drawn), BATCH)]
            self.random.shuffle(self.ready)
        return self.ready.pop()

    def tensors(self, chosen: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        return padded([self.ids[i] for i in chosen])


def padded(ids: list[np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    tokens = torch.full((len(ids), max(map(len, ids))), PAD, dtype=torch.long)
    for row, values in enumerate(ids):
        tokens[row, : len(values)] = torch.from_numpy(values.astype(np.int64))
    return tokens, (tokens != PAD).long()


class Teacher:
    """The pretrained encoder, whole. Its raw vectors all point one way (cosine .78 for strangers): centre them."""

    def __init__(self, encoder: BertModel, tokenizer: Tokenizer, sample: list[str]) -> None:
        self.encoder, self.tokenizer = encoder.eval(), tokenizer
        self.tokenizer.enable_truncation(MAX_TOKENS)
        parts = [self._raw(sample[start : start + 64]) for start in range(0, len(sample), 64)]
        self.centre = torch.cat(parts).mean(0)

    def vectors(self, texts: list[str]) -> torch.Tensor:
        return nn.functional.normalize(self._raw(texts) - self.centre, dim=-1)

    @torch.no_grad()
    def _raw(self, texts: list[str]) -> torch.Tensor:
        encodings = self.tokenizer.encode_batch_fast([f"query: {text}" for text in texts])
        tokens, mask = padded([np.array(encoding.ids, np.int32) for encoding in encodings])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        return nn.functional.normalize(network.mean(hidden, mask), dim=-1)


class Threads:
    """Two threads wait for each other at every operation: where somebody else keeps one core busy, one thread alone is
    several times faster. So both are tried for eight steps now and then; the faster one does the next forty-eight."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self.tokens = {1: 0, 2: 0}
        self.seconds = {1: 1e-9, 2: 1e-9}

    def before(self, step: int) -> None:
        phase = step % 64
        if phase == 0:
            self._forget()
        wanted = 1 + phase // 8 if phase < 16 else max((1, 2), key=lambda n: self.tokens[n] / self.seconds[n])
        if wanted != torch.get_num_threads():
            torch.set_num_threads(wanted)

    def after(self, step: int, tokens: int, seconds: float) -> None:
        if step % 64 < 16:
            self.tokens[torch.get_num_threads()] += tokens
            self.seconds[torch.get_num_threads()] += seconds


def main() -> None:
    options = _options()
    torch.manual_seed(options.seed)
    torch.set_num_threads(2)
    RUN.mkdir(parents=True, exist_ok=True)
    sentiment, offensive = data.sentiment_rows(), data.offensive_rows()
    whole = base.load()
    kept = _vocabulary(sentiment.texts + offensive.texts)
    tokenizer = Tokenizer.from_file(str(RUN / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tasks = (Task(sentiment, tokenizer, options.seed), Task(offensive, tokenizer, options.seed + 1))
    model = network.Network(network.halve(whole, torch.from_numpy(kept), POSITIONS))
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    body = [p for name, p in model.named_parameters() if name.startswith("encoder.") and p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": body, "lr": 1e-4, "peak": 1e-4}, {"params": heads, "lr": 1e-3, "peak": 1e-3}], weight_decay=0.01
    )
    sample = [sentiment.texts[i] for i in np.random.default_rng(options.seed).integers(0, len(sentiment.texts), 1024)]
    teacher = Teacher(whole, Tokenizer.from_file(str(base.fetch()[1])), sample)
    step, spent = _resume(model, optimizer)
    for task in tasks:
        task.random = np.random.default_rng([options.seed, step])
    print(f"{len(sentiment.texts)} + {len(offensive.texts)} rows, {len(kept)} pieces, step {step}", flush=True)
    choose = np.random.default_rng([options.seed, step, 7])
    threads = Threads()
    started = saved = time.monotonic()
    losses: dict[str, list[float]] = {"sentiment": [], "offensive": [], "meaning": []}
    while (progress := max(step * BATCH / options.posts, spent / (60 * options.minutes))) < 1:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * min(1.0, (step + 1) / WARM_UP) * (1 - progress)
        threads.before(step)
        kind = "offensive" if choose.random() < OFFENSIVE_SHARE else "sentiment"
        task = tasks[kind == "offensive"]
        chosen = task.next()
        loss = _loss(model, task, kind, chosen, teacher if step % TEACH_EVERY == 0 else None, losses)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        now = time.monotonic()
        threads.after(step, len(chosen) * max(len(task.ids[i]) for i in chosen), now - started)
        step += 1
        spent += now - started
        started = now
        if step % 100 == 0:
            means = " ".join(f"{name} {np.mean(values):.3f}" for name, values in losses.items() if values)
            print(
                f"step {step} posts {step * BATCH} minutes {spent / 60:.1f} progress {progress:.3f} "
                f"threads {torch.get_num_threads()} {means}",
                flush=True,
            )
            losses = {name: [] for name in losses}
        if now - saved > CHECKPOINT_SECONDS:
            _save(model, optimizer, step, spent, options, sentiment, offensive)
            saved = now
    _save(model, optimizer, step, spent, options, sentiment, offensive)
    print("finished", flush=True)


def _loss(
    model: network.Network, task: Task, kind: str, chosen: np.ndarray, teacher: Teacher | None,
    losses: dict[str, list[float]],
) -> torch.Tensor:  # fmt: skip
    model.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        sentiment, offensive, meaning = model(*task.tensors(chosen))
    labels = torch.from_numpy(task.rows.labels[chosen])
    if kind == "sentiment":
        adjusted = sentiment.float() + torch.from_numpy(task.rows.offsets[chosen])
        loss = nn.functional.cross_entropy(adjusted, labels, label_smoothing=0.05)
    else:
        loss = nn.functional.binary_cross_entropy_with_logits(offensive.float(), labels.float())
    losses[kind].append(loss.item())
    if teacher is not None:
        wanted = teacher.vectors([task.rows.texts[i] for i in chosen])
        distance = (1 - (meaning.float() * wanted).sum(-1)).mean()
        losses["meaning"].append(distance.item())
        loss = loss + distance
    return loss


def _vocabulary(texts: list[str]) -> np.ndarray:
    """Made once and kept: a resumed run must not number its pieces anew."""
    path = RUN / "kept_pieces.npy"
    if not path.exists():
        np.save(path, vocabulary.cut(base.fetch()[1], texts, RUN / "tokenizer.json"))
    return np.load(path)


def _resume(model: network.Network, optimizer: torch.optim.Optimizer) -> tuple[int, float]:
    path = RUN / "checkpoint.pt"
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, weights_only=True)
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"], state["spent"]


def _save(
    model: network.Network, optimizer: torch.optim.Optimizer, step: int, spent: float,
    options: argparse.Namespace, sentiment: data.Rows, offensive: data.Rows,
) -> None:  # fmt: skip
    new = RUN / "checkpoint.new"
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}, new)
    new.replace(RUN / "checkpoint.pt")
    record = {
        "posts_seen": step * BATCH, "minutes": round(spent / 60, 1), "budget_minutes": options.minutes,
        "posts_planned": options.posts, "seed": options.seed, "batch": BATCH, "max_tokens": MAX_TOKENS,
        "sentiment_rows": sentiment.by_source, "offensive_rows": offensive.by_source, "torch": torch.__version__,
    }  # fmt: skip
    (RUN / "record.json").write_text(json.dumps(record, indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=900_000, help="the learning rate reaches zero here")
    parser.add_argument("--minutes", type=float, default=75, help="or here, whichever comes first")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
