import pytest

from sentiment.cleaning import for_model, is_empty
from sentiment.hashtags import KnownWords, hashtag_words

ZWJ, ZWNJ = "\u200d", "\u200c"


KNOWN = KnownWords.of_pieces(["▁good", "▁bad", "▁job", "▁and", "▁עבודה"])


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("ILoveMyJob", "I Love My Job"),
        ("OchsnerHero", "Ochsner Hero"),
        ("FitAssCompany", "Fit Ass Company"),
        ("worksomewhereyoulove", "worksomewhereyoulove"),
        ("HRTeam2024", "HR Team 2024"),
        ("covid_19", "covid 19"),
        ("БлагодаряВам", "Благодаря Вам"),
        ("OCHSNER", "OCHSNER"),
        ("ĘnergiaŻycia", "Ęnergia Życia"),
        ("עובדים_בכיף", "עובדים בכיף"),
        ("मेरीकंपनी", "मेरीकंपनी"),
        ("我爱工作", "我爱工作"),
    ],
)
def test_hashtags_become_words(tag: str, words: str) -> None:
    assert hashtag_words(tag) == words
    assert for_model(f"#{tag}") == words


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Thanks @bob.smith!", "Thanks @user!"),
        ("Thanks @bob@mastodon.social.", "Thanks @user."),
        ("as u/some_body said", "as @user said"),
        ("write to jobs@acme.com", "write to jobs@acme.com"),
        ("see https://t.co/a1B2 now", "see http now"),
        ("看http://t.co/abc很好", "看http很好"),
        ("www.acme.com/jobs?x=1", "http"),
        ("Tom &amp; Jerry &lt;3", "Tom & Jerry <3"),
        ("one\n\n two\t three", "one two three"),
        ("sooooooo goood!!!!!!!", "sooo goood!!!"),
        ("1000000 people", "1000000 people"),
        ("𝗟𝗼𝘃𝗲 ＡＢＣ ﬁne", "Love ABC fine"),
        ("ภาษาทำ", "ภาษาทำ"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("שָׁלוֹם", "שָׁלוֹם"),
        ("C# and #1", "C# and 1"),
        ("#עבודה: כיף", "עבודה : כיף"),
        ("#नौकरी।अच्छी", "नौकरी ।अच्छी"),
        ("", ""),
    ],
)
def test_what_the_model_sees(text: str, seen: str) -> None:
    assert for_model(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("THE WORST SERVICE EVER", "the worst service ever"),
        ("СЕРВІС УЖАСНЫЙ, НИКОГДА БОЛЬШЕ", "сервіс ужасный, никогда больше"),
        ("IT and HR at ACME", "IT and HR at ACME"),
        ("ﬡני ﬣולך ﬥעבודﬣ", "אני הולך לעבודה"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
    ],
)
def test_shouts_and_wide_letters_are_read_as_plain_ones(text: str, seen: str) -> None:
    assert for_model(text) == seen


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"👩{ZWJ}⚕️ hero", f"👩{ZWJ}⚕️ hero"),
        (f"👨{ZWJ}👩{ZWJ}👧", f"👨{ZWJ}👩{ZWJ}👧"),
        (f"می{ZWNJ}خواهم", f"می{ZWNJ}خواهم"),
        (f"क्{ZWJ}ष", f"क्{ZWJ}ष"),
        (f"f{ZWNJ}u{ZWJ}c\u200bk", "fuck"),
        ("\u202egood\u202c \u200fטוב\u200e", "good טוב"),
        ("\u202eboj dab\u202c here", "bad job here"),
        ("\u202dהדובע\u202c", "עבודה"),
        ("\u202egood and \u202ebad", "good and bad"),
        ("\ufeffhi\u2060 the\u00adre", "hi there"),
        (f"{ZWJ}at the edge{ZWNJ}", "at the edge"),
    ],
)
def test_invisible_characters(text: str, seen: str) -> None:
    assert for_model(text, KNOWN) == seen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "#ilovemycompany https://pic.example/1.jpg",
        "@boss #best #team",
        "...!?",
        "http",
        "#我爱工作",
        "—",
        "\u200b",
    ],
)
def test_no_text_is_left(text: str) -> None:
    assert is_empty(text)


@pytest.mark.parametrize("text", ["😍", "❤️", f"👨{ZWJ}👩{ZWJ}👧", "ok", "7", "#a b", "да", "😀 #tag", "#1 tip", "👍🏽"])
def test_text_is_left(text: str) -> None:
    assert not is_empty(text)


def test_cleaning_twice_changes_nothing() -> None:
    for text in ("#ILoveMyJob @me https://a.b/c &amp;amp;", "#a#b##c", "soooo!!!! ＃Tag", "@@a u/abc"):
        once = for_model(text)
        assert for_model(for_model(once)) == for_model(once)


def test_a_very_long_post_is_cleaned_quickly() -> None:
    assert for_model("#Tag @me " * 50_000).startswith("Tag @user")
