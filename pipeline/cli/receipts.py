"""How the terminal shows the outcome of an import and of an evaluation."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.importing import Imported
from sentiment.evaluation import Evaluation, LanguageScore


def print_receipt(console: Console, imported: Imported) -> None:
    """How the file was read, and what was new."""
    for sentence in imported.receipt.sentences():
        console.print(Text(sentence))
    known = f", {imported.changed:,} changed, {imported.unchanged:,} known already"
    refused = f", {imported.refused:,} refused: erased or opted out before" if imported.refused else ""
    console.print(f"{imported.new:,} new posts for '{imported.brand.name}'{known}{refused}.")
    if imported.new:
        console.print("They are judged by the next cycle: `earshot run`, or Airflow within a minute.")


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """One line a language; a dash where a class has no labelled post."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ("", "posts", "macro-F1", "accuracy", "F1 −", "F1 ∘", "F1 +", "sure", "ECE")
    for name in names:
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for score in (*evaluation.languages, evaluation.all):
        table.add_row(*_row(score), style="bold" if score is evaluation.all else "")
    console.print(
        f"Model {evaluation.revision}. F1 of negative (−), neutral (∘), positive (+). Sure: posts with an answer "
        "(the others count as wrong); ECE: expected calibration error."
    )
    console.print(table)
    console.print(
        f"Average of the languages: macro-F1 {evaluation.average_macro_f1:.3f}, "
        f"accuracy {evaluation.average_accuracy:.3f}."
    )
    for row in evaluation.bad_rows:
        console.print(Text(str(row)), style="dim")
    if evaluation.bad_row_count > len(evaluation.bad_rows):
        console.print(f"and {evaluation.bad_row_count - len(evaluation.bad_rows):,} more rows left out.", style="dim")


def _row(score: LanguageScore) -> list[str]:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.3f}"

    f1 = [share(score.f1[label]) for label in ("negative", "neutral", "positive")]
    answered = [share(score.coverage), share(score.calibration_error)]
    return [score.language, f"{score.support:,}", share(score.macro_f1), share(score.accuracy), *f1, *answered]
