"""Asks the peer of the training environment: the linear model as a contestant, TF-IDF as a measure of likeness."""

import hashlib
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from listening.errors import NotReady
from sentiment.backends import Floats
from sentiment.quality.contestants import Answers
from sentiment.quality.posts import there

_ROOT = Path(__file__).resolve().parents[2]
_PYTHON = _ROOT / ".venv-train" / "bin" / "python"


class Peer:
    """A process of the training environment that answers one question after the other."""

    def __init__(self, python: Path = _PYTHON) -> None:
        """Raises NotReady where there is no such environment, or it lacks scikit-learn."""
        if not python.is_file():
            raise NotReady(
                f"{python} is not here, so the linear baseline and TF-IDF are left out — "
                "make the training environment as sentiment/training/README.md says."
            )
        self._process = subprocess.Popen(
            [python, "-m", "sentiment.quality.peer"], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.ask("alike", left=["ab"], right=["ab"], each=True)

    def ask(self, what: str, **arguments: Any) -> Floats:
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": what, **arguments}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise NotReady(f"The peer in {_PYTHON} ended — its own message stands above.") from error
        answer = self._process.stdout.readline()
        if not answer:
            raise NotReady(f"The peer in {_PYTHON} ended without an answer — its own message stands above.")
        said = json.loads(answer)
        if "error" in said:
            raise NotReady(
                f"The peer in {_PYTHON} could not {what}: {said['error']} — if a package is missing, install "
                "requirements-train.txt into that environment."
            )
        content = self._process.stdout.read(4 * int(np.prod(said["shape"])))
        found: Floats = np.frombuffer(content, np.float32).reshape(said["shape"])
        return found

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Linear:
    """Two logistic regressions, for sentiment and for offensiveness, over hashed character 2- to 5-grams."""

    name = "linear, character n-grams"
    unsure_below = 0.0

    def __init__(self, peer: Peer, data: Path, home: Path, rows: int | None) -> None:
        """Fits them where `home` does not hold them yet. `rows`: how many training posts; None is all, which takes
        minutes. Raises NotReady where the training posts are not at hand."""
        self._peer = peer
        self._weights = {task: _fitted(peer, data, home, task, rows) for task in ("sentiment", "offensive")}
        self.megabytes = sum(Path(file).stat().st_size for file in self._weights.values()) / 1e6
        if rows is not None:
            self.name = f"{self.name}, {rows:,} rows"

    def answer(self, texts: Sequence[str], languages: Sequence[str]) -> Answers:
        found = {
            task: self._peer.ask("classify", weights=file, texts=list(texts)) for task, file in self._weights.items()
        }
        return Answers(found["sentiment"], found["offensive"])


class Tfidf:
    """Cosine of character n-grams weighted by TF-IDF: what likeness is without meaning."""

    name = "character n-gram TF-IDF"

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def each_to_each(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        return self._peer.ask("alike", left=list(left), right=list(right), each=True)

    def pairwise(self, left: Sequence[str], right: Sequence[str]) -> Floats:
        return self._peer.ask("alike", left=list(left), right=list(right), each=False)


def _fitted(peer: Peer, data: Path, home: Path, task: str, rows: int | None) -> str:
    train = there(data / task / "train.tsv.gz")
    with train.open("rb") as opened:
        version = hashlib.file_digest(opened, "sha256").hexdigest()[:12]
    weights = home / "linear" / f"{task}-{version}-{'all' if rows is None else rows}.npz"
    if not weights.is_file():
        peer.ask("fit", train=str(train), weights=str(weights), rows=rows)
    return str(weights)
