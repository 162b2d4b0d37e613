"""Hashtags of every script: what is found, what is the same, what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.hashtags import find_hashtags, fold_hashtag, is_hashtag, unique_hashtags, without_hashtags

FOUND = {
    "plain": ("proud #OchsnerHero today", ("OchsnerHero",)),
    "brackets": ("(#acme)", ("acme",)),
    "quotes around": ("'#acme'", ("acme",)),
    "full stop": ("love #acme.", ("acme",)),
    "hyphen ends it": ("#work-life", ("work",)),
    "apostrophe ends it": ("#acme's own", ("acme",)),
    "underscore": ("#great_place #_x", ("great_place", "_x")),
    "underscore alone": ("#_ #__", ()),
    "numbers only": ("#123 #٢٠٢٦ #1_2", ()),
    "number and letter": ("#1a", ("1a",)),
    "in a word": ("a#b", ()),
    "two without a space": ("#a#b", ("a",)),
    "two signs": ("##a", ("a",)),
    "sign alone": ("# a", ()),
    "fragment after a path": ("https://acme.example/jobs#open", ()),
    "fragment after a slash": ("https://acme.example/#open", ()),
    "character reference": ("&#39;t", ()),
    "full width": ("＃ａｃｍｅ", ("ａｃｍｅ",)),
    "full width underscore": ("#ＡＢ＿１", ("ＡＢ＿１",)),
    "small sign": ("﹟acme", ("acme",)),
    "emoji before and after": ("😀#acme😀 ❤️#b❤️", ("acme", "b")),
    "flag before": ("🇷🇴#acasa", ("acasa",)),
    "emoji alone": ("#😀", ()),
    "after a zero width space": ("a\u200b#b", ("b",)),
    "combining mark": ("#Cafe\u0301", ("Cafe\u0301",)),
    "hebrew": ("#אוהבים_לעבוד", ("אוהבים_לעבוד",)),
    "gershayim": ("#צה״ל", ("צה״ל",)),
    "gershayim as a plain quote": ('#צה"ל', ('צה"ל',)),
    "gershayim as phones write it": ("#צה”ל", ("צה”ל",)),
    "geresh": ("#צ׳יפס", ("צ׳יפס",)),
    "geresh as an apostrophe": ("#צ'יפס", ("צ'יפס",)),
    "geresh as phones write it": ("#צ’יפס", ("צ’יפס",)),
    "closing quote after hebrew": ('"#עבודה" טובה', ("עבודה",)),
    "hindi": ("#नमस्ते दुनिया", ("नमस्ते",)),
    "indic joiner": ("#कि\u200dष", ("कि\u200dष",)),
    "bengali": ("#বাংলাদেশ", ("বাংলাদেশ",)),
    "tamil": ("#தமிழ்நாடு", ("தமிழ்நாடு",)),
    "persian with a non-joiner": ("#می\u200cخواهم", ("می\u200cخواهم",)),
    "non-joiner at the end": ("#سلام\u200c ", ("سلام",)),
    "thai": ("#รักงาน", ("รักงาน",)),
    "japanese middle dot": ("#東京・大阪", ("東京・大阪",)),
    "long vowel": ("#サービス", ("サービス",)),
    "catalan": ("#col·legi", ("col·legi",)),
    "same meaning once, first spelling": ("#Acme #ACME #ａｃｍｅ #other", ("Acme", "other")),
}


@pytest.mark.parametrize("text, tags", FOUND.values(), ids=FOUND)
def test_what_is_a_hashtag(text: str, tags: tuple[str, ...]) -> None:
    assert find_hashtags(text) == tags


SAME = {
    "case": ("OchsnerHero", "ochsnerHERO"),
    "with and without the sign": ("#acme", "acme"),
    "full width": ("＃ＡＣＭＥ", "acme"),
    "small sign": ("﹟acme", "acme"),
    "composed and decomposed": ("Café", "Cafe\u0301"),
    "sharp s": ("Straße", "STRASSE"),
    "turkish dotted capital": ("İstanbul", "istanbul"),
    "turkish dotless": ("ısparta", "isparta"),
    "dotless capital": ("ISPARTA", "ısparta"),
    "gershayim and quote": ("צה״ל", 'צה"ל'),
    "gershayim and phone's quote": ("צה״ל", "צה”ל"),
    "geresh and apostrophe": ("צ׳יפס", "צ'יפס"),
    "geresh and phone's apostrophe": ("צ׳יפס", "צ’יפס"),
    "persian with and without non-joiner": ("می\u200cخواهم", "میخواهم"),
    "indic joiner": ("कि\u200dष", "किष"),
    "ligature": ("ﬁtness", "fitness"),
    "kelvin sign": ("\u212aelvin", "kelvin"),
    "variation selector": ("i❤\ufe0facme", "i❤acme"),
    "greek final sigma": ("ΟΔΟΣ", "οδος"),
}


@pytest.mark.parametrize("one, other", SAME.values(), ids=SAME)
def test_hashtags_that_are_the_same(one: str, other: str) -> None:
    assert fold_hashtag(one) == fold_hashtag(other)


DIFFERENT = {
    "accents matter in a tag": ("Café", "Cafe"),
    "underscore": ("great_place", "greatplace"),
    "digits": ("acme1", "acme2"),
    "cyrillic a": ("аcme", "acme"),
    "short i": ("май", "маи"),
}


@pytest.mark.parametrize("one, other", DIFFERENT.values(), ids=DIFFERENT)
def test_hashtags_that_differ(one: str, other: str) -> None:
    assert fold_hashtag(one) != fold_hashtag(other)


WHOLE = {
    "acme": True, "צה\"ל": True, "צ’יפס": True, "i❤acme": True, "👩‍💻": True, "great_place": True, "2026": True,
    "می\u200cخواهم": True, "col·legi": True, "ＡＢ＿１": True,
    "": False, "#": False, "a b": False, "work-life": False, "a,b": False, "a#b": False, "a.": False, "d'accord": False,
    'a"b': False, "a*": False, "(a)": False, "a\nb": False, "·a": False, "㈱": False,
}  # fmt: skip


@pytest.mark.parametrize("tag, answer", WHOLE.items())
def test_what_a_platform_can_carry(tag: str, answer: bool) -> None:
    assert is_hashtag(tag) is answer


def test_unique_hashtags_keep_the_first_spelling_and_drop_empty_ones() -> None:
    assert unique_hashtags(["#Acme", "acme", " #ＡＣＭＥ ", "#", "", "Other"]) == ("Acme", "Other")


def test_without_hashtags_leaves_the_words() -> None:
    assert without_hashtags("so #proud of #a_b, really").split() == ["so", "of", ",", "really"]


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_hashtag(fold_hashtag(text)) == fold_hashtag(text)


@given(st.text(alphabet="#＃aé_1צ\"'׳”’\u200c\u200d·अि😀 &/.", max_size=40))
def test_what_is_found_can_be_asked_for_and_found_again(text: str) -> None:
    found = find_hashtags(text)
    assert all(is_hashtag(tag) for tag in found), found
    assert find_hashtags(" ".join(f"#{tag}" for tag in found)) == found
