"""``earshot run``, ``earshot classify`` and ``earshot evaluate``."""

import gzip
import json
import sys
from contextlib import nullcontext
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from listening.errors import ConfigError, UnreadableInput
from pipeline.cli.common import console, moment, open_house, present, progress


class Group(StrEnum):
    """What ``earshot evaluate`` tells apart."""

    LANGUAGE = "language"
    SOURCE = "source"


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("classify")(classify)
    app.command("evaluate")(evaluate)


def run(
    now: Annotated[str | None, typer.Option("--now", help="take this for now (ISO 8601), to replay a day")] = None,
) -> None:
    """One whole cycle without Airflow: collect, classify, raise alerts, deliver."""
    from pipeline.cycle import run_cycle

    with open_house() as house, progress.status("Collecting …") as status:
        cycle = run_cycle(house, moment(now, "now") or present(), status.update)
    for collected in cycle.collected:
        console.print(f"{collected.brand} from {collected.platform}: {collected.new} new posts.")
        if collected.problem:
            progress.print(collected.problem)
    judged = cycle.judged
    console.print(
        f"{judged.classified:,} posts judged, {judged.windows} windows counted, "
        f"{judged.alerts} alerts, {judged.delivered} messages delivered."
    )


def classify(
    file: Annotated[str, typer.Argument(help="JSON Lines with text, optional id and lang; - is standard input")] = "-",
    model: Annotated[str | None, typer.Option("--model", help="a folder or a Hub name; default: the setting")] = None,
) -> None:
    """Judge JSON Lines: language, sentiment, offensiveness and risks of each, as JSON Lines."""
    from pipeline.judging import classify_lines

    with open_house() as house, nullcontext(sys.stdin.buffer) if file == "-" else _open(Path(file)) as source:
        for line in classify_lines(house, source, model):
            print(line, flush=file == "-")


def _open(path: Path) -> BinaryIO:
    try:
        return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]
    except OSError as error:
        raise UnreadableInput(f"{path} cannot be opened: {error.strerror}.") from error


def evaluate(
    files: Annotated[list[Path], typer.Argument(help="TSV: text, label, lang; also .gz")],
    model: Annotated[str | None, typer.Option("--model", help="a folder or a Hub name; default: the setting")] = None,
    by: Annotated[Group, typer.Option("--by", help="source: needs a column of that name")] = Group.LANGUAGE,
    as_json: Annotated[bool, typer.Option("--json", help="everything, as one JSON object")] = False,
    save: Annotated[bool, typer.Option("--save", help="show the scores beside the languages on the dashboard")] = False,
) -> None:
    """How well the model judges labelled posts: macro-F1, accuracy, per-class F1, calibration error, by language."""
    from pipeline.cli.receipts import print_evaluation
    from pipeline.judging import evaluate_files, keep_scores
    from sentiment.scores import FEWEST

    if save and by is Group.SOURCE:
        raise ConfigError("--save keeps one score a language, and --by source has several: leave one of them out.")
    with open_house() as house, progress.status("Judging …"):
        evaluation = evaluate_files(house, files, model, by is Group.SOURCE)
        kept = keep_scores(house, evaluation) if save else {}
    if as_json:
        print(json.dumps(asdict(evaluation), ensure_ascii=False, indent=1))
    else:
        print_evaluation(console, evaluation)
    if save:
        told = f"Saved for the dashboard: {', '.join(kept) or 'nothing'}"
        progress.print(f"{told} (a language needs {FEWEST} posts).")
