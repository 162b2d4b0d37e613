"""How good is the bundled model, beside its teacher, a linear model and any other? Printed as tables.

python -m sentiment.quality [--models FOLDER ...] [--tables NAME ...] [--posts N] [--rows N] [--markdown FILE]
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from listening.errors import EarshotError, NotReady
from sentiment.locating import BUNDLED
from sentiment.quality.contestants import Contestant, Meaning, ModelFolder
from sentiment.quality.duplicates import duplicates_table
from sentiment.quality.linear import Linear, Peer, Tfidf
from sentiment.quality.memory import memory_table
from sentiment.quality.posts import FIVE, development_posts, offensive_posts, sample
from sentiment.quality.retrieval import retrieval_tables
from sentiment.quality.robustness import robustness_table
from sentiment.quality.scores import scores_table
from sentiment.quality.tables import Table, print_table, write_markdown
from sentiment.training.places import DATA, HOME

TABLES = ("scores", "robustness", "translations", "duplicates", "memory")
# Of each language: enough that a point is no accident, few enough for minutes.
_ATTACKED, _PASSED_ON = 500, 300


class Bench:
    """Who takes part. The models are loaded at once, the peer when a table asks; what is not at hand is told once."""

    def __init__(self, options: argparse.Namespace, data: Path, home: Path, tell: Callable[[str], None]) -> None:
        self._options = options
        self._data = data
        self._home = home
        self._teacher = home / "teacher-model"
        self._tell = tell
        self._told: set[str] = set()
        self._peer: Peer | None = None
        self._linear: list[Contestant] | None = None
        self._models = list(self._load_models())

    def table(self, name: str, opened: ExitStack) -> list[Table]:
        """Raises NotReady where what this table needs is not at hand."""
        posts: int | None = self._options.posts
        if name == "scores":
            rows = sample(development_posts(self._data), posts, lambda row: (row.source, row.language))
            offensive = sample(offensive_posts(self._data), posts, lambda row: (row.source, row.language))
            return [scores_table(self._contestants(opened), rows, offensive)]
        if name == "robustness":
            five = [row for row in development_posts(self._data) if row.language in FIVE]
            chosen = sample(five, posts or _ATTACKED, lambda row: row.language)
            return [robustness_table(self._contestants(opened), chosen)]
        if name == "translations":
            return retrieval_tables(self._meanings(opened), self._data)
        if name == "duplicates":
            rows = development_posts(self._data)
            return [duplicates_table(self._meanings(opened), rows, posts or _PASSED_ON)]
        texts = []
        if (self._data / "sentiment" / "dev.tsv.gz").is_file():
            texts = [row.text for row in development_posts(self._data)]
        # No worker runs the teacher, and fewer posts would say nothing about a backlog.
        workers = [one.model for one in self._models if one.model != str(self._teacher)]
        return [memory_table(workers, texts)]

    def _load_models(self) -> Iterator[ModelFolder]:
        yield ModelFolder(BUNDLED)
        if self._teacher.is_dir():
            yield ModelFolder(self._teacher)
        else:
            self._say(f"There is no teacher in {self._teacher}: it is left out. `make train` writes it.")
        yield from map(ModelFolder, self._options.models)

    def _contestants(self, opened: ExitStack) -> list[Contestant]:
        if self._linear is None:
            peer = self._the_peer(opened) if self._options.rows != 0 else None
            self._linear = [Linear(peer, self._data, self._home, self._options.rows)] if peer else []
        return [*self._models, *self._linear]

    def _meanings(self, opened: ExitStack) -> list[Meaning]:
        found: list[Meaning] = []
        for one in self._models:
            if one.has_meaning:
                found.append(one)
            else:
                self._say(f"{one.name} has no output `meaning`: it is left out of the tables on vectors.")
        peer = self._the_peer(opened)
        return [*found, Tfidf(peer)] if peer else found

    def _the_peer(self, opened: ExitStack) -> Peer | None:
        if self._peer is None:
            try:
                self._peer = opened.enter_context(Peer())
            except NotReady as reason:
                self._say(str(reason))
        return self._peer

    def _say(self, sentence: str) -> None:
        if sentence not in self._told:
            self._told.add(sentence)
            self._tell(sentence)


def tables(options: argparse.Namespace, data: Path, home: Path, tell: Callable[[str], None]) -> Iterator[Table]:
    """Those asked for, one after the other; for one that cannot be made there is a sentence instead.

    Raises ConfigError or NotReady for a model that cannot be loaded, before any post is read.
    """
    bench = Bench(options, data, home, tell)
    with ExitStack() as opened:
        for name in options.tables:
            try:
                yield from bench.table(name, opened)
            except NotReady as reason:
                tell(f"The table '{name}' is left out: {reason}")


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sentiment.quality", description=__doc__.split("\n")[0])
    parser.add_argument("--models", nargs="+", default=[], metavar="FOLDER", help="further models in the tables")
    parser.add_argument("--tables", nargs="+", default=TABLES, choices=TABLES, metavar="NAME", help=", ".join(TABLES))
    parser.add_argument("--posts", type=_number, metavar="N", help="at most so many posts a group; default: all")
    parser.add_argument("--rows", type=int, metavar="N", help="for the linear model; 0: without it; default: all")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="also as Markdown, between the marks of a page")
    options = parser.parse_args(arguments)
    if options.rows is not None and options.rows < 0:
        parser.error(f"--rows {options.rows} is no number of training rows — write 0 or more.")
    return options


def _number(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of posts — write 1 or more.")
    return int(text)


def main() -> None:
    options = read_options(sys.argv[1:])
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    made = []
    try:
        for table in tables(options, DATA, HOME, lambda sentence: console.print(sentence, markup=False)):
            print_table(console, table)
            made.append(table)
    except EarshotError as error:
        raise SystemExit(str(error)) from error
    if options.markdown:
        write_markdown(options.markdown, made, f"`{' '.join(['python -m sentiment.quality', *sys.argv[1:]])}`")


if __name__ == "__main__":
    main()
