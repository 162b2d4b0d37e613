"""One training run: bfloat16 forward, AdamW, checkpoints. Stop it and start it again as you like."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from sentiment.training.batches import SIZE
from sentiment.training.network import Network
from sentiment.training.threads import Threads

_CHECKPOINT_SECONDS = 240
# Losses in the record are means that forget: the last thirty batches count most.
_MEMORY = 0.97


@dataclass(frozen=True)
class Step:
    """What one batch costs: the loss, its parts for the log, and how many tokens it took."""

    loss: torch.Tensor
    parts: dict[str, float]
    tokens: int


@dataclass(frozen=True)
class Plan:
    """`minutes` of training; the learning rate rises for `warm_up` steps and then `falls` to zero, or stays."""

    folder: Path
    minutes: float
    body_rate: float = 1.5e-4
    head_rate: float = 1e-3
    warm_up: int = 200
    falls: bool = True


def run(model: Network, plan: Plan, take: Callable[[int], Step], record: dict[str, Any]) -> None:
    """Leaves `weights.pt` and `record.json` in the plan's folder; at once where they are there already."""
    plan.folder.mkdir(parents=True, exist_ok=True)
    if (plan.folder / "weights.pt").exists():
        load(model, plan.folder)
        return
    heads = [p for name, p in model.named_parameters() if not name.startswith("encoder.")]
    body = [p for name, p in model.named_parameters() if name.startswith("encoder.") and p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": body, "lr": 0.0, "peak": plan.body_rate},
            {"params": heads, "lr": 0.0, "peak": plan.head_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )
    step, spent = _resume(model, optimizer, plan.folder)
    threads = Threads()
    started = saved = time.monotonic()
    seen: dict[str, list[float]] = {}
    recent: dict[str, float] = {}
    model.train()
    while (progress := spent / (60 * plan.minutes)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * min(1.0, (step + 1) / plan.warm_up) * (1 - progress if plan.falls else 1.0)
        threads.before(step)
        done = take(step)
        optimizer.zero_grad(set_to_none=True)
        done.loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(body + heads, 1.0)
        optimizer.step()
        now = time.monotonic()
        threads.after(step, done.tokens, now - started)
        step += 1
        spent += now - started
        started = now
        for name, value in done.parts.items():
            seen.setdefault(name, []).append(value)
            recent[name] = value + _MEMORY * (recent.get(name, value) - value)
        if step % 50 == 0:
            means = " ".join(f"{name} {np.mean(values):.3f}" for name, values in sorted(seen.items()))
            print(f"step {step} posts {step * SIZE} minutes {spent / 60:.1f} of {plan.minutes:g} {means}", flush=True)
            seen = {}
        if now - saved > _CHECKPOINT_SECONDS:
            _save(model, optimizer, step, spent, plan.folder)
            saved = now
    losses = {name: round(value, 4) for name, value in recent.items()}
    _finish(model, plan, step, spent, record | {"losses": losses})


def steps_done(folder: Path) -> int:
    """Where a run goes on. It belongs into the seeds, or the same posts would be drawn again."""
    path = folder / "checkpoint.pt"
    return int(torch.load(path, weights_only=True, mmap=True)["step"]) if path.exists() else 0


def load(model: Network, folder: Path) -> None:
    """The finished weights of a run into `model`, whose word embeddings are there already."""
    _put(model, torch.load(folder / "weights.pt", weights_only=True))


def finished(folder: Path) -> dict[str, torch.Tensor]:
    state: dict[str, torch.Tensor] = torch.load(folder / "weights.pt", weights_only=True)
    return state


def _put(model: Network, state: dict[str, torch.Tensor]) -> None:
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any("word_embeddings" not in name for name in missing):
        raise SystemExit(f"train: the checkpoint is of another network ({missing}, {unexpected}); delete it.")


def _resume(model: Network, optimizer: torch.optim.Optimizer, folder: Path) -> tuple[int, float]:
    path = folder / "checkpoint.pt"
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, weights_only=True)
    _put(model, state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return state["step"], state["spent"]


def _save(model: Network, optimizer: torch.optim.Optimizer, step: int, spent: float, folder: Path) -> None:
    new = folder / "checkpoint.new"
    torch.save({"model": model.trained(), "optimizer": optimizer.state_dict(), "step": step, "spent": spent}, new)
    new.replace(folder / "checkpoint.pt")


def _finish(model: Network, plan: Plan, step: int, spent: float, record: dict[str, Any]) -> None:
    record |= {"posts_seen": step * SIZE, "minutes": round(spent / 60, 1), "batch": SIZE, "torch": torch.__version__}
    (plan.folder / "record.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    new = plan.folder / "weights.new"
    torch.save(model.trained(), new)
    new.replace(plan.folder / "weights.pt")
    (plan.folder / "checkpoint.pt").unlink(missing_ok=True)
    print(f"finished {plan.folder.name}: {step * SIZE} posts in {spent / 60:.1f} minutes", flush=True)
