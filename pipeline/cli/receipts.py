"""How the terminal shows the outcome of an import and of an evaluation."""

from collections import Counter
from collections.abc import Callable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.importing import Imported, Preview
from sentiment.evaluation import Evaluation, LanguageScore

_SHOWN_TEXT = 280


def print_receipt(console: Console, imported: Imported) -> None:
    """How the file was read, and what was new."""
    for sentence in imported.receipt.sentences():
        console.print(Text(sentence))
    known = f", {imported.changed:,} changed, {imported.unchanged:,} known already"
    refused = f", {imported.refused:,} refused: erased or opted out before" if imported.refused else ""
    console.print(f"{imported.new:,} new posts for '{imported.brand.name}'{known}{refused}.")
    if imported.new:
        console.print("They are judged by the next cycle: `earshot run`, or Airflow within a minute.")


def print_preview(console: Console, preview: Preview) -> None:
    """The mapping field by field, the first rows as posts, and what would be rejected. Nothing was stored."""
    mapping = preview.receipt.mapping
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("field")
    table.add_column("column", overflow="fold")
    for name, column in mapping.fields.items():
        table.add_row(name, Text(column))
    for name, value in mapping.same.items():
        table.add_row(name, Text(f"always {value}"))
    console.print(table)
    for number, post in enumerate(preview.first, 1):
        when = f"{post.created_at:%Y-%m-%d %H:%M} UTC" if post.created_at else "no date"
        who = f", by {post.author.handle}" if post.author else ""
        console.print(Text(f"\n{number}. {post.platform}, {when}{who}", style="bold"))
        words = "\n".join(filter(None, (post.title, post.text))) or " ".join(f"#{tag}" for tag in post.hashtags)
        console.print(Text(words[:_SHOWN_TEXT] + ("…" if len(words) > _SHOWN_TEXT else "")))
    console.print()
    for sentence in preview.receipt.sentences():
        console.print(Text(sentence))
    console.print("This was a look: nothing is stored. Other columns? Add --map text=COLUMN, or --map likes= for none.")


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """One line a language; a dash where a class has no labelled post. A narrow terminal gets two tables."""
    console.print(
        f"Model {evaluation.revision}. F1 of negative (−), neutral (∘), positive (+). Sure: posts with an answer "
        "(the others count as wrong); ECE: expected calibration error."
    )
    whole = _table(evaluation, tuple(_COLUMNS))
    if whole.__rich_measure__(console, console.options).maximum <= console.width:
        console.print(whole)
    else:
        console.print(_table(evaluation, _FIRST))
        console.print(_table(evaluation, tuple(name for name in _COLUMNS if name not in _FIRST)))
    several = Counter(score.source for score in evaluation.languages)
    for source, average in evaluation.sources.items():
        if several[source] > 1:
            console.print(f"{source}: macro-F1 {average:.3f} on average of its {several[source]} languages.")
    of_what = f"Average of the {'lines above' if evaluation.sources else 'languages'}"
    console.print(f"{of_what}: macro-F1 {evaluation.average_macro_f1:.3f}, accuracy {evaluation.average_accuracy:.3f}.")
    for row in evaluation.bad_rows:
        console.print(Text(str(row)), style="dim")
    if evaluation.bad_row_count > len(evaluation.bad_rows):
        console.print(f"and {evaluation.bad_row_count - len(evaluation.bad_rows):,} more rows left out.", style="dim")


def _table(evaluation: Evaluation, names: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    for score in (*evaluation.languages, evaluation.all):
        called = score.language if score.source is None else f"{score.source} {score.language}"
        style = "bold" if score is evaluation.all else ""
        table.add_row(called, *(_COLUMNS[name](score) for name in names), style=style)
    return table


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


_COLUMNS: dict[str, Callable[[LanguageScore], str]] = {
    "posts": lambda score: f"{score.support:,}",
    "macro-F1": lambda score: _share(score.macro_f1),
    "accuracy": lambda score: _share(score.accuracy),
    "F1 −": lambda score: _share(score.f1["negative"]),
    "F1 ∘": lambda score: _share(score.f1["neutral"]),
    "F1 +": lambda score: _share(score.f1["positive"]),
    "sure": lambda score: _share(score.coverage),
    "ECE": lambda score: _share(score.calibration_error),
}
_FIRST = ("posts", "macro-F1", "accuracy")
