"""Tags as words: by capitals, by known words, or left alone."""

import pytest

from sentiment.cleaning import for_model
from sentiment.encoder import Encoder
from sentiment.hashtags import KnownWords, hashtag_words

PIECES = ["▁i", "▁love", "▁my", "▁company", "▁to", "▁be", "▁a", "▁partner", "▁work", "▁some", "▁where", "▁somewhere",
          "▁you", "▁works", "ome", "▁q", "▁моя", "▁команда", "▁7"]  # fmt: skip
WORDS = KnownWords.of_pieces(PIECES)


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("ilovemycompany", "i love my company"),
        ("worksomewhereyoulove", "work somewhere you love"),
        ("ILOVEMYCOMPANY", "I LOVE MY COMPANY"),
        ("tobeapartner", "to be a partner"),
        ("МояКоманда", "Моя Команда"),
        ("моякоманда", "моя команда"),
        ("ILoveMyJob", "I Love My Job"),
        ("mycompany2026", "my company 2026"),
        ("my_company", "my company"),
        ("mylove", "mylove"),  # short tags are mostly names
        ("qqqqqqqqqq", "qqqqqqqqqq"),  # single letters are debris
        ("unknownword", "unknownword"),
        ("somewhere", "somewhere"),
    ],
)
def test_a_tag_in_words(tag: str, words: str) -> None:
    assert hashtag_words(tag, WORDS) == words


def test_a_long_tag_costs_little() -> None:
    tag = "love" * 5000
    assert hashtag_words(tag, WORDS) == tag


def test_the_bundled_model_knows_words() -> None:
    words = Encoder.load().known_words
    assert for_model("Day one! #worksomewhereyoulove", words) == "Day one! work somewhere you love"
    assert for_model("#FitAssCompany", words) == "Fit Ass Company"
