import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from listening.assessments import CLASSES
from listening.errors import ConfigError, NotReady
from sentiment.encoder import Encoder
from sentiment.labels import to_classes
from sentiment.locating import BUNDLED, MODELS

CLEAR = [
    ("positive", "I love working here, best team ever!"),
    ("positive", "So proud of my colleagues today 😍"),
    ("positive", "Îmi place foarte mult aici, colegi minunați"),
    ("positive", "Обожаю свою работу, лучшие коллеги на свете!"),
    ("positive", "אני אוהבת את העבודה שלי, צוות מדהים"),
    ("positive", "Uwielbiam swoją pracę, cudowni ludzie"),
    ("negative", "I hate this company, terrible bosses and no pay"),
    ("negative", "Cel mai prost loc de muncă, șefi groaznici"),
    ("negative", "Ненавижу эту компанию, ужасное начальство"),
    ("negative", "אני שונא את החברה הזאת, מנהלים נוראים"),
    ("negative", "Nienawidzę tej firmy, okropni szefowie"),
    ("neutral", "The meeting starts at 10 in the main hall"),
    ("neutral", "Совещание начинается в 10 часов"),
    ("neutral", "Zebranie zaczyna się o godzinie 10"),
]


@pytest.mark.parametrize(("label", "text"), CLEAR)
def test_clear_posts(encoder: Encoder, label: str, text: str) -> None:
    probabilities = encoder.encode([text]).probabilities[0]
    assert CLASSES[int(probabilities.argmax())] == label


def test_hard_words_in_praise_are_not_negative(encoder: Encoder) -> None:
    praise = [
        "Through this virus and the hardest time of our lives our nurses fight for every patient. "
        "Thank you, heroes! #OchsnerHero",
        "They fight the virus every day and never give up. So grateful for my team #OchsnerHero",
    ]
    for probabilities in encoder.encode(praise).probabilities:
        assert CLASSES[int(probabilities.argmax())] != "negative"


def test_shapes_and_ranges(encoder: Encoder) -> None:
    texts = ["good", "", "😍", "a" * 100_000, "#x", "bad day " * 500, "\ud83d".encode("utf-8", "replace").decode()]
    encoded = encoder.encode(texts)
    assert encoded.probabilities.shape == (len(texts), 3)
    assert np.allclose(encoded.probabilities.sum(axis=1), 1, atol=1e-5)
    assert encoded.offensive is not None
    assert ((encoded.offensive >= 0) & (encoded.offensive <= 1)).all()
    assert np.allclose(np.linalg.norm(encoded.vectors, axis=1), 1, atol=1e-3)
    assert np.isfinite(encoded.vectors).all()


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    encoded = encoder.encode([])
    assert len(encoded.probabilities) == len(encoded.vectors) == 0


def test_order_is_kept_whatever_the_lengths(encoder: Encoder) -> None:
    texts = ["I love this so much! " * (1 + number % 7) for number in range(40)] + ["I hate this, awful."] * 40
    best = encoder.encode(texts).probabilities.argmax(axis=1)
    assert (best[:40] == 2).all()
    assert (best[40:] == 0).all()


def test_meaning_is_comparable_across_languages(encoder: Encoder) -> None:
    fire_en, fire_ru, cake = encoder.encode(
        [
            "There is a fire in the warehouse, people are hurt",
            "На складе пожар, пострадали люди",
            "I baked a cake for my mother",
        ]
    ).vectors
    assert fire_en @ fire_ru > fire_en @ cake + 0.1


def test_insults_are_offensive(encoder: Encoder) -> None:
    offensive = encoder.encode(["You are a stupid fucking idiot", "Have a nice weekend, dear colleagues"]).offensive
    assert offensive is not None
    assert offensive[0] > 0.5 > offensive[1]


@pytest.mark.parametrize(
    "text",
    [
        "Love my #FitAssCompany crew, great workout this morning",
        "#FitAssCompany open gym at noon",
        "Proud to be part of #FitAssCompany 💪",
    ],
)
def test_a_rude_word_in_a_company_hashtag_is_not_offensive(encoder: Encoder, text: str) -> None:
    offensive = encoder.encode([text]).offensive
    assert offensive is not None
    assert offensive[0] < 0.5


def test_threads_may_share_it(encoder: Encoder) -> None:
    expected = encoder.encode(["I love it"]).probabilities
    found: list[bool] = []

    def ask() -> None:
        found.append(np.allclose(encoder.encode(["I love it"]).probabilities, expected))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 4


def test_size_and_language_of_the_folder() -> None:
    assert sum(file.stat().st_size for file in (MODELS / BUNDLED).iterdir()) <= 60_000_000


def test_transformers_reads_the_folder() -> None:
    """In its own process: transformers is slow to import and warns about what is not installed."""
    script = (
        "import sys; from transformers import AutoConfig, AutoTokenizer; "
        "config = AutoConfig.from_pretrained(sys.argv[1]); tokenizer = AutoTokenizer.from_pretrained(sys.argv[1]); "
        "print(config.id2label[0], len(tokenizer('I love it')['input_ids']) > 3)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(MODELS / BUNDLED)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "negative True", done.stderr


def test_the_revision_names_model_and_content(encoder: Encoder, bundled_copy: Path) -> None:
    assert encoder.revision.startswith(f"{BUNDLED}@")
    assert Encoder.load(bundled_copy).revision == encoder.revision


def test_a_damaged_file_is_refused(bundled_copy: Path) -> None:
    with (bundled_copy / "model.onnx").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\x00\x01\x02\x03")
    with pytest.raises(NotReady, match=r"model\.onnx is damaged or was changed.*restore"):
        Encoder.load(bundled_copy)


def test_a_missing_file_is_named(bundled_copy: Path) -> None:
    (bundled_copy / "tokenizer.json").unlink()
    with pytest.raises(NotReady, match=r"tokenizer\.json is missing"):
        Encoder.load(bundled_copy)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ConfigError, match="neither a folder nor a name"):
        Encoder.load("no-such-model")


def test_a_folder_without_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"config\.json is missing"):
        Encoder.load(tmp_path)


@pytest.mark.parametrize(
    "names",
    [("LABEL_0", "LABEL_1", "LABEL_2"), ("NEGATIVE", "NEUTRAL", "POSITIVE"), ("neg", "neu", "pos")],
)
def test_another_folder_with_other_label_names(bundled_copy: Path, names: tuple[str, ...]) -> None:
    """Somebody's own export: no checksums, no settings of ours."""
    config = json.loads((bundled_copy / "config.json").read_text(encoding="utf-8"))
    del config["earshot"]
    config["id2label"] = dict(enumerate(names))
    (bundled_copy / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (bundled_copy / "SHA256SUMS").unlink()
    other = Encoder.load(bundled_copy)
    assert other.encode(["I love working here, best team ever!"]).probabilities[0].argmax() == 2


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({0: "POSITIVE", 1: "NEGATIVE"}, [0.25, 0.0, 0.75]),
        ({0: "positive", 1: "neutral"}, [0.0, 0.25, 0.75]),
    ],
)
def test_two_classes(names: dict[int, str], expected: list[float]) -> None:
    assert (np.array([0.75, 0.25]) @ to_classes(names, "m")).tolist() == expected


def test_five_stars() -> None:
    names = {0: "1 star", 1: "2 stars", 2: "3 stars", 3: "4 stars", 4: "5 stars"}
    assert np.allclose(np.array([0.1, 0.1, 0.2, 0.2, 0.4]) @ to_classes(names, "m"), [0.2, 0.2, 0.6])


@pytest.mark.parametrize("names", [{}, {0: "joy", 1: "anger"}, {0: "LABEL_0", 1: "LABEL_1"}])
def test_labels_that_say_nothing_are_refused(names: dict[int, str]) -> None:
    with pytest.raises(ConfigError, match="do not say what is negative"):
        to_classes(names, "m")
