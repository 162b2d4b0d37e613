"""Themes of protected speech: their examples and counter-examples, one test each. Recall goes before precision here."""

import pytest

from sentiment.category_files import CategoryFile, Example, Theme
from sentiment.risks import load_categories

CATEGORIES = load_categories()
FILES = [file for file in CATEGORIES.files if isinstance(file.subject, Theme)]


def _cases(kind: str) -> list[object]:
    return [
        pytest.param(file.subject.name, example, id=f"{file.subject.name}-{example.lang}-{number}")
        for file in FILES
        for number, example in enumerate(getattr(file, kind), start=1)
    ]


def test_the_themes_have_the_names_that_the_store_protects() -> None:
    names = {theme.name for theme in CATEGORIES.theme_list}
    assert names == {"pay", "hours", "safety", "organising", "discrimination", "health", "belief"}


@pytest.mark.parametrize(("name", "example"), _cases("examples"))
def test_an_example_has_its_theme(name: str, example: Example) -> None:
    for language in (example.lang, "und"):
        assert name in CATEGORIES.themes(example.text, language)


@pytest.mark.parametrize(("name", "example"), _cases("counter_examples"))
def test_a_counter_example_has_not(name: str, example: Example) -> None:
    assert example.why
    for language in (example.lang, "und"):
        assert name not in CATEGORIES.themes(example.text, language)


@pytest.mark.parametrize("language", ["en", "ro", "ru", "he", "pl"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.subject.name)
def test_every_language_has_six_of_each(file: CategoryFile, language: str) -> None:
    for kind in ("examples", "counter_examples"):
        texts = {example.text for example in getattr(file, kind) if example.lang == language}
        assert len(texts) >= 6, f"{kind} in {language}: {len(texts)}"


def test_a_post_may_have_several_themes() -> None:
    text = "Unpaid overtime, no gloves, and they laughed when we mentioned the union."
    assert CATEGORIES.themes(text, "en") == ("hours", "organising", "pay", "safety")


def test_a_language_without_phrases_still_has_the_english_ones() -> None:
    assert "organising" in CATEGORIES.themes("Streik heute, join the union!", "de")
