"""One analysis for all indexes: folding, words, stems."""

import sys
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.analysis import STEMMERS, fold_word, phrase_variants, stemmed, tokens, variants, words

FOLDED = {
    "case": ("ACME", "acme"),
    "romanian": ("Întârziere", "intarziere"),
    "romanian cedilla and comma": ("ştiință", "stiinta"),
    "polish": ("Łódź", "łodz"),
    "russian yo": ("Ёлка", "елка"),
    "russian short i stays": ("Май", "май"),
    "russian stress": ("за\u0301мок", "замок"),
    "turkish dotted capital": ("İzmir", "izmir"),
    "turkish dotless": ("ısı", "isi"),
    "german": ("Straße", "strasse"),
    "greek": ("Άνθρωπος", "ανθρωποσ"),
    "hebrew points": ("שָׁלוֹם", "שלום"),
    "hebrew quote": ('צה"ל', "צה״ל"),
    "hebrew apostrophe": ("צ'יפס", "צ׳יפס"),
    "arabic vowels": ("مُحَمَّد", "محمد"),
    "arabic hamza": ("أحمد", "احمد"),
    "hindi vowel signs stay": ("नमस्ते", "नमस्ते"),
    "thai vowels stay": ("ที่นี่", "ที่นี่"),
    "kana voicing stays": ("がぎ", "がぎ"),
    "hangul": ("한국", "한국"),
    "full width": ("ＡＣＭＥ", "acme"),
    "ligature": ("oﬃce", "office"),
    "soft hyphen": ("Hollen\u00adbrook", "hollenbrook"),
    "persian non-joiner": ("می\u200cخواهم", "میخواهم"),
    "emoji in colour": ("❤\ufe0f", "❤"),
    "emoji of several": ("👩\u200d💻", "👩\u200d💻"),
}


@pytest.mark.parametrize("word, folded", FOLDED.values(), ids=FOLDED)
def test_folding(word: str, folded: str) -> None:
    assert fold_word(word) == folded


TOKENS = {
    "empty": ("", None, []),
    "signs only": ("… !? — #*", None, []),
    "emoji are words": ("so 😀👍", None, ["so", "😀", "👍"]),
    "hashtag": ("#ILoveMyCompany!", None, ["ilovemycompany"]),
    "possessive": ("Acme's", None, ["acme", "s"]),
    "elision": ("l’Acme", None, ["l", "acme"]),
    "turkish case ending": ("Acme'ta", None, ["acme", "ta"]),
    "hebrew gershayim stay in the word": ('צה"ל צה״ל צה”ל', None, ["צה״ל"] * 3),
    "number": ("3.5 and 1,000", None, ["3.5", "and", "1,000"]),
    "narrow space in a number": ("10\u202f000", None, ["10", "000"]),
    "compatibility brackets": ("㈱Acme", None, ["株", "acme"]),
    "preceded by an apostrophe": ("ŉ", None, ["n"]),
    "no spaces": ("日本語", None, ["日", "本", "語"]),
    "letter joined to an emoji": ("a\u200d😀 b", None, ["a", "😀", "b"]),
    "keycap is a digit": ("1️⃣ #️⃣ *️⃣", None, ["1"]),
    "english": ("working workers", "en", ["work", "worker"]),
    "russian": ("работали", "ru", ["работа"]),
    "romanian": ("întârzierile", "ro", ["intarzier"]),
    "polish": ("sklepach", "pl", ["sklep"]),
    "hebrew has no stemmer": ("עובדים", "he", ["עובדים"]),
    "unknown language": ("working", "xx", ["working"]),
    "undetermined": ("working", "und", ["working"]),
}


@pytest.mark.parametrize("text, language, expected", TOKENS.values(), ids=TOKENS)
def test_tokens(text: str, language: str | None, expected: list[str]) -> None:
    assert tokens(text, language) == expected


def test_words_say_where_they_stand() -> None:
    text = "😀 L’Acme și צה”ל, e\u0301"
    assert [text[start:end] for start, end, _ in words(text)] == ["😀", "L", "Acme", "și", "צה”ל", "e\u0301"]


@pytest.mark.parametrize(
    "word, language", [("delays", "en"), ("întârzieri", "ro"), ("опоздания", "ru"), ("sklepy", "pl")]
)
def test_a_word_is_found_in_its_language_and_in_a_text_of_unknown_language(word: str, language: str) -> None:
    assert set(tokens(word, language)) | set(tokens(word)) <= variants(word)


def test_phrases_are_stemmed_alike_and_in_stable_order() -> None:
    ways = phrase_variants("working hours")
    assert ways[0] == ("working", "hours")
    assert ("work", "hour") in ways
    assert len(set(ways)) == len(ways)
    assert ("work", "hours") not in ways or ("work", "hours") in {
        tuple(stemmed(["working", "hours"], s)) for s in STEMMERS
    }
    assert phrase_variants("…") == ()


def test_no_character_leaves_a_token_that_is_read_otherwise_next_time() -> None:
    """Indexes store tokens joined by spaces, queries write them back as text: both must come out as they went in."""
    for code in range(sys.maxunicode + 1):
        if not 0xD800 <= code < 0xE000 and unicodedata.category(character := chr(code)) not in ("Cn", "Co", "Lo"):
            found = tokens(f"a{character}b {character}")
            assert all(" " not in token for token in found), hex(code)
            assert tokens(" ".join(found)) == found, hex(code)


@given(st.text(max_size=40))
def test_tokens_of_tokens_are_the_tokens(text: str) -> None:
    found = tokens(text)
    assert tokens(" ".join(found)) == found


@given(st.text(max_size=20), st.sampled_from(sorted(STEMMERS)))
def test_stems_hold_no_space(text: str, language: str) -> None:
    assert all(token and " " not in token for token in tokens(text, language))


def test_a_very_long_word_takes_no_time() -> None:
    began = time.perf_counter()
    assert tokens("a" * 100_000, "en")
    assert time.perf_counter() - began < 5
