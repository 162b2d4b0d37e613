"""Letters of another script are put right; honest mixtures stay."""

import pytest

from sentiment.cleaning import for_model
from sentiment.homoglyphs import one_script


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("I hаtе this соmраny", "I hate this company"),
        ("Тhе wоrst bоss еvеr, а shame", "The worst boss ever, a shame"),
        ("Это cамая плoхая рабoта, a вы?", "Это самая плохая работа, а вы?"),
        ("ужасная paбота c ними", "ужасная работа с ними"),
        ("Ηello wοrld of Αthens", "Hello world of Athens"),
        ("καλημέρα Aθήνα", "καλημέρα Αθήνα"),
        ("ɢᴏᴏᴅ ᴅᴀʏ", "good day"),
        ("Мой iPhone'ом доволен, IT рулит, OK", "Мой iPhone'ом доволен, IT рулит, OK"),
        ("MTC это связь, CEO тоже", "MTC это связь, CEO тоже"),
        ("привет http @user как", "привет http @user как"),
        ("нeт, этo нe тaк", "нет, это не так"),
        ("ᴎᴎдᴎя", "иидия"),
        ("I love Москва", "I love Москва"),
        ("Мы в VK", "Мы в VK"),
        ("plain text", "plain text"),
        ("עברית and English", "עברית and English"),
        ("", ""),
    ],
)
def test_one_script(written: str, meant: str) -> None:
    assert one_script(written) == meant
    assert one_script(meant) == meant


def test_places_stay_what_they_are() -> None:
    text = "Тhе wоrst ΑΒΓ ᴀ iPhone'ом привет"
    assert len(one_script(text)) == len(text)


def test_links_and_mentions_survive_in_a_cyrillic_post() -> None:
    assert for_model("смотри https://example.org/page @somebody") == "смотри http @user"
