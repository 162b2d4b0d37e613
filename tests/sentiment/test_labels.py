"""What the labels of other people's models mean, tried on a small model for each way of naming them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from listening.errors import ConfigError
from sentiment.encoder import Encoder, revision_of

from .foreign import WORDS, folder, table, tokenizer
from .onnx_files import write

NEGATIVE, NEUTRAL, POSITIVE = range(3)
SCHEMES = {
    "numbered": ("LABEL_0 LABEL_1 LABEL_2", "-0+"),
    "upper case": ("NEGATIVE NEUTRAL POSITIVE", "-0+"),
    "title case, another order": ("Positive Negative Neutral", "+-0"),
    "short": ("neg neu pos", "-0+"),
    "short, another order": ("NEG POS NEU", "-+0"),
    "two classes": ("NEGATIVE POSITIVE", "-+"),
    "positive or not": ("positive neutral", "+0"),
    "TASS": ("P N NEU", "+-0"),
    "TASS, six": ("P+ P NEU N N+ NONE", "++0--0"),
    "underscored": ("very_negative negative neutral positive very_positive", "--0++"),
    "Hebrew BERT": ("natural positive negative", "0+-"),
    "Spanish": ("Negativo Neutro Positivo", "-0+"),
    "French": ("négatif neutre positif", "-0+"),
    "German": ("positiv negativ neutral", "+-0"),
    "Danish": ("positiv neutral negativ", "+0-"),
    "Polish": ("negatywny neutralny pozytywny", "-0+"),
    "Romanian": ("negativ neutru pozitiv", "-0+"),
    "Russian": ("нейтральный позитивный негативный", "0+-"),
    "Hebrew": ("שלילי נייטרלי חיובי", "-0+"),
    "Arabic": ("سلبي محايد إيجابي", "-0+"),
    "Turkish": ("olumsuz nötr olumlu", "-0+"),
    "Japanese": ("ポジティブ ネガティブ", "+-"),
    "Chinese": ("负面 中性 正面", "-0+"),
}
SPACED: dict[str, tuple[Sequence[str], str]] = {
    "five stars": (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), "--0++"),
    "very": (("Very Negative", "Negative", "Neutral", "Positive", "Very Positive"), "--0++"),
    "two groups of stars": (("negative (stars 1, 2 and 3)", "positive (stars 4 and 5)"), "-+"),
    "Vietnamese": (("tiêu cực", "trung tính", "tích cực"), "-0+"),
}


def _cases() -> dict[str, tuple[Sequence[str], str]]:
    return {name: (labels.split(), meanings) for name, (labels, meanings) in SCHEMES.items()} | SPACED


@pytest.mark.parametrize("scheme", _cases())
def test_the_labels_of_common_models(tmp_path: Path, scheme: str) -> None:
    labels, meanings = _cases()[scheme]
    encoder = Encoder.load(_more_words(tmp_path, labels))
    answers = encoder.encode([f"w{number}" for number in range(len(labels))]).probabilities
    assert answers.argmax(axis=1).tolist() == ["-0+".index(sign) for sign in meanings]
    assert answers.sum(axis=1).tolist() == pytest.approx([1] * len(labels), abs=1e-5)
    if "0" not in meanings:
        assert answers[:, NEUTRAL].tolist() == [0] * len(labels)


def _more_words(place: Path, labels: Sequence[str]) -> Path:
    """A folder whose words w0, w1, … speak for the labels in their order."""
    made = folder(place, labels)
    tokenizer(made / "tokenizer.json", [f"w{number}" for number in range(len(labels))])
    write(made / "onnx" / "model.onnx", table(len(labels), 2 + len(labels)))
    return made


@pytest.mark.parametrize(
    "labels",
    [
        ("LABEL_0", "LABEL_1"),
        ("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"),
        ("1 star", "2 stars", "3 stars"),
        ("joy", "anger", "sadness"),
        ("bearish", "neutral", "bullish"),
        ("HAPPY", "SAD"),
        ("negative", "neutral", "positive", "speech", "skip"),
        ("NEG", "N", "POS"),
        ("0", "1", "2"),
        ("entailment", "neutral", "contradiction"),
    ],
)
def test_labels_that_leave_a_doubt_are_refused(tmp_path: Path, labels: Sequence[str]) -> None:
    with pytest.raises(ConfigError, match=r"model\.onnx: its labels are .*id2label.*\[sentiment\.labels\]"):
        Encoder.load(folder(tmp_path, labels))


def test_labels_of_one_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="all of one kind"):
        Encoder.load(folder(tmp_path, ("positive",)))


def test_the_operator_says_what_labels_mean(tmp_path: Path) -> None:
    made = folder(tmp_path, ("LABEL_0", "LABEL_1"))
    encoder = Encoder.load(made, labels={"label_0": "positive", "LABEL_1": "negative"})
    assert encoder.encode(list(WORDS[:2])).probabilities.argmax(axis=1).tolist() == [POSITIVE, NEGATIVE]


def test_the_operator_wins_over_the_tables_and_may_name_a_few(tmp_path: Path) -> None:
    made = folder(tmp_path, ("negative", "neutral", "positive", "speech"))
    encoder = Encoder.load(made, labels={"speech": "neutral"})
    assert encoder.encode(["superb"]).probabilities[0].argmax() == NEUTRAL
    swapped = {"LABEL_0": "positive", "LABEL_1": "neutral", "LABEL_2": "negative"}
    encoder = Encoder.load(folder(tmp_path, ("LABEL_0", "LABEL_1", "LABEL_2")), labels=swapped)
    assert encoder.encode(["good"]).probabilities[0].argmax() == POSITIVE


def test_a_part_of_numbered_labels_says_nothing_of_the_rest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="do not say what is negative"):
        Encoder.load(folder(tmp_path, ("LABEL_0", "LABEL_1", "LABEL_2")), labels={"LABEL_0": "positive"})


def test_a_label_that_the_model_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sentiment\.labels names 'LABEL_7', which is no label of .*LABEL_2"):
        Encoder.load(folder(tmp_path, ("LABEL_0", "LABEL_1", "LABEL_2")), labels={"LABEL_7": "positive"})


def test_another_meaning_is_another_revision(tmp_path: Path) -> None:
    made = folder(tmp_path, ("LABEL_0", "LABEL_1", "LABEL_2"))
    swapped = {"LABEL_0": "positive", "LABEL_1": "neutral", "LABEL_2": "negative"}
    assert revision_of(made) == Encoder.load(made).revision
    assert revision_of(made, swapped) == Encoder.load(made, labels=swapped).revision != revision_of(made)
