"""Sentences are English text first; what they are made of stays with them."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta, timezone

import pytest

from listening.errors import QueryError, StateConflict
from listening.sentences import (
    Name,
    Score,
    Sentence,
    Share,
    number,
    sentence,
    sentence_from_json,
    sentence_n,
    sentence_to_json,
)

AT = datetime(2026, 3, 1, 23, 5, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (sentence("Nothing."), "Nothing."),
        (sentence("%(a)s of it", a=Share(1.0)), "100 % of it"),
        (sentence("%(a)s, %(b)s", a=12345, b=4.25), "12,345, 4.2"),
        (sentence("%(a)s", a=10.6), "11"),
        (sentence("%(a)s", a=Score(0.9)), "0.90"),
        (sentence("%(a)s", a=Name("risk", "insult")), "insult"),
        (sentence("%(a)s", a=AT), "1 March 2026, 21:05 UTC"),
        (sentence("%(a)s", a="50 %(b)s"), "50 %(b)s"),
        (sentence_n("one post", "%(n)s posts", 1), "one post"),
        (sentence_n("one post", "%(n)s posts", 1.5), "1.5 posts"),
        (sentence("%(a)s.", a=sentence_n("one post", "%(n)s posts", 2)), "2 posts."),
    ],
)
def test_the_english_text_and_a_round_trip(made: Sentence, text: str) -> None:
    assert made == text
    read = sentence_from_json(json.loads(json.dumps(sentence_to_json(made))))
    assert isinstance(read, Sentence)
    for copy in (read, deepcopy(made)):
        assert isinstance(copy, Sentence)
        assert (copy, copy.message, copy.many, copy.values) == (made, made.message, made.many, made.values)


def test_a_plain_text_stays_plain() -> None:
    for text in ("", "9 of 10", '{"text": "x"}'):
        assert sentence_to_json(text) == text
        assert type(sentence_from_json(text)) is str


def test_an_error_keeps_its_sentence() -> None:
    said = sentence("character %(at)s", at=3)
    assert QueryError(said, 2).sentence is said
    assert str(QueryError(said, 2)) == "character 3"
    assert StateConflict("too late").sentence == "too late"
    assert StateConflict().sentence == ""


def test_numbers() -> None:
    assert [number(n) for n in (0, 1, 9.94, 9.96, 10.4, 1234567)] == ["0", "1", "9.9", "10.0", "10", "1,234,567"]


def test_moments_come_back_in_utc() -> None:
    read = sentence_from_json(sentence_to_json(sentence("%(at)s", at=AT)))
    assert isinstance(read, Sentence)
    at = read.values["at"]
    assert isinstance(at, datetime)
    assert (at, at.tzinfo) == (AT, UTC)
