"""Other people's label names, read as our three classes."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from listening.assessments import CLASSES
from listening.errors import ConfigError

_NAMES = ("negative", "neutral", "positive")
# A model's labels must all come from one of these tables: a name may mean something else beside other names.
# heBERT, the best known Hebrew model, calls its neutral class "natural".
_WORDS = (
    "negative|very negative|extremely negative|somewhat negative|slightly negative|neg|negative sentiment|"
    "negative (stars 1, 2 and 3)|"
    "negativo|negativa|muy negativo|muito negativo|négatif|negatif|négative|très négatif|negativ|negativt|"
    "negatief|negatywny|negatywna|negatywne|negatywnie|negativní|negatívny|negatív|negativno|negativan|negatiivinen|"
    "негативный|негативная|негативно|негатив|отрицательный|отрицательная|негативний|негативен|"
    "שלילי|שלילית|سلبي|منفی|olumsuz|tiêu cực|नकारात्मक|αρνητικό|"
    "ネガティブ|부정|부정적|消极|负面|負面",
    "neutral|neu|natural|neutral sentiment|neutro|neutra|neutre|neutralt|nøytral|neutraal|neutralny|"
    "neutralna|neutralne|neutralnie|neutrální|neutrálny|semleges|neutralno|neutralan|neutraali|neutru|netral|"
    "нейтральный|нейтральная|нейтрально|нейтрал|нейтральний|неутрален|"
    "ניטרלי|נייטרלי|ניטרלית|محايد|خنثی|nötr|tarafsız|trung tính|तटस्थ|ουδέτερο|"
    "ニュートラル|中立|중립|중립적|中性",
    "positive|very positive|extremely positive|somewhat positive|slightly positive|pos|positive sentiment|"
    "positive (stars 4 and 5)|"
    "positivo|positiva|muy positivo|muito positivo|positif|positive|très positif|positiv|positivt|"
    "positief|pozytywny|pozytywna|pozytywne|pozytywnie|pozitivní|pozitívny|pozitív|pozitiv|pozitif|pozitivno|pozitivan|"
    "positiivinen|позитивный|позитивная|позитивно|позитив|положительный|положительная|позитивний|позитивен|"
    "חיובי|חיובית|إيجابي|ايجابي|مثبت|olumlu|tích cực|सकारात्मक|θετικό|"
    "ポジティブ|긍정|긍정적|积极|正面",
)
# TASS, the Spanish shared task. "N" is its negative; beside "NEG" it might be neutral, so it stands in this table only.
_LETTERS = ("n+|n", "neu|none", "p+|p")
# These two hold as a whole or not at all: a third of five stars is not a third of three.
_NUMBERS = ("label 0", "label 1", "label 2")
_STARS = ("1 star|2 stars", "3 stars", "4 stars|5 stars")
_SEPARATORS = re.compile(r"[\s_\-]+")


def _table(names: tuple[str, ...]) -> dict[str, int]:
    return {name: number for number, joined in enumerate(names) for name in joined.split("|")}


_OPEN = (_table(_WORDS), _table(_LETTERS))
_WHOLE = (_table(_NUMBERS), _table(_STARS))


def names_of(config: Mapping[str, Any], where: str) -> dict[int, str]:
    """`id2label` of a config.json, by number. Raises ConfigError."""
    written = config.get("id2label")
    if written is None:
        raise ConfigError(
            f"{where}: its config.json has no id2label — write what each output means, such as "
            '"id2label": {"0": "negative", "1": "neutral", "2": "positive"}.'
        )
    try:
        return {int(number): str(name) for number, name in written.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise ConfigError(
            f'{where}: id2label in its config.json is not numbers with names — write it like {{"0": "negative", …}}.'
        ) from error


def to_classes(
    names: Mapping[int, str], where: str, chosen: Mapping[str, str] | None = None
) -> npt.NDArray[np.float32]:
    """A matrix that sums a model's probabilities into negative, neutral, positive.

    A model with two classes or five stars is welcome; `LABEL_0…` is trusted only where there are exactly three.
    `chosen` is what the operator says the labels mean; it wins over the tables. Raises ConfigError.
    """
    listed = ", ".join(repr(name) for name in names.values()) or "none"
    if sorted(names) != list(range(len(names))):
        raise ConfigError(f"{where}: the numbers in id2label are {sorted(names)} — count them from 0 without a gap.")
    said = {_plain(name): _NAMES.index(meaning) for name, meaning in (chosen or {}).items()}
    plain = {number: _plain(name) for number, name in names.items()}
    if unknown := [name for name in chosen or () if _plain(name) not in plain.values()]:
        raise ConfigError(
            f"sentiment.labels names {unknown[0]!r}, which is no label of {where} (they are {listed}) — "
            "write its labels as they are."
        )
    left = {name for name in plain.values() if name not in said}
    table = _fitting(left, bool(said))
    if table is None or not names:
        raise ConfigError(
            f"{where}: its labels are {listed}, which do not say what is negative, neutral and positive — "
            "write the names into id2label of its config.json, or say under [sentiment.labels] in your settings what "
            'each label means (LABEL_0 = "negative"), or choose a sentiment model.'
        )
    meaning = table | said
    matrix = np.zeros((len(names), len(CLASSES)), np.float32)
    for number, name in plain.items():
        matrix[number, meaning[name]] = 1.0
    if (matrix.sum(axis=0) > 0).sum() < 2:
        raise ConfigError(f"{where}: its labels are {listed}, all of one kind — choose a model that tells two apart.")
    return matrix


def _fitting(names: set[str], is_rest: bool) -> dict[str, int] | None:
    """The table that knows all of `names`. Labels that hold only as a whole are not looked up for a rest of them."""
    for table in _OPEN:
        if names <= table.keys():
            return table
    if not is_rest:
        return next((table for table in _WHOLE if names == table.keys()), None)
    return None


def _plain(name: str) -> str:
    return _SEPARATORS.sub(" ", name.casefold()).strip()
