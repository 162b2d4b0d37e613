"""Table: what is lost when the same posts come written otherwise."""

from collections.abc import Sequence
from random import Random

import numpy as np

from sentiment.evaluation import score
from sentiment.labelled_rows import LabelledRow
from sentiment.quality.attacks import ATTACKS
from sentiment.quality.contestants import Contestant
from sentiment.quality.posts import FIVE, SEED
from sentiment.quality.tables import Table

_PROMISED = {"zero-width", "homoglyphs", "bidi controls", "bidi overrides", "full-width"}


def robustness_table(contestants: Sequence[Contestant], rows: Sequence[LabelledRow]) -> Table:
    """`rows` are posts of the five languages; others are passed over."""
    chosen = [row for row in rows if row.language in FIVE]
    clean = [_by_language(one, chosen, [row.text for row in chosen]) for one in contestants]
    lines = [("as written", "", "", *(f"{100 * _average(one):.1f}" for one in clean))]
    for name, attack in ATTACKS.items():
        # A seed for each post, so that a sample of another size changes the others not.
        texts = [attack(row.text, Random(f"{SEED} {name} {row.text}")) for row in chosen]
        changed = float(np.mean([text != row.text for text, row in zip(texts, chosen, strict=True)]))
        after = [_by_language(one, chosen, texts) for one in contestants]
        cells = (_lost(before, now) for before, now in zip(clean, after, strict=True))
        lines.append((name, f"{100 * changed:.0f} %", "≤ 3, aim 1" if name in _PROMISED else "", *cells))
    return Table(
        title="Robustness: macro-F1 when letters are tampered with",
        columns=("", "posts changed", "may lose", *(one.name for one in contestants)),
        rows=tuple(lines),
        notes=(
            f"{len(chosen):,} development posts of {', '.join(FIVE)}; macro-F1 in percent, average of the five, then "
            "the difference in points, and the language that loses most.",
            "A post has its attack in many words at once (sentiment/quality/attacks.py), more than people do. "
            "Bidi overrides store words backwards. Hebrew has few doubles of letters and no leet; full-width "
            "letters exist for ASCII alone.",
        ),
    )


def _by_language(contestant: Contestant, rows: Sequence[LabelledRow], texts: Sequence[str]) -> dict[str, float]:
    found = contestant.answer(texts, [row.language for row in rows]).probabilities
    scores = {}
    for language in FIVE:
        places = [place for place, row in enumerate(rows) if row.language == language]
        if places:
            asked = [LabelledRow(texts[place], rows[place].label, language) for place in places]
            scores[language] = score(asked, found[places], contestant.unsure_below).macro_f1
    return scores


def _average(scores: dict[str, float]) -> float:
    return float(np.mean(list(scores.values())))


def _lost(before: dict[str, float], after: dict[str, float]) -> str:
    difference = {language: 100 * (after[language] - before[language]) for language in before}
    worst = min(difference, key=lambda language: difference[language])
    most = f", {worst} {difference[worst]:+.1f}" if difference[worst] <= -0.05 else ""
    return f"{100 * _average(after):.1f}  {_average(difference):+.1f}{most}".replace("-", "−")
