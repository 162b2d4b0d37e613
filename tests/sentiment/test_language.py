import pytest

from sentiment.language import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I love working with this team, what a day", "en"),
        ("Îmi place mult să lucrez cu echipa asta", "ro"),
        ("imi place foarte mult la munca, sunt multumit", "ro"),
        ("Мне очень нравится работать в этой команде", "ru"),
        ("אני מאוד אוהב לעבוד כאן", "he"),
        ("Bardzo lubię pracować w tym zespole", "pl"),
        ("Ich arbeite sehr gern in diesem Team", "de"),
        ("Me gusta mucho trabajar con este equipo", "es"),
        ("Мені дуже подобається працювати тут", "uk"),
        ("この会社で働くのが大好きです", "ja"),
        ("我很喜欢在这里工作", "zh"),
        ("나는 이 회사에서 일하는 것을 좋아합니다", "ko"),
        ("ผมชอบทำงานที่นี่มาก", "th"),
        ("אני אוהב את Microsoft מאוד", "he"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize(
    "text", ["", "😍😍😍", "#ilovemycompany #OchsnerHero", "ok", "lol 😂", "https://acme.com @bob", "12345 !!!", "wow"]
)
def test_what_says_nothing_has_no_language(text: str) -> None:
    assert identify(text) == "und"


def test_a_hashtag_or_link_does_not_decide() -> None:
    assert identify("#ilovemycompany Мне очень нравится работать здесь https://example.com/english/words") == "ru"
