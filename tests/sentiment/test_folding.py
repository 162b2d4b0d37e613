"""Two spellings of one word compare equal, and every folded character knows where it stood."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sentiment.folding import MENTION, fold, trace


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hărțuire", "hartuire"),
        ("hărţuire", "hărțuire"),
        ("Łódź", "lodz"),
        ("всё", "ВСЕ"),
        ("и\u0306", "й"),
        ("שָׁלוֹם", "שלום"),
        ('צה"ל', "צה״ל"),
        ("don't", "don’t"),
        ("self-harm", "self harm"),
        ("stuuuupid", "stupid"),
        ("pass\u200bword", "password"),
        ("раssword", "password"),
        ("ﬁre", "fire"),
        ("ＡＢＣ", "abc"),
        ("İstanbul", "istanbul"),
        ("a\0b", "ab"),
        ("wait… what?!", "wait. what."),
        ("https://a.example/x?y", "http"),
    ],
)
def test_the_same_to_a_phrase(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("мой", "мои"), ("f**k", "fk"), ("one. two", "one two"), ("no 1", "no 2")])
def test_not_the_same(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_a_mention_is_one_character() -> None:
    assert fold("hi @someone-3f9a1c2b, you") == f" hi {MENTION} you "


@given(st.text() | st.text(alphabet="aàаё .*'\"א״@/:hтtpsw\u200b\u0301\ud800\n!"))
@settings(max_examples=300, deadline=None)
def test_tracing_folds_alike(text: str) -> None:
    traced = trace(text)
    assert traced.folded == fold(text)
    assert len(traced.starts) == len(traced.ends) == len(traced.folded)
    assert all(0 <= start <= end <= len(text) for start, end in zip(traced.starts, traced.ends, strict=True))
    assert list(traced.starts) == sorted(traced.starts)


def test_a_quote_is_as_it_was_written() -> None:
    traced = trace("Da, HĂRȚ\u200bUIRE! zice @cineva")
    start = traced.folded.index("hartuire")
    assert traced.quote(start, start + len("hartuire")) == "HĂRȚ\u200bUIRE"
