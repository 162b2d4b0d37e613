"""How fast is the bundled model, and how many times faster than the pipeline people would otherwise run?

    python -m sentiment.benchmark [--posts FILE.tsv] [--peer-posts N]

Machines differ by a factor of two from day to day, so both sides are timed in one run and the ratio is what counts.
"""

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sentiment import benchmark_peer
from sentiment.encoder import Encoder
from sentiment.labelled_rows import LabelledRow, read
from sentiment.locating import BUNDLED, MODELS

_SLICE = 500
_HERE = Path(__file__).parent
_OWN_POSTS = _HERE / "training" / "own_posts.tsv"
_TRAINING_PYTHON = _HERE.parent / ".venv-train" / "bin" / "python"
_TOKENIZER = MODELS / BUNDLED / "tokenizer.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=Path, help="TSV of text, label, lang; default: development posts, else our own")
    parser.add_argument("--count", type=int, default=3000, help="posts for our encoder")
    parser.add_argument("--peer-posts", type=int, default=100, help="posts for the peer, which is slow")
    options = parser.parse_args()
    file = options.posts or _default_posts()
    texts = list(islice(cycle([row.text for row in read(file) if isinstance(row, LabelledRow)]), options.count))
    print(f"{len(texts):,} posts of {file}, {os.cpu_count()} cores, two threads each side")
    # In a process of its own, so that its memory is its own too.
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        ours = pool.apply(time_encoder, (texts,))
    peer = time_peer(texts[:: max(1, len(texts) // options.peer_posts)][: options.peer_posts])
    print(_table([peer, ours]))
    print(f"Loading the bundled model, checksums included: {ours['load_seconds']:.2f} s")
    ratio = (ours["posts"] / ours["seconds"]) / (peer["posts"] / peer["seconds"])
    print(f"{ratio:.0f} times the peer (promised: 60)")


def time_encoder(texts: list[str]) -> dict[str, Any]:
    """The best of several tries of each five hundred posts, as the peer gets it of each ten."""
    started = time.perf_counter()
    encoder = Encoder.load()
    loaded = time.perf_counter() - started
    slices = [texts[start : start + _SLICE] for start in range(0, len(texts), _SLICE)]
    encoder.encode(slices[0])
    best = [float("inf")] * len(slices)
    for _ in range(benchmark_peer.TRIES):
        for place, part in enumerate(slices):
            started = time.perf_counter()
            encoder.encode(part)
            best[place] = min(best[place], time.perf_counter() - started)
    return {
        "name": f"{encoder.revision}, int8, sorted batches",
        "posts": len(texts),
        "seconds": sum(best),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "load_seconds": loaded,
    }


def time_peer(texts: list[str]) -> dict[str, Any]:
    """With torch if this or the training environment has it, else a stand-in that says so in its name."""
    python = sys.executable if find_spec("torch") else str(_TRAINING_PYTHON)
    if not Path(python).exists():
        return benchmark_peer.with_numpy(texts, str(_TOKENIZER))
    done = subprocess.run(
        [python, str(_HERE / "benchmark_peer.py"), str(_TOKENIZER)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"The peer could not run in {python}: {done.stderr.strip().splitlines()[-1:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _default_posts() -> Path:
    labelled = Path(os.environ.get("EARSHOT_TRAIN_DATA", _HERE.parents[1] / "shared" / "data"))
    development = labelled / "sentiment" / "dev.tsv.gz"
    return development if development.exists() else _OWN_POSTS


def _table(results: list[dict[str, Any]]) -> str:
    width = max(len(one["name"]) for one in results)
    lines = [f"{'':{width}}  posts  seconds  posts/s  peak MB"]
    lines += [
        f"{one['name']:{width}}  {one['posts']:5,}  {one['seconds']:7.2f}  "
        f"{one['posts'] / one['seconds']:7.1f}  {one['peak_mb']:7.0f}"
        for one in results
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
