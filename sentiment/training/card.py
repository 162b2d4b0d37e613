"""Writes the model card: what the model is, from what it was made, how good it is, what it must not be used for."""

from pathlib import Path
from typing import Any

from sentiment.evaluation import Evaluation
from sentiment.training.places import NON_COMMERCIAL

_TEMPLATE = Path(__file__).parent / "card.md"


def write_card(
    path: Path,
    record: dict[str, Any],
    evaluation: Evaluation,
    offensive: dict[str, float],
    agreement: float,
    settings: dict[str, Any],
) -> None:
    rows = [
        f"| {one.language} | {one.support:,} | {one.macro_f1:.3f} | {one.accuracy:.3f} | {one.calibration_error:.3f} |"
        for one in (*evaluation.languages, evaluation.all)
    ]
    rows.append(f"| average of languages | | {evaluation.average_macro_f1:.3f} | {evaluation.average_accuracy:.3f} | |")
    text = _TEMPLATE.read_text(encoding="utf-8").format(
        pieces=f"{record['pieces']:,} pieces",
        posts=record["posts_seen"],
        minutes=record["minutes"],
        budget=record["budget_minutes"],
        batch=record["batch"],
        tokens=record["max_tokens"],
        seed=record["seed"],
        torch=record["torch"],
        agreement=agreement,
        sources=_listed(record["sentiment_rows"]),
        offensive_sources=_listed(record["offensive_rows"]),
        own=record["sentiment_rows"].get("own", 0),
        left_out=", ".join(sorted(NON_COMMERCIAL)),
        dev=evaluation.all.support,
        rows="\n".join(rows),
        offensive=", ".join(f"{language} {score:.2f}" for language, score in offensive.items()),
        temperature=settings["temperature"],
        unsure_below=settings["unsure_below"],
    )
    path.write_text(text, encoding="utf-8")


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items(), key=lambda item: -item[1]))
