"""The examples and counter-examples in the category files: they are the files' tests, one test each."""

from collections import Counter

import pytest

from sentiment.category_files import Category, CategoryFile, Example
from sentiment.risks import Categories, load_categories

CATEGORIES = load_categories()
FILES = [file for file in CATEGORIES.files if isinstance(file.subject, Category)]
LANGUAGES = ("en", "ro", "ru", "he", "pl")


def _cases(kind: str) -> list[object]:
    return [
        pytest.param(file.subject.name, example, id=f"{file.subject.name}-{example.lang}-{number}")
        for file in FILES
        for number, example in enumerate(getattr(file, kind), start=1)
        if example.words
    ]


@pytest.fixture(scope="module")
def categories() -> Categories:
    return CATEGORIES


@pytest.mark.parametrize(("name", "example"), _cases("examples"))
def test_an_example_is_found(categories: Categories, name: str, example: Example) -> None:
    found = {risk.category: risk for risk in categories.match(example.text, example.lang)}
    assert name in found, f"{example.text!r}: found {list(found)}"
    assert found[name].score >= 0.5
    for words in found[name].evidence.replace("•••", " … ").split(" … "):
        assert words.strip().rstrip("…") in example.text


@pytest.mark.parametrize(("name", "example"), _cases("examples"))
def test_an_example_is_found_when_nobody_knows_its_language(
    categories: Categories, name: str, example: Example
) -> None:
    assert name in [risk.category for risk in categories.match(example.text, "und")]


@pytest.mark.parametrize(("name", "example"), _cases("counter_examples"))
def test_a_counter_example_is_left_alone(categories: Categories, name: str, example: Example) -> None:
    assert example.why
    for language in (example.lang, "und"):
        found = {risk.category: risk for risk in categories.match(example.text, language)}
        assert name not in found, f"{example.why}: {found[name].evidence!r} in {example.text!r}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.subject.name)
def test_every_language_has_eight_of_each(file: CategoryFile, language: str) -> None:
    for kind in ("examples", "counter_examples"):
        texts = {example.text for example in getattr(file, kind) if example.lang == language and example.words}
        assert len(texts) >= 8, f"{kind} in {language}: {len(texts)}"


@pytest.mark.parametrize("file", CATEGORIES.files, ids=lambda file: file.subject.name)
def test_no_text_stands_twice(file: CategoryFile) -> None:
    texts = Counter(example.text for example in (*file.examples, *file.counter_examples))
    assert [text for text, times in texts.items() if times > 1] == []
