"""Which posts explain an alert."""

import random

from alerts.evidence import choose_evidence, with_evidence
from tests.alerts.examples import NOON, alert, assessment, post


def ids(*posts: object, limit: int = 5) -> list[str]:
    return [p.id.removeprefix("files:") for p in choose_evidence(posts, limit)]  # type: ignore[arg-type]


def spoken(number: int, language: str, audience: int | None = None, **changes: object) -> object:
    return post(number, assessment=assessment(language=language), audience=audience, **changes)


def test_languages_take_turns_and_reach_comes_first() -> None:
    posts = [
        spoken(1, "en", 900),
        spoken(2, "en", 800),
        spoken(3, "en", 700),
        spoken(4, "en", 600),
        spoken(5, "he", 10),
        spoken(6, "ru", 20),
        spoken(7, "he", 5),
    ]
    assert ids(*posts) == ["1", "6", "5", "2", "7"]


def test_the_order_in_which_posts_come_does_not_matter() -> None:
    posts = [spoken(n, random.Random(n).choice(["en", "he", "ru"]), n % 7) for n in range(60)]
    expected = ids(*posts)
    for seed in range(20):
        shuffled = posts[:]
        random.Random(seed).shuffle(shuffled)
        assert ids(*shuffled) == expected


def test_each_text_and_each_author_once() -> None:
    copies = [spoken(n, "en", 100 - n, text="Same words #rideacme") for n in range(10)]
    one_author = [spoken(20 + n, "en", 5, author="author-20") for n in range(5)]
    unknown = [spoken(30 + n, "en", 1, author=None) for n in range(2)]
    assert ids(*copies, *one_author, *unknown) == ["0", "20", "30", "31"]


def test_prompt_posts_before_late_ones() -> None:
    late = spoken(1, "en", 90_000, created_at=NOON.replace(hour=2))
    imported = spoken(2, "en", 80_000, imported=True)
    assert ids(late, imported, spoken(3, "en", 1)) == ["3", "1", "2"]


def test_protected_speech_and_unjudged_posts_are_not_quoted() -> None:
    protected = post(1, assessment=assessment(themes=("pay",)), audience=90_000)
    assert ids(protected, post(2, assessment=None), post(3)) == ["3"]


def test_none_is_an_answer_and_an_alert_gets_the_ids() -> None:
    assert choose_evidence([]) == ()
    assert with_evidence(alert(), [post(8), post(9)]).post_ids == ("files:8", "files:9")
