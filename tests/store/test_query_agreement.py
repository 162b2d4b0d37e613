"""The index finds exactly the posts that the query evaluator says it must, in every script and for every query."""

import random
from collections.abc import Iterator
from functools import reduce

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from listening.analysis import fold_word
from listening.errors import QueryError
from listening.hashtags import fold_hashtag
from listening.posts import Post
from listening.query import And, Everything, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word, parse
from store.embedded import EmbeddedIndex
from store.protocol import Search
from store.searchable import searchable

from .making import post

WORDS = (
    "don't", "don’t", "Delivery", "deliveries", "a.b", "3.14", "foo_bar", "x*", "\"", "NEAR(", "OR", "AND", "^start",
    "col:on", "{brace}", "livrarea", "întârziată", "İstanbul", "ISPARTA", "Ёлка", "доставки", "доставка", "שלום",
    'צה"ל', "צה״ל", "מְנַהֵל", "東京", "配達", "ﷺ", "½", "👨‍👩‍👧", "👍🏽", "ＡＣＭＥ", "straße", "STRASSE",
    "e\u0301t\u00e9", "สวัสดี", "नमस्ते", "a\u200db", "'; DROP", "--", "%", "_", "someone-12345678", "words", "tags",
)  # fmt: skip
TAGS = ("Acme", "ACME", 'צה"ל', "İzmir", "東京", "two words", "a-b", "tags", "ﷺ")
HANDLES = ("acme", "acme@server.example", "Straße", "a.b", "someone-12345678")
LANGUAGES = (None, "en", "ro", "ru", "he", "tr", "de", "pt-BR", "xx")


def random_posts(seed: int, count: int) -> list[Post]:
    chance = random.Random(seed)
    return [
        post(
            n,
            " ".join(chance.choices(WORDS, k=chance.randrange(7))),
            title=chance.choice((None, None, chance.choice(WORDS))),
            language=chance.choice(LANGUAGES),
            hashtags=tuple(chance.sample(TAGS, k=chance.randrange(3))),
            mentions=tuple(chance.sample(HANDLES, k=chance.randrange(2))),
        )
        for n in range(count)
    ]


POSTS = random_posts(1, 400)
EVALUATED = [(stored.id, searchable(stored)) for stored in POSTS]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedIndex]:
    index = EmbeddedIndex(tmp_path_factory.mktemp("agreement") / "posts.db")
    index.save(POSTS)
    yield index
    index.close()


def leaves() -> st.SearchStrategy[Node]:
    words = st.sampled_from(WORDS)
    parsed = st.one_of(words, st.builds("{} {}".format, words, words), words.map("{}*".format))
    return st.one_of(
        st.just(Everything()),
        parsed.map(_parsed).filter(bool).map(lambda node: node or Everything()),
        st.builds(Phrase, st.lists(st.sampled_from(WORDS[:4] + WORDS[13:30]), min_size=2, max_size=3).map(" ".join)),
        st.sampled_from([w for w in WORDS if w[0].isalpha()]).map(lambda w: Word(w[:2], prefix=True)),
        st.sampled_from(TAGS).map(Hashtag),
        st.sampled_from((*HANDLES, "server.example", "ACME")).map(Handle),
    )


def _parsed(text: str) -> Node | None:
    try:
        return parse(text).root
    except QueryError:
        return None


def both(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return st.one_of(inner.map(Not), several.map(And), several.map(Or))


def found_by(index: EmbeddedIndex, node: Node) -> set[str]:
    return {hit.id for hit in index.search(Search(query=Query("", node), limit=1_000)).posts}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(node=st.recursive(leaves(), both, max_leaves=12))
def test_random_queries_over_random_posts(full: EmbeddedIndex, node: Node) -> None:
    assert found_by(full, node) == {name for name, found in EVALUATED if Query("", node).matches(found)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), data=st.data())
def test_pieces_of_any_text(index: EmbeddedIndex, text: str, data: st.DataObject) -> None:
    index.remove(["x:any"])
    stored = post("any", text, hashtags=(text,) if fold_hashtag(text) else ())
    index.save([stored])
    start = data.draw(st.integers(0, len(text)))
    piece = text[start : start + data.draw(st.integers(1, 12))]
    nodes: list[Node] = [Word(piece), Phrase(piece), Handle(piece)]
    nodes += [Hashtag(text)] if fold_hashtag(text) else []
    nodes += [Word(piece, prefix=True)] if fold_word(piece) else []
    for node in nodes:
        query = Query("", node)
        assert (found_by(index, node) == {"x:any"}) == query.matches(searchable(stored)), node


def test_what_people_type_is_never_read_as_syntax(full: EmbeddedIndex) -> None:
    chance = random.Random(7)
    alphabet = "\"'()*:^-+{}[]~\\/%_;#@ \tANDORNOTNEARé東👍אב0"
    for _ in range(600):
        text = "".join(chance.choices(alphabet, k=chance.randrange(1, 25)))
        node = _parsed(text)
        if node:
            assert found_by(full, node) == {name for name, found in EVALUATED if Query(text, node).matches(found)}, text


@pytest.mark.parametrize("levels", [30, 150])
def test_deep_queries(full: EmbeddedIndex, levels: int) -> None:
    node = reduce(
        lambda inner, n: (And if n % 2 else Or)((Word(WORDS[n % len(WORDS)]), inner)), range(levels), _word("words")
    )
    assert found_by(full, node) == {name for name, found in EVALUATED if Query("", node).matches(found)}


def _word(word: str) -> Node:
    return Word(word)


def test_a_query_with_half_a_character_finds_nothing(full: EmbeddedIndex) -> None:
    assert found_by(full, Word("\ud83d")) == set()


def test_many_terms(full: EmbeddedIndex) -> None:
    node = Or((*(Word(f"nothing{n}") for n in range(199)), Word("straße")))
    assert found_by(full, node) == found_by(full, Word("strasse"))
