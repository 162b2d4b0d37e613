"""How many risks are found, how many alarms are false: the patterns alone, and patterns and meaning together.

    python -m sentiment.benchmark_risks [--gold FILE] [--show]

Measures only. Nobody who writes categories reads the gold set, and nothing is chosen by what is printed here.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from listening.errors import EarshotError
from sentiment.judge import Judge, TextToJudge
from sentiment.risk_evaluation import Finder, RiskScores, Share, Tally, evaluate_risks, read_gold
from sentiment.risks import Categories, load_categories

GOLD = Path(__file__).parent / "gold" / "risks.tsv"
_MAIN = ("en", "ro", "ru", "he", "pl")
"""The languages that our categories have phrases in; the others have examples at most."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, help="TSV of text, language, categories, trap; default ours")
    parser.add_argument("--show", action="store_true", help="list the misses and false alarms of patterns and meaning")
    options = parser.parse_args()
    console = Console(width=140, highlight=False, markup=False)
    try:
        categories, judge = load_categories(), Judge.load()
        posts = read_gold(options.gold, {category.name for category in categories.list})
    except EarshotError as error:
        raise SystemExit(error.sentence) from error
    runs = {
        "patterns alone": evaluate_risks(posts, by_patterns(categories)),
        "patterns and meaning": evaluate_risks(posts, by_judge(judge)),
    }
    risky = sum(bool(post.categories) for post in posts)
    console.print(f"{len(posts)} posts of {options.gold.name}, {risky} risky, {len(posts) - risky} harmless")
    console.print(f"model {judge.model_revision}, categories {judge.risk_revision}; intervals are Wilson's, 95 %\n")
    console.print(scores_table(runs))
    console.print()
    console.print(traps_table(runs))
    if options.show:
        console.print()
        show_mistakes(console, runs["patterns and meaning"])


def by_patterns(categories: Categories) -> Finder:
    """What the phrases of the category files find."""

    def find(texts: Sequence[str], languages: Sequence[str]) -> list[set[str]]:
        return [
            {risk.category for risk in categories.match(text, language)}
            for text, language in zip(texts, languages, strict=True)
        ]

    return find


def by_judge(judge: Judge) -> Finder:
    """What a post gets in the product: by its words, and by its meaning."""

    def find(texts: Sequence[str], languages: Sequence[str]) -> list[set[str]]:
        asked = [TextToJudge(text, language=language) for text, language in zip(texts, languages, strict=True)]
        return [{risk.category for risk in assessment.risks} for assessment in judge.judge(asked)]

    return find


def scores_table(runs: Mapping[str, RiskScores]) -> Table:
    """One line a category, one a language, and over all; three columns a run."""
    table = Table("", "support", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in runs:
        for measure in (f"{name}\nprecision", "\nrecall", "\nF1"):
            table.add_column(measure, no_wrap=True)
    first = next(iter(runs.values()))
    for category in first.categories:
        _add_scores(table, category, [run.categories[category] for run in runs.values()])
    table.add_row()
    for language in first.languages:
        _add_scores(table, language, [run.languages[language] for run in runs.values()])
    table.add_row()
    for name, main in (("main languages", True), ("other languages", False)):
        _add_scores(table, name, [_pooled(run.languages, main) for run in runs.values()])
    _add_scores(table, "all", [run.all for run in runs.values()])
    _add_scores(table, "any risk at all", [run.any_risk for run in runs.values()])
    return table


def traps_table(runs: Mapping[str, RiskScores]) -> Table:
    """False alarms among the harmless posts, by kind of trap."""
    table = Table("harmless", "posts", *(f"alarms, {name}" for name in runs), box=None, pad_edge=False)
    first = next(iter(runs.values()))
    for trap, share in first.traps.items():
        table.add_row(trap, str(share.of), *(_alarms(run.traps[trap]) for run in runs.values()))
    table.add_row("all", str(first.harmless.of), *(_alarms(run.harmless) for run in runs.values()))
    return table


def show_mistakes(console: Console, scores: RiskScores) -> None:
    """To see which kinds of posts go wrong. Whoever has read this list writes no more categories."""
    for mistake in scores.mistakes:
        missed = " ".join(f"-{name}" for name in mistake.missed)
        wrong = " ".join(f"+{name}" for name in mistake.wrong)
        kind = f"({mistake.post.trap})" if mistake.post.trap else ""
        console.print(" ".join(filter(None, (mistake.post.language, missed, wrong, kind))) + f": {mistake.post.text}")


def _add_scores(table: Table, name: str, tallies: Sequence[Tally]) -> None:
    cells = [
        cell
        for tally in tallies
        for cell in (_share(tally.precision), _share(tally.recall), "–" if tally.f1 is None else f"{tally.f1:.2f}")
    ]
    table.add_row(name, str(tallies[0].support), *cells)


def _pooled(languages: Mapping[str, Tally], main: bool) -> Tally:
    chosen = [tally for language, tally in languages.items() if (language in _MAIN) is main]
    return Tally(*(sum(getattr(tally, count) for tally in chosen) for count in ("found", "wrong", "missed")))


def _share(share: Share) -> str:
    if share.value is None or share.interval is None:
        return "–"
    return f"{share.value:.2f} ({share.interval.low:.2f}–{share.interval.high:.2f})"


def _alarms(share: Share) -> str:
    return f"{share.hits}, {_share(share)}"


if __name__ == "__main__":
    main()
