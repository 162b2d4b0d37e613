"""Writes the model card: what the model is, from what it was made, how good it is, what it must not be used for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sentiment.evaluation import Evaluation
from sentiment.training.places import NON_COMMERCIAL

_TEMPLATE = Path(__file__).parent / "card.md"


@dataclass(frozen=True)
class Scores:
    """On development posts. `errors` are calibration errors by language, `spread` scores of each last stage alone."""

    evaluation: Evaluation
    offensive: Mapping[str, float]
    errors: Mapping[str, float]
    spread: Mapping[str, Mapping[str, float]]


def write_card(path: Path, record: dict[str, Any], scores: Scores, agreement: float) -> None:
    evaluation = scores.evaluation
    runs = record["runs"]
    last = [run for name, run in runs.items() if name.startswith("last-")]
    text = _TEMPLATE.read_text(encoding="utf-8").format(
        layers=", ".join(map(str, record["layers"])),
        depth=len(record["layers"]),
        teacher_posts=runs["teacher"]["posts_seen"],
        teacher_minutes=runs["teacher"]["minutes"],
        long_posts=runs["long"]["posts_seen"],
        long_minutes=runs["long"]["minutes"],
        last_posts=", ".join(f"{run['posts_seen']:,}" for run in last),
        last_minutes=last[0]["minutes"],
        seeds=", ".join(map(str, record["seeds"])),
        batch=record["batch"],
        torch=record["torch"],
        raw=record["raw_rows"],
        agreement=agreement,
        sources=_listed(record["sentiment_rows"]),
        offensive_sources=_listed(record["offensive_rows"]),
        left_out=", ".join(sorted(NON_COMMERCIAL)),
        dev=evaluation.all.support,
        rows="\n".join(_rows(scores)),
        spread="\n".join(_spread(scores.spread)),
        offensive=", ".join(f"{language} {score:.2f}" for language, score in scores.offensive.items()),
    )
    path.write_text(text, encoding="utf-8")


def _rows(scores: Scores) -> list[str]:
    evaluation = scores.evaluation
    rows = [
        f"| {one.language} | {one.support:,} | {one.macro_f1:.3f} | {one.accuracy:.3f} "
        f"| {' / '.join('–' if one.f1[name] is None else f'{one.f1[name]:.2f}' for name in one.f1)} "
        f"| {scores.errors[one.language]:.3f} |"
        for one in evaluation.languages
    ]
    mean = float(np.mean(list(scores.errors.values())))
    rows.append(
        f"| average of languages | | {evaluation.average_macro_f1:.3f} | {evaluation.average_accuracy:.3f} "
        f"| | {mean:.3f} |"
    )
    return rows


def _spread(spread: Mapping[str, Mapping[str, float]]) -> list[str]:
    if not spread:
        return ["One run only."]
    names = list(next(iter(spread.values())))
    rows = ["| run | " + " | ".join(names) + " |", "| --- |" + " --- |" * len(names)]
    for run, found in spread.items():
        rows.append(f"| {run} | " + " | ".join(f"{found[name]:.3f}" for name in names) + " |")
    by_name = {name: [found[name] for found in spread.values()] for name in names}
    ranges = [max(values) - min(values) for values in by_name.values()]
    rows.append("| largest less smallest | " + " | ".join(f"{value:.3f}" for value in ranges) + " |")
    return rows


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
