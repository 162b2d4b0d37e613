"""What alerts and queries say, in every language: with the numbers, and without a word of English."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from alerts import sentences
from dashboards.catalogue import LANGUAGES, Words
from dashboards.told import told
from listening.errors import QueryError
from listening.query import MAX_DEPTH, MAX_TERMS, parse
from listening.sentences import Sentence, sentence

OTHERS = [language for language in LANGUAGES if language != "en"]
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def words(language: str) -> Words:
    return Words(language, ZoneInfo("Europe/Bucharest"), AT)


ALERTS = [
    (sentences.share_counted(31, 38, 24, 21), ["31", "38", "82", "24", "21"]),
    (sentences.share_counted(31, 38, 3, 0), ["31", "38", "82", "3"]),
    (sentences.share_against(0.18, 400, 4), ["18", "400", "4"]),
    (sentences.share_against_nothing(0.25, 12), ["25", "12"]),
    (sentences.share_against_nothing(0.25, 0), ["25"]),
    (sentences.share_why(0.42, 0.18, 0.4), ["42", "18", "40"]),
    (sentences.share_why_alarming(0.9, 0.85), ["90", "85"]),
    (sentences.spike_counted(25, True, 3, 2), ["25", "3", "2"]),
    (sentences.spike_counted(22, False, 12, 0), ["22", "12"]),
    (sentences.spike_against(12, 22), ["12", "22"]),
    (sentences.spike_against_nothing(20), ["20"]),
    (sentences.spike_against_floor(6, 4), ["6", "4"]),
    (sentences.spike_why(90, 20, 3), ["4.5", "3"]),
    (sentences.spike_why_alarming(500), ["500"]),
    (sentences.risk_counted("safety-hazard", 0.91), ["0.91"]),
    (sentences.risk_against(0.85), ["0.85"]),
    (sentences.risk_why("files", AT), ["22", "2026", "11:30"]),
    (sentences.condition_why(), []),
    (sentences.danger_why(), []),
    (sentences.reach_counted(12_345, 0.9), ["0.90", "12345"]),
    (sentences.reach_against(10_000), ["10000"]),
    (sentences.SUBSIDED, []),
    (sentences.STOPPED_WHILE_SENDING, []),
    (sentences.DISMISSED, []),
]


def _digits(text: str) -> str:
    """Numbers as in English, without signs between thousands."""
    return re.sub(r"(?<=\d),(?=\d\d?\b)", ".", re.sub(r"(?<=\d)[.,\s\u202f\xa0](?=\d{3}\b)", "", text))


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(("line", "numbers"), ALERTS, ids=lambda case: str(case)[:50] if isinstance(case, str) else "")
def test_lines_of_alerts(language: str, line: Sentence, numbers: list[str]) -> None:
    said = told(words(language), line)
    assert said
    assert said != line
    for number in numbers:
        assert re.search(rf"(?<!\d){re.escape(number)}(?!\d)", _digits(said)), f"{number} is missing in {said!r}"
    assert not {"the", "posts", "post", "of", "is", "and", "rule"} & set(re.findall(r"\w+", said)), said
    if language in ("he", "ru"):
        assert not re.search("[A-Za-z]{2,}", said.replace("EET", "")), said


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    "query",
    ["", "x" * 4001, "a )", "a " * (MAX_TERMS + 1), '"a', "a OR", "(a", "a OR OR", '"!"', "#", "#a-b", "@", "@a!b",
     "a*b", "!", "(" * (MAX_DEPTH + 1) + "a"],
)  # fmt: skip
def test_queries(language: str, query: str) -> None:
    with pytest.raises(QueryError) as refused:
        parse(query)
    assert isinstance(refused.value.sentence, Sentence)
    said = told(words(language), refused.value.sentence)
    assert said
    assert said != str(refused.value)
    assert re.findall(r"\d", str(refused.value)) == re.findall(r"\d", said)


@pytest.mark.parametrize(
    ("language", "line", "said"),
    [
        ("ro", sentences.spike_counted(1, True, 1, 0), "1 postare negativă în ultima oră."),
        ("ro", sentences.spike_counted(20, True, 3, 1), "20 de postări negative în ultimele 3 ore; "
         "1 postare ajunsă târziu la noi nu este numărată."),
        ("ru", sentences.spike_counted(21, True, 24, 0), "21 негативная публикация за последние 24 часа."),
        ("ru", sentences.spike_counted(25, True, 5, 0), "25 негативных публикаций за последние 5 часов."),
        ("pl", sentences.spike_counted(22, True, 1, 0), "22 negatywne wpisy w ciągu ostatniej godziny."),
        ("he", sentences.spike_counted(1, False, 1, 0), "פוסט אחד בשעה האחרונה."),
        ("ru", sentences.spike_against_floor(1.5, 4), "В те же часы за 4 прошлые недели не было почти ничего; "
         "обычными считаются 1,5 публикации."),
        ("en", sentences.risk_why("files", AT), "It was published on Files on 22 Nov 2026, 11:30:00 EET and has "
         "just been judged."),
    ],
)  # fmt: skip
def test_plurals_and_moments(language: str, line: Sentence, said: str) -> None:
    assert told(words(language), line) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ""),
        ("The server answered 503.", "The server answered 503."),
        ("Given up after 3 days of attempts. The server is busy. Wait.",
         "Abandonat după 3 zile de încercări. The server is busy. Wait."),
        ("None of its rules has anything to report any more.",
         "Niciuna dintre regulile ei nu mai are nimic de semnalat."),
        (sentence("Worded %(how)s once.", how="differently"), "Worded differently once."),
    ],
)  # fmt: skip
def test_what_no_catalogue_knows_stays_as_it_is(text: str, said: str) -> None:
    assert told(words("ro"), text) == said


def test_a_strangers_spelling_does_not_turn_a_hebrew_sentence() -> None:
    with pytest.raises(QueryError) as refused:
        parse("#a-b")
    assert "'\u2068#a-b\u2069'" in told(words("he"), refused.value.sentence)
