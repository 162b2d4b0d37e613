"""What can be corrected, and corrections as rows to learn from: what ``earshot evaluate`` and the training read.

Nothing retrains by itself. Only posts that still exist are in the rows, and only words on the text that they have now.
Nobody is named: handles in texts are pseudonyms, and neither the author nor the reviewer is in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.assessments import CLASSES, Assessment
from listening.brands import Viewer
from listening.jsonform import Json
from listening.posts import Post
from listening.verdicts import Word, as_found
from pipeline.steps.classify import text_of
from pipeline.wiring import House
from sentiment import category_files
from store.protocol import Filters, Search

_CATEGORIES = Path(category_files.__file__).parent / "categories"
HEADER = ("text", "label", "lang", "source")
SOURCE = "verdict"
# A cell that begins so is run as a formula, or read as the beginning of a quotation, by a spreadsheet.
_RUNS = ("=", "+", "-", "@", '"', "'")


@cache
def risk_names() -> tuple[str, ...]:
    """The categories that can be said to be missed; without loading what finds them, which takes a second."""
    return tuple(sorted(path.stem for path in _CATEGORIES.glob("*.toml")))


@dataclass(frozen=True, slots=True)
class Corrected:
    """A post as its viewer may see it, what the machine said of it, and what reviewers say."""

    post: Post
    found: Assessment
    word: Word


def corrected(house: House, viewer: Viewer) -> Iterator[Corrected]:
    """Every post on which a word stands, in the order of ids; in bounded memory."""
    for ids in house.ledger.verdicts.post_ids():
        hits = house.reader.search(viewer, Search(filters=Filters(ids=tuple(ids)), limit=len(ids)))
        words = house.ledger.verdicts.words(hits.posts)
        for post in sorted(hits.posts, key=lambda post: post.id):
            if post.id in words and post.assessment:
                yield Corrected(post, as_found(post.assessment), words[post.id])


def as_tsv(found: Iterator[Corrected]) -> Iterator[str]:
    """Lines without their ends: a header, then each post whose sentiment is one of the model's classes."""
    yield "\t".join(HEADER)
    for one in found:
        if one.word.sentiment in CLASSES:
            yield "\t".join((_cell(_text(one)), one.word.sentiment.value, one.found.language, SOURCE))


def as_json(one: Corrected) -> Json:
    """Sentiment and risks, as the machine found them and as reviewers say; null where they say nothing."""
    return {
        "id": one.post.id,
        "text": _text(one),
        "lang": one.found.language,
        "source": SOURCE,
        "label": one.word.sentiment.value if one.word.sentiment else None,
        "dismissed": sorted(one.word.dismissed),
        "missed": sorted(one.word.missed),
        "found": {
            "label": one.found.sentiment.label.value,
            "scores": dict(one.found.sentiment.scores),
            "risks": [{"category": risk.category, "score": risk.score} for risk in one.found.risks],
            "model_revision": one.found.model_revision,
            "risk_revision": one.found.risk_revision,
        },
    }


def _text(one: Corrected) -> str:
    """What the model read, on one line."""
    return " ".join(text_of(one.post).text.split())


def _cell(text: str) -> str:
    """Readers of rows leave out spaces around a text; a spreadsheet does not run what begins with one."""
    return f" {text}" if text.startswith(_RUNS) else text
