"""Table: what a worker needs while it judges a backlog. Each model in a process of its own:

python -m sentiment.quality.memory MODEL POSTS.jsonl
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

from listening.errors import NotReady
from sentiment.quality.tables import Table

POSTS = 20_000
_OWN_POSTS = Path(__file__).parents[1] / "training" / "own_posts.tsv"
_PEAK = "VmHWM:"


def memory_table(models: Sequence[str], texts: Sequence[str], count: int = POSTS) -> Table:
    """`texts` are repeated until there are `count`; without any, our own few lines are."""
    texts = texts or [line.split("\t")[0] for line in _OWN_POSTS.read_text(encoding="utf-8").splitlines()[1:]]
    with tempfile.TemporaryDirectory(prefix="earshot-quality-") as folder:
        posts = Path(folder) / "posts.jsonl"
        with posts.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps({"text": text}) + "\n" for text in islice(cycle(texts), count))
        found = [_in_process(model, posts) for model in models]
    return Table(
        title="A worker: peak memory and speed",
        columns=("", "peak MB", "posts/s", "seconds to the first answer"),
        rows=(
            ("promised", "500", "", ""),
            ("aim", "350", "", ""),
            *(
                (str(one["name"]), f"{one['peak_mb']:.0f}", f"{one['posts_a_second']:,.0f}", f"{one['load']:.1f}")
                for one in found
            ),
        ),
        notes=(
            f"{count:,} posts judged as `earshot classify` does, in a process of its own: language, sentiment, "
            "offensiveness, vector, risks and themes, as JSON. The first answer waits for the model to be loaded and "
            "for the examples of risks to be learned; both count in the peak.",
        ),
    )


def _in_process(model: str, posts: Path) -> dict[str, float | str]:
    done = subprocess.run(
        [sys.executable, "-m", "sentiment.quality.memory", model, str(posts)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()[-1:]
        raise NotReady(f"The worker with {model} ended with {done.returncode}: {' '.join(said)}")
    found: dict[str, float | str] = json.loads(done.stdout)
    return found


def _work(model: str, posts: Path) -> dict[str, float | str]:
    from sentiment.judge import Judge, TextToJudge
    from sentiment.streams import classify

    began = time.perf_counter()
    judge = Judge.load(model)
    judge.judge([TextToJudge("The first post of the day")])
    loaded = time.perf_counter()
    with posts.open("rb") as source:
        count = sum(1 for _ in classify(source, judge))
    seconds = time.perf_counter() - loaded
    return {
        "name": judge.model_revision.replace("@", " "),
        "peak_mb": _peak_mb(),
        "posts_a_second": count / seconds,
        "load": loaded - began,
    }


def _peak_mb() -> float:
    """Linux counts what the parent used before it in ru_maxrss, so its own record is read where there is one."""
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith(_PEAK):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(_work(sys.argv[1], Path(sys.argv[2]))))
