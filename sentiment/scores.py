"""How well a model was measured to judge each language. Read without loading any model."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from listening.errors import UnreadableInput
from sentiment.evaluation import LanguageScore

FEWEST = 50
"""Labelled posts below which a score would be chance."""


@dataclass(frozen=True, slots=True)
class MeasuredScore:
    """On `posts` labelled posts of one language that the model was not trained on: ``own`` ones, of whoever runs
    Earshot, or those that the model's makers kept aside."""

    posts: int
    macro_f1: float
    accuracy: float
    calibration_error: float
    own: bool = False


def scores_of(config: Mapping[str, Any]) -> dict[str, MeasuredScore]:
    """Those that a model brings in its config.json, by language; none where it says nothing that can be read."""
    ours = config.get("earshot")
    return _read(ours.get("development_scores") if isinstance(ours, dict) else None, own=False)


def saved_scores(file: Path, revision: str) -> dict[str, MeasuredScore]:
    """Those of one model revision that were measured here. Raises UnreadableInput if the file is broken."""
    return _read(_saved(file).get(revision), own=True)


def save_scores(file: Path, revision: str, languages: Iterable[LanguageScore]) -> dict[str, MeasuredScore]:
    """Keeps the scores of a measurement beside those of other languages and revisions; says which were kept, for a
    language with fewer than :data:`FEWEST` posts is not."""
    kept = {
        one.language: MeasuredScore(
            one.support, round(one.macro_f1, 4), round(one.accuracy, 4), round(one.calibration_error, 4), own=True
        )
        for one in languages
        if one.support >= FEWEST
    }
    everything = _saved(file)
    written = {language: {k: v for k, v in asdict(score).items() if k != "own"} for language, score in kept.items()}
    everything[revision] = everything.get(revision, {}) | written
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = file.with_suffix(".new")
    whole.write_text(json.dumps(everything, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    whole.replace(file)  # a reader sees the old or the new, never a half
    return kept


def _saved(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UnreadableInput(f"{file} cannot be read ({error}) — delete it and measure again.") from error
    return found if isinstance(found, dict) else {}


def _read(written: Any, own: bool) -> dict[str, MeasuredScore]:
    found = {}
    for language, score in written.items() if isinstance(written, dict) else ():
        try:
            measured = MeasuredScore(
                int(score["posts"]),
                float(score["macro_f1"]),
                float(score["accuracy"]),
                float(score["calibration_error"]),
                own,
            )
        except (KeyError, TypeError, ValueError):
            continue  # somebody else's config.json may call anything so
        if measured.posts >= FEWEST:
            found[str(language)] = measured
    return found
