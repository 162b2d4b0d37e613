"""``earshot verdicts``: add, list, undo, export."""

import getpass
import gzip
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.table import Table
from rich.text import Text

from listening.assessments import SentimentLabel
from listening.errors import UnreadableInput
from listening.posts import Post
from listening.verdicts import LABELS, Verdict
from pipeline.cli.common import OPERATOR, console, open_house, present, progress

app = typer.Typer(help="Corrections by reviewers: they outrank model and categories.", no_args_is_help=True)
PostId = Annotated[str, typer.Argument(metavar="POST", help="the post's id, as `earshot search --json` shows it")]
Categories = list[str] | None


@app.command()
def add(
    post: PostId,
    sentiment: Annotated[str | None, typer.Option("--sentiment", help=", ".join(LABELS))] = None,
    not_risk: Annotated[Categories, typer.Option("--not-risk", help="a category that was wrongly found")] = None,
    risk: Annotated[Categories, typer.Option("--risk", help="a category that was missed")] = None,
    reason: Annotated[str, typer.Option("--reason", help="a sentence for colleagues")] = "",
) -> None:
    """Correct a post. Who says so is your login name, and it is written to the audit log."""
    from pipeline import actions

    if sentiment is not None and sentiment not in LABELS:
        raise UnreadableInput(f"--sentiment {sentiment!r} does not exist: write one of {', '.join(LABELS)}.")
    label = SentimentLabel(sentiment) if sentiment else None
    with open_house() as house:
        after = actions.correct(
            house,
            OPERATOR,
            getpass.getuser(),
            post,
            present(),
            sentiment=label,
            dismissed=not_risk or (),
            missed=risk or (),
            reason=reason,
        )
    _tell(after)


@app.command()
def undo(
    post: PostId,
    number: Annotated[int | None, typer.Option("--number", help="which correction; default: the newest")] = None,
) -> None:
    """Take a correction back; what was said before counts again. Both stay in the log."""
    from pipeline import actions

    with open_house() as house:
        after = actions.uncorrect(house, OPERATOR, getpass.getuser(), post, present(), number)
    _tell(after)


@app.command("list")
def list_verdicts(
    post: Annotated[str | None, typer.Option("--post", help="only this post's, oldest first")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="how many, newest first")] = 50,
) -> None:
    """Who said what, when and why."""
    with open_house() as house:
        if post:
            entries = [(post, entry) for entry in house.reader.verdicts(OPERATOR, post)]
        else:
            entries = house.ledger.verdicts.recent(limit)
    if not entries:
        console.print("Nobody has corrected anything yet: `earshot verdicts add POST --sentiment LABEL` does.")
        return
    table = Table("when (UTC)", "post", "no.", "what", "by", "why", box=None, pad_edge=False)
    for post_id, entry in entries:
        when = f"{entry.at:%Y-%m-%d %H:%M}"
        table.add_row(when, Text(post_id), str(entry.number), _what(entry), Text(entry.by), Text(entry.reason))
    console.print(table)


@app.command()
def export(
    file: Annotated[str, typer.Argument(help="*.tsv or *.jsonl, also .gz; - is TSV on standard output")],
) -> None:
    """Corrections as rows to learn from: TSV for `earshot evaluate` and the training, JSON Lines with risks too.

    Only posts that still exist with the text that was judged. Nobody is named, and nothing retrains by itself.
    """
    from pipeline.verdicts import as_json, as_tsv, corrected

    rows = 0
    with open_house() as house, _opened(file) as out:
        found = corrected(house, OPERATOR)
        as_lines = file.removesuffix(".gz").endswith(".jsonl")
        lines = (json.dumps(as_json(one), ensure_ascii=False) for one in found) if as_lines else as_tsv(found)
        for line in lines:
            out.write(line + "\n")
            rows += 1
    rows -= not as_lines  # the header
    progress.print(f"{rows:,} row{'' if rows == 1 else 's'} written to {'standard output' if file == '-' else file}.")


@contextmanager
def _opened(file: str) -> Iterator[TextIO]:
    if file == "-":
        yield sys.stdout
        return
    if not file.removesuffix(".gz").endswith((".tsv", ".jsonl")):
        raise UnreadableInput(f"{file}: choose a name that ends in .tsv or .jsonl (or .gz after it), or -.")
    try:
        with (
            gzip.open(file, "wt", encoding="utf-8", newline="\n")
            if file.endswith(".gz")
            else Path(file).open("w", encoding="utf-8", newline="\n")
        ) as out:
            yield out
    except OSError as error:
        raise UnreadableInput(f"{file} cannot be written: {error.strerror}.") from error


def _what(entry: Verdict) -> str:
    if entry.undoes is not None:
        return f"takes back no. {entry.undoes}"
    parts = [f"{entry.said or 'not judged'} → {entry.sentiment}"] if entry.sentiment else []
    parts += [f"not {name}" for name in entry.dismissed]
    parts += [f"also {name}" for name in entry.missed]
    return ", ".join(parts)


def _tell(post: Post) -> None:
    assert post.assessment is not None  # a post without cannot be corrected
    risks = ", ".join(risk.category for risk in post.assessment.risks) or "none"
    model = f" (the model said {post.assessment.sentiment.label})" if post.assessment.verdict else ""
    console.print(Text(f"{post.id} is {post.assessment.label}{model}; risks: {risks}. Charts follow within a minute."))
