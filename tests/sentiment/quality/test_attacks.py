"""An attack changes what a machine reads and leaves what people read."""

import unicodedata
from random import Random

import pytest

from sentiment.cleaning import for_model
from sentiment.quality.attacks import ATTACKS, CONFUSABLE

POSTS = [
    "@user Ce zi bună la muncă azi, mulțumesc echipei! #BestTeam http://example.org/a",
    "Сегодня отличный день, всё получилось #НашаКоманда",
    "אני אוהב את הצוות שלי, תודה לכולם על היום הזה",
    "Świetna praca, polecam każdemu! 😀👍🏽",
    "The best colleagues I have ever had, honestly",
]
SEEDS = range(8)
DOUBLES = {(double, letter) for letter, doubles in CONFUSABLE.items() for double in doubles}


def attacked(name: str, text: str) -> list[str]:
    return [ATTACKS[name](text, Random(seed)) for seed in SEEDS]


def without_controls(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf")


def as_displayed(text: str) -> str:
    """What an override stores backwards, forwards."""
    shown, backwards = "", None
    for letter in text:
        if letter in "\u202d\u202e":
            backwards = ""
        elif letter == "\u202c" and backwards is not None:
            shown, backwards = shown + backwards[::-1], None
        elif backwards is not None:
            backwards += letter
        else:
            shown += letter
    return shown


@pytest.mark.parametrize("text", POSTS)
@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("zero-width", without_controls),
        ("bidi controls", without_controls),
        ("bidi overrides", as_displayed),
        ("full-width", lambda text: unicodedata.normalize("NFKC", text)),
        ("upper case", str.lower),
    ],
)
def test_the_visible_text_stays(name: str, read: object, text: str) -> None:
    assert callable(read)
    expected = text.lower() if name == "upper case" else text
    for found in attacked(name, text):
        assert read(found) == expected


@pytest.mark.parametrize("text", POSTS)
def test_homoglyphs_are_doubles_of_their_letters(text: str) -> None:
    for found in attacked("homoglyphs", text):
        assert len(found) == len(text)
        assert all(one == other or (one, other) in DOUBLES for one, other in zip(found, text, strict=True))


def test_no_letter_is_its_own_double() -> None:
    assert all(unicodedata.name(double) != unicodedata.name(letter) for double, letter in DOUBLES)
    assert len(DOUBLES) > 100


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mulțumesc, șefă! Łódź", "Multumesc, sefa! Lodz"),
        ("всё ещё йод", "все еще йод"),
        ("שָׁלוֹם", "שלום"),
        ("plain 😀", "plain 😀"),
    ],
)
def test_missing_diacritics(text: str, expected: str) -> None:
    assert ATTACKS["missing diacritics"](text, Random(0)) == expected


@pytest.mark.parametrize("name", sorted(ATTACKS))
def test_every_attack_changes_something_and_is_the_same_each_time(name: str) -> None:
    text = " ".join(POSTS)
    assert all(found != text for found in attacked(name, text))
    assert attacked(name, text) == attacked(name, text)


@pytest.mark.parametrize("name", sorted(set(ATTACKS) - {"missing diacritics"}))
def test_mentions_and_links_stay_whole(name: str) -> None:
    for found in attacked(name, POSTS[0]):
        assert found.startswith("@user ")
        assert found.endswith(" http://example.org/a")


@pytest.mark.parametrize("name", sorted(ATTACKS))
@pytest.mark.parametrize("text", ["", " ", "😀", "@user", "#", "a", "1234"])
def test_what_has_no_word_is_no_trouble(name: str, text: str) -> None:
    for found in attacked(name, text):
        assert len(found) <= len(text) + 1


def test_typos_and_leet_stay_near_their_words() -> None:
    text = POSTS[4]
    for name in ("typos", "leet"):
        for found in attacked(name, text):
            words, before = found.split(), text.split()
            assert len(words) == len(before)
            assert all(abs(len(one) - len(other)) <= 1 for one, other in zip(words, before, strict=True))


@pytest.mark.parametrize("name", ["zero-width", "bidi controls", "full-width"])
@pytest.mark.parametrize("text", POSTS)
def test_the_model_does_not_see_these_at_all(name: str, text: str) -> None:
    for found in attacked(name, text):
        assert for_model(found) == for_model(text)
