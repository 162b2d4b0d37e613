"""``earshot classify`` and ``earshot evaluate``: the model alone, without the store."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from pipeline.wiring import House
from sentiment.encoder import Encoder
from sentiment.evaluation import Evaluation, evaluate
from sentiment.judge import Judge
from sentiment.scores import MeasuredScore, save_scores
from sentiment.streams import classify


def classify_lines(house: House, source: BinaryIO, model: str | None) -> Iterator[str]:
    """JSON Lines in, JSON Lines out, in bounded memory. ``model`` None: the one in the settings."""
    judge = Judge(_encoder(house, model), house.categories, house.learned) if model else house.judge
    return classify(source, judge)


def evaluate_files(house: House, files: Sequence[Path], model: str | None, by_source: bool = False) -> Evaluation:
    """Scores of ``model`` (None: the one in the settings) on labelled files, by language, or by source and language."""
    return evaluate(files, _encoder(house, model), by_source)


def keep_scores(house: House, evaluation: Evaluation) -> dict[str, MeasuredScore]:
    """For the dashboard: shown beside each language as long as this model revision judges. Says what was kept."""
    return save_scores(house.scores_file, evaluation.revision, evaluation.languages)


def _encoder(house: House, model: str | None) -> Encoder:
    settings = house.settings.sentiment
    # What the settings say about labels is about the model in the settings.
    labels = settings.labels if model in (None, settings.model) else None
    return Encoder.load(model or settings.model, settings.threads, labels)
