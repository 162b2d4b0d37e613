"""The gold set of risks keeps its shape, and nothing that is tuned has seen it."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentiment.benchmark_risks import GOLD
from sentiment.folding import fold
from sentiment.risk_evaluation import GoldPost, read_gold
from sentiment.risks import load_categories

SENTIMENT = GOLD.parents[1]
LANGUAGES = {"en", "ro", "ru", "he", "pl", "de", "fr", "es", "it", "pt", "uk", "ar"}
CATEGORIES = {
    "harassment-insults",
    "confidential-disclosure",
    "safety-hazard",
    "threats-self-harm",
    "discrimination",
    "legal-ethics",
    "spokesperson-confusion",
    "insider-embargo",
    "security-exposure",
}
TRAPS = {"praise", "joke", "quote", "hashtag", "news", "drill", "mended", "protected", "fiction", "ordinary"}


@pytest.fixture(scope="module")
def posts() -> tuple[GoldPost, ...]:
    return read_gold(GOLD, CATEGORIES)


def test_there_are_enough_of_each_kind(posts: tuple[GoldPost, ...]) -> None:
    assert len(posts) >= 720
    assert {post.language for post in posts} == LANGUAGES
    for language in LANGUAGES:
        here = [post for post in posts if post.language == language]
        risky = [post for post in here if post.categories]
        assert len(here) >= 50
        assert 2 * len(risky) == len(here)
        assert {post.trap for post in here if post.trap} == TRAPS
        found = Counter(name for post in risky for name in post.categories)
        assert found.keys() == CATEGORIES
        assert min(found.values()) >= 3
    assert sum(len(post.categories) > 1 for post in posts) >= len(LANGUAGES)


def test_categories_are_the_bundled_ones() -> None:
    assert {category.name for category in load_categories().list} == CATEGORIES


def test_no_post_occurs_twice(posts: tuple[GoldPost, ...]) -> None:
    assert len({fold(post.text) for post in posts}) == len(posts)


def _tuned_on() -> Iterator[str]:
    """Whatever is chosen or tested with: examples of categories, our own training posts, texts in other tests."""
    for file in load_categories().files:
        yield from (example.text for example in (*file.examples, *file.counter_examples))
    for table in SENTIMENT.rglob("*.tsv"):
        if table != GOLD:
            yield from table.read_text(encoding="utf-8").splitlines()
    for test in Path(__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_nothing_that_is_tuned_has_seen_a_gold_post(posts: tuple[GoldPost, ...]) -> None:
    seen = "\n".join(fold(text) for text in _tuned_on())
    assert seen.count("\n") > 500
    assert [post.text for post in posts if fold(post.text).strip(" .") in seen] == []
