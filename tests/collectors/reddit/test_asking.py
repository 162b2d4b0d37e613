"""Queries in Reddit's words: whatever is random, what comes back is what the query means."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from collectors.matching import matches
from collectors.protocol import Request
from collectors.reddit.plan import MAX_QUERY, plan_for
from listening.errors import ConfigError
from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word, parse
from tests.collectors.reddit.test_contract import collector_for
from tests.servers.reddit import RedditServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "asked", "widened", "unasked"),
    [
        ("acme", ("acme",), False, ()),
        ("#acme", ("acme",), True, ()),
        ("@acme_hq", ('"acme_hq"',), True, ()),
        ('"Acme Corp"', ('"Acme Corp"',), False, ()),
        ("#acme OR globex", ("acme OR globex",), True, ()),
        ("acme globex", ("acme AND globex",), True, ()),
        ("acme NOT jobs", ("acme",), True, ()),
        ("(a1 OR b1) c1", ("(a1 OR b1) AND c1",), True, ()),
        ("(a1 OR b1) (c1 OR d1 e1)", ("(a1 OR b1) AND (c1 OR (d1 AND e1))",), True, ()),
        ("acme OR work*", ("acme",), False, ("work*",)),
        ("acme work*", ("acme",), True, ()),
        ("întârziere", ('"întârziere" OR intarziere',), False, ()),
        ('"and"', ('"and"',), False, ()),
        ("работа", ('"работа"',), False, ()),
        ("🔥", (), False, ("🔥",)),
        ("work*", (), False, ("work*",)),
        ("*", (), True, ("*",)),
        ("NOT acme", (), True, ("NOT acme",)),
    ],
)
def test_the_plan_says_what_is_asked_and_what_not(
    query: str, asked: tuple[str, ...], widened: bool, unasked: tuple[str, ...]
) -> None:
    plan = plan_for(parse(query))
    assert (plan.queries, plan.widened, plan.unasked) == (asked, widened, unasked)
    said = " ".join(plan.sentences())
    assert all(part in said for part in (*asked, *unasked))


def test_the_receipt_says_how_hashtags_are_read() -> None:
    assert "only posts that write it with # are kept" in " ".join(plan_for(parse("#acme")).sentences())
    assert "with # or without" in " ".join(plan_for(parse("#acme"), hashtags_as_words=True).sentences())


def test_long_queries_become_several_that_are_short_enough() -> None:
    names = [f"somewhat{number}longname" for number in range(120)]
    plan = plan_for(parse(" OR ".join(names)))
    assert len(plan.queries) > 3
    assert all(len(query) <= MAX_QUERY for query in plan.queries)
    assert [word for query in plan.queries for word in query.split(" OR ")] == names
    narrow = plan_for(parse(f"({' OR '.join(names[:60])}) ({' OR '.join(names[60:])})"))
    assert all(len(query) <= MAX_QUERY for query in narrow.queries)
    assert plan_for(parse(" ".join(names[:60]))).queries[0].count(" AND ") > 10
    assert plan_for(parse(f"acme ({' OR '.join(names)})")).queries == ("acme",)


def test_a_query_that_cannot_be_asked_needs_a_watched_subreddit() -> None:
    with RedditServer() as server:
        server.submit("at 🔥 acme", NOW - timedelta(hours=1))
        request = Request(query=parse("🔥"), cursor=None, since=NOW - timedelta(days=2), until=None, now=NOW)
        with pytest.raises(ConfigError, match="watched_subreddits"):
            list(collector_for(server).collect(request))
        assert server.asked == []
        found = [post.text for page in collector_for(server, watched=["work"]).collect(request) for post in page.posts]
        assert found == ["at 🔥 acme"]


@pytest.mark.parametrize(("as_words", "texts"), [(False, {"in #acme"}), (True, {"in #acme", "at acme"})])
def test_hashtags_are_hashtags_or_words_as_the_brand_wants(as_words: bool, texts: set[str]) -> None:
    with RedditServer() as server:
        server.submit("at acme", NOW - timedelta(hours=2))
        server.submit("in #acme", NOW - timedelta(hours=1))
        request = Request(query=parse("#acme"), cursor=None, since=NOW - timedelta(days=2), until=None, now=NOW)
        of = collector_for(server, hashtags_as_words=as_words)
        assert {post.text for page in of.collect(request) for post in page.posts} == texts


WORDS = ("acme", "globex", "shift", "pay", "întârziere", "работа", "שלום", "day", "night", "jobs")


def some_query(chance: random.Random, depth: int = 0) -> Node:
    kind = chance.randint(0, 8 if depth < 3 else 4)
    word = chance.choice(WORDS)
    if kind <= 1:
        return Word(word)
    if kind == 2:
        return Hashtag(word)
    if kind == 3:
        return Phrase(f"{word} {chance.choice(WORDS)}")
    if kind == 4:
        return chance.choice((Handle("ana_p"), Word(word[:3], prefix=True), Hashtag("work_here")))
    if kind == 5:
        return Not(some_query(chance, depth + 1))
    terms = tuple(some_query(chance, depth + 1) for _ in range(chance.randint(2, 3)))
    return And(terms) if kind <= 6 else Or(terms)


def some_text(chance: random.Random) -> str:
    signs = ("", "", "#", "**")
    pieces = []
    for _ in range(chance.randint(1, 6)):
        sign = chance.choice(signs)
        pieces.append(f"{sign}{chance.choice(WORDS)}{'**' if sign == '**' else ''}")
    return " ".join([*pieces, *chance.choice(((), ("u/ana_p",), ("#work_here",)))])


def test_random_queries_over_random_posts_agree_with_brute_force() -> None:
    chance = random.Random(8)
    with RedditServer() as server:
        for number in range(40):
            at = NOW - timedelta(hours=20) + timedelta(minutes=number)
            server.submit(some_text(chance), at, title=some_text(chance).replace("**", ""))
        everything = Request(query=parse("*"), cursor=None, since=NOW - timedelta(days=2), until=None, now=NOW)
        watching = collector_for(server, page_size=100, watched=["work"], comments=False)
        posts = [post for page in watching.collect(everything) for post in page.posts]
        assert len(posts) == 40
        search = collector_for(server, page_size=100, comments=False)
        compared = 0
        for _ in range(60):
            query = Query("", some_query(chance))
            plan = plan_for(query)
            expected = {post.id for post in posts if matches(query, post)}
            request = Request(query=query, cursor=None, since=NOW - timedelta(days=2), until=None, now=NOW)
            if compared % 5 == 0:
                assert {post.id for page in watching.collect(request) for post in page.posts} == expected
            if plan.queries:
                found = {post.id for page in search.collect(request) for post in page.posts}
                # What cannot be asked is said, and nothing else is missed.
                assert found == expected if not plan.unasked else found <= expected
                compared += not plan.unasked
        assert compared > 15
