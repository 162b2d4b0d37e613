import io
import json

import pytest

from sentiment.encoder import Encoder
from sentiment.judge import Judge
from sentiment.risks import load_categories
from sentiment.streams import classify


@pytest.fixture(scope="module")
def judge(encoder: Encoder) -> Judge:
    return Judge(encoder, load_categories())


def answers(judge: Judge, source: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in classify(io.BytesIO(source), judge)]


def test_one_answer_a_line_in_order(judge: Judge) -> None:
    texts = [("a", "I love this team!"), (7, "Ненавижу эту работу, ужасно"), (None, "#ilovemycompany http://a.b/c.jpg")]
    source = "\n".join(json.dumps({"id": id, "text": text}) for id, text in texts).encode()
    found = answers(judge, source)
    assert [one["id"] for one in found] == ["a", 7, None]
    assert [one["sentiment"]["label"] for one in found] == ["positive", "negative", "no_text"]  # type: ignore[index]
    assert [one["language"] for one in found] == ["en", "ru", "und"]
    assert set(found[0]) == {"id", "language", "sentiment", "offensive", "risks", "revision"}
    assert found[2]["sentiment"] == {"label": "no_text", "scores": {}}
    assert judge.model_revision in str(found[0]["revision"])
    assert judge.risk_revision in str(found[0]["revision"])


def test_a_given_language_wins(judge: Judge) -> None:
    assert answers(judge, b'{"text": "I love this team", "lang": "ro"}')[0]["language"] == "ro"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"not json", "Line 2: not JSON"),
        (b'["text"]', "Line 2: not a JSON object"),
        (b'{"id": 1}', "Line 2: 'text' is missing"),
        (b'{"text": 5}', "Line 2: 'text' is missing or not a string"),
        (b'{"text": "a", "lang": 3}', "Line 2: 'lang' is not a string"),
        (b'{"text": "\xff"}', "Line 2: not UTF-8"),
        (b'{"text": "' + b"a" * 5_000_000 + b'"}', "Line 2: longer than"),
        (b"[" * 100_000, "Line 2: not JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_go_on(judge: Judge, line: bytes, said: str) -> None:
    found = answers(judge, b'{"text": "good day"}\n' + line + b'\n{"text": "nice team"}\n')
    assert len(found) == 3
    assert str(found[1]["error"]).startswith(said)
    assert "sentiment" in found[0]
    assert "sentiment" in found[2]


def test_empty_lines_mark_and_no_input(judge: Judge) -> None:
    assert len(answers(judge, '\ufeff{"text": "one"}\r\n\r\n\n{"text": "two"}'.encode())) == 2
    assert answers(judge, b"") == []


def test_half_a_surrogate_pair_is_survived(judge: Judge) -> None:
    assert "sentiment" in answers(judge, b'{"text": "broken \\ud83d emoji", "id": "x"}')[0]


def test_answers_come_before_the_input_ends(judge: Judge) -> None:
    class Endless(io.RawIOBase):
        def readline(self, size: int | None = -1, /) -> bytes:
            return b'{"text": "we are hiring"}\n'

    stream = classify(Endless(), judge)  # type: ignore[arg-type]
    assert [json.loads(next(stream))["language"] for _ in range(3)] == ["en"] * 3
