import numpy as np
import pytest

from listening.assessments import SentimentLabel
from sentiment.encoder import Encoder
from sentiment.judge import Judge, TextToJudge, decide
from sentiment.risk_finder import risk_revision
from sentiment.risks import load_categories


@pytest.fixture(scope="module")
def judge(encoder: Encoder) -> Judge:
    return Judge(encoder, load_categories())


def test_an_assessment_is_stamped_with_what_made_it(judge: Judge, encoder: Encoder) -> None:
    (found,) = judge.judge([TextToJudge("I love my team")])
    assert found.model_revision == encoder.revision
    assert found.risk_revision == risk_revision(load_categories(), encoder.revision)
    assert found.language == "en"
    assert found.sentiment.label == SentimentLabel.POSITIVE
    assert abs(sum(found.sentiment.scores.values()) - 1) < 0.001


@pytest.mark.parametrize("text", ["#ilovemycompany https://pic.example/1.jpg", "", "@boss #OchsnerHero", "..."])
def test_a_photo_and_a_hashtag_are_no_text(judge: Judge, text: str) -> None:
    (found,) = judge.judge([TextToJudge(text)])
    assert found.sentiment.label == SentimentLabel.NO_TEXT
    assert found.sentiment.scores == {}


@pytest.mark.parametrize(("text", "label"), [("😍😍❤️", "positive"), ("😡🤬", "negative")])
def test_emoji_alone_have_sentiment(judge: Judge, text: str, label: str) -> None:
    (found,) = judge.judge([TextToJudge(text)])
    assert found.sentiment.label == label
    assert found.language == "und"


@pytest.mark.parametrize(
    ("one", "language"),
    [
        (TextToJudge("Мне очень нравится здесь работать", hint="en"), "ru"),
        (TextToJudge("😍😍", hint="pl"), "pl"),
        (TextToJudge("😍😍"), "und"),
        (TextToJudge("I love working here", language="ro"), "ro"),
    ],
)
def test_which_language_wins(judge: Judge, one: TextToJudge, language: str) -> None:
    assert judge.judge([one])[0].language == language


def test_risks_alone_are_the_same_as_with_sentiment(judge: Judge) -> None:
    text = "I will kill you, watch your back"
    (found,) = judge.judge([TextToJudge(text)])
    assert judge.rejudge_risks(text, found.language, found.vector) == (found.risks, found.themes)


def test_a_vector_comes_with_each_assessment(judge: Judge) -> None:
    assessments, vectors = judge.judge_with_vectors([TextToJudge("a fire"), TextToJudge("#x")])
    assert len(assessments) == len(vectors) == 2
    kept = np.array([np.frombuffer(one.vector or b"", np.int8) for one in assessments]) / 127
    assert np.abs(kept - vectors).max() <= 0.5 / 127 + 1e-6


@pytest.mark.parametrize(
    ("probabilities", "label"),
    [
        ([0.2, 0.3, 0.5], "positive"),
        ([0.34, 0.33, 0.33], "unsure"),
        ([0.5, 0.3, 0.2], "negative"),
        ([0.1, 0.8, 0.1], "neutral"),
    ],
)
def test_unsure_is_an_answer(probabilities: list[float], label: str) -> None:
    assert decide(np.array(probabilities, np.float32), unsure_below=0.38).label == label
