"""What is asked of Algolia and Firebase, and what comes of what they answer."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.hackernews import Algolia, Firebase, HackerNewsCollector, plan_for
from collectors.protocol import Request
from collectors.web import Limits, Web
from listening.collecting import Cursor, GapReason, Page, Position, Removal, RemovalReason
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater
from listening.posts import NativePost
from listening.query import Searchable, parse
from tests.contracts.collectors import last_cursor, posts_of
from tests.servers.hackernews import HackerNewsServer
from tests.servers.web import Reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[HackerNewsServer]:
    with HackerNewsServer() as running:
        yield running


def collector(
    server: HackerNewsServer, cap: int = 1000, requests: int = 400, verified: int = 0, silence: float = 15.0
) -> HackerNewsCollector:
    web = Web([server.address], limits=Limits(silence=silence))
    algolia, firebase = Algolia(web, server.address, cap=cap), Firebase(web, server.address)
    return HackerNewsCollector(algolia, firebase, most_requests=requests, most_verified=verified)


def request(query: str = "acme", cursor: Cursor | None = None) -> Request:
    return Request(query=parse(query), cursor=cursor, since=NOW - timedelta(days=7), until=None, now=NOW)


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ("acme", ["acme"]),
        ("#LifeAtAcme", ["LifeAtAcme"]),
        ('"Acme Corp" OR apex', ['"Acme Corp"', "apex"]),
        ("acme strike", ["acme strike"]),
        ("acme NOT jobs", ["acme"]),
        ("acme (strike OR walkout)", ["acme strike", "acme walkout"]),
        ("work* acme", ["work acme"]),
        ("@acme OR apex", ["apex"]),
        ("*", [""]),
        ("acme OR NOT jobs", [""]),
        ("acme acme", ["acme"]),
    ],
)
def test_a_query_becomes_searches(query: str, searches: list[str]) -> None:
    assert [search.words for search in plan_for(parse(query)).searches] == searches


def test_many_alternatives_side_by_side_are_asked_for_in_part() -> None:
    ways = [f"({' OR '.join(f'{letter}{n}' for n in range(9))})" for letter in "abc"]
    plan = plan_for(parse(" ".join(ways)))
    assert len(plan.searches) == 9
    assert plan.widened


def test_a_long_phrase_is_asked_for_by_its_beginning() -> None:
    plan = plan_for(parse('"one two three four five six seven eight"'))
    assert [search.words for search in plan.searches] == ['"one two three four five six"']
    assert plan.widened


def test_the_plan_says_what_it_widens_and_what_nothing_matches() -> None:
    said = " ".join(plan_for(parse("#acme OR work* OR @acme")).sentences())
    for part in ("asked for [acme] and for [work…]", "@acme finds nothing", "wider than the query", "plural"):
        assert part in said
    assert "read whole" in " ".join(plan_for(parse("*")).sentences())


def test_a_query_of_handles_alone_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no mentions"):
        plan_for(parse("@acme"))


def test_what_is_asked_is_exact_and_only_about_what_was_written(server: HackerNewsServer) -> None:
    list(collector(server).collect(request("work* acme")))
    [asked] = server.searches
    assert (asked["typoTolerance"], asked["queryType"], asked["hitsPerPage"]) == ("false", "prefixAll", "1000")
    assert asked["restrictSearchableAttributes"] == "title,story_text,comment_text"
    seconds = int(NOW.timestamp())
    assert asked["numericFilters"] == f"created_at_i>={seconds - 7 * 86_400},created_at_i<{seconds + 1}"


WORDS = ("acme", "apex", "strike", "we", "like", "#acme", "#LifeAtApex", "workplace", "café", "работа")


def _random_query(chance: random.Random, depth: int = 2) -> str:
    if depth == 0 or chance.random() < 0.3:
        return chance.choice(
            ["acme", "apex", "strike", "#acme", "#LifeAtApex", "work*", '"we like"', "@ana", "cafe", "работа"]
        )
    terms = [_random_query(chance, depth - 1) for _ in range(chance.randint(2, 3))]
    joined = chance.choice((" OR ", " ")).join(terms)
    return f"({joined})" if chance.random() < 0.8 else f"({joined} NOT {_random_query(chance, 0)})"


def test_random_queries_find_what_brute_force_finds(server: HackerNewsServer) -> None:
    chance = random.Random(20261122)
    texts: dict[str, str] = {}
    for n in range(60):
        text = " ".join(chance.choices(WORDS, k=chance.randint(1, 5))) + f" no{n}"
        publish = server.comment if n % 3 else server.story
        texts[publish(text, HOUR_AGO - timedelta(minutes=n))] = text
    tags = {post.native_id: post.hashtags for post in posts_of(list(collector(server).collect(request("*"))))}
    asked = 0
    while asked < 60:
        query = parse(_random_query(chance))
        search = collector(server, cap=30)
        try:
            found = posts_of(list(search.collect(replace(request(), query=query))))
        except ConfigError:
            assert not any(query.matches(Searchable.of(text)) for text in texts.values())
            continue
        asked += 1
        wanted = {n for n, text in texts.items() if query.matches(Searchable.of(text, tags[n]))}
        assert {post.native_id for post in found} == wanted, str(query)


def test_a_second_that_is_too_full_is_a_gap(server: HackerNewsServer) -> None:
    for n in range(14):
        server.comment(f"We like acme {n}", HOUR_AGO)
    server.comment("And acme later", HOUR_AGO + timedelta(seconds=1))
    pages = list(collector(server, cap=10).collect(request()))
    [gap] = [gap for page in pages for gap in page.gaps]
    assert (gap.since, gap.until) == (HOUR_AGO, HOUR_AGO + timedelta(seconds=1))
    assert (gap.reason, gap.estimated) == (GapReason.PAGE_CAP, 4)
    assert len(posts_of(pages)) == 11


def test_a_run_ends_at_its_bound_and_the_next_goes_on(server: HackerNewsServer) -> None:
    texts = {server.comment(f"We like acme {n}", HOUR_AGO - timedelta(hours=n)) for n in range(60)}
    cursor, found, runs = None, set[str](), 0
    while runs < 30 and found != texts:
        pages = list(collector(server, cap=10, requests=4).collect(request(cursor=cursor)))
        cursor = last_cursor(pages, cursor)
        found |= {post.native_id for post in posts_of(pages)}
        runs += 1
    assert found == texts
    assert 3 < runs < 30


def test_what_algolia_learns_late_is_found_by_going_over_it_again(server: HackerNewsServer) -> None:
    cursor = last_cursor(list(collector(server).collect(request())))
    late = server.comment("We like acme", NOW - timedelta(minutes=20))
    then = replace(request(cursor=cursor), now=NOW + timedelta(minutes=5))
    assert [post.native_id for post in posts_of(list(collector(server).collect(then)))] == [late]


@pytest.mark.parametrize("words", ["abc", "-5", "99999999999999", "", str(2**40)])
def test_a_spoilt_or_future_position_is_no_harm(server: HackerNewsServer, words: str) -> None:
    server.comment("We like acme", HOUR_AGO)
    query = parse("acme")
    key = next(iter((last_cursor(list(collector(server).collect(request()))) or Cursor("")).positions))
    cursor = Cursor(query.revision, {key: Position(complete=words, walk_at=words)})
    again = last_cursor(list(collector(server).collect(request(cursor=cursor))))
    assert again is not None
    assert int(again.positions[key].complete or "0") == int(NOW.timestamp())


def test_items_deleted_or_dead_already_are_not_given(server: HackerNewsServer) -> None:
    deleted, dead, good, unknown = (server.comment(f"We like acme {n}", HOUR_AGO) for n in range(4))
    server.flags = {deleted: {"deleted": True}, dead: {"dead": True}, unknown: None}
    [page] = collector(server, verified=10).collect(request())
    assert {post.native_id for post in page.posts} == {good, unknown}
    assert set(page.removed) == {
        Removal(f"hackernews:{deleted}", RemovalReason.DELETED),
        Removal(f"hackernews:{dead}", RemovalReason.WITHDRAWN),
    }
    assert page.spent.requests == 5


def test_only_so_many_are_verified_and_old_ones_never(server: HackerNewsServer) -> None:
    for n in range(20):
        server.comment(f"We like acme {n}", HOUR_AGO)
    cursor = last_cursor(list(collector(server, verified=5).collect(request())))
    assert sum("/v0/item/" in each.path for each in server.asked) == 5
    list(collector(server, verified=5).collect(request(cursor=cursor)))
    assert sum("/v0/item/" in each.path for each in server.asked) == 5


def test_without_firebase_items_are_given_unverified(server: HackerNewsServer) -> None:
    for n in range(3):
        server.comment(f"We like acme {n}", HOUR_AGO)
    server.faults.extend([None, Reply(status=500)])
    assert len(posts_of(list(collector(server, verified=10).collect(request())))) == 3
    assert len(server.asked) == 2


def test_still_there(server: HackerNewsServer) -> None:
    number = server.comment("We like acme", HOUR_AGO)
    of = collector(server)

    def fate() -> NativePost | Removal | None:
        return of.still_there(f"hackernews:{number}", number, NOW)

    found = fate()
    assert isinstance(found, NativePost)
    assert found.text == "We like acme"
    for flags, reason in (
        ({"deleted": True}, RemovalReason.DELETED),
        ({"dead": True}, RemovalReason.WITHDRAWN),
        (None, RemovalReason.DELETED),
    ):
        server.flags[number] = flags
        assert fate() == Removal(f"hackernews:{number}", reason)
    assert of.still_there("hackernews:x", "../user/x", NOW) is None
    server.always = Reply(status=503)
    with pytest.raises(TryLater):
        fate()


def _collect(server: HackerNewsServer, fault: Reply, cap: int = 1000) -> EarshotError:
    server.comment("We like acme", HOUR_AGO)
    server.always = fault
    pages: list[Page] = []
    with pytest.raises(EarshotError) as caught:
        pages.extend(
            collector(server, cap=cap, silence=0.3 if fault.seconds else 15.0).collect(request("acme secretword"))
        )
    assert pages == []
    assert "secretword" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Reply(status=500), TryLater, "fault of its own"),
        (Reply(status=403), AccessDenied, "forbids us"),
        (Reply(b"<!DOCTYPE html><html>", kind="text/html"), TryLater, "web page"),
        (Reply(b'{"hits": [', cut=True), TryLater, "broke off"),
        (Reply(b'{"hits": ['), TryLater, "no JSON"),
        (Reply(b'{"hits": 5}'), TryLater, "something else than hits"),
        (Reply(b"[" * 100_000), TryLater, "JSON"),
        (Reply(reset=True), TryLater, "broke off"),
        (Reply(b"{}", seconds=0.6), TryLater, "in time"),
        (Reply(status=429), RateLimited, "wait until 12:05"),
        (Reply(status=429, headers={"Retry-After": "60"}), RateLimited, "wait until 12:01"),
        (Reply(status=429, headers={"Retry-After": "soon", "Date": "yesterday"}), RateLimited, "wait until 12:05"),
    ],
)
def test_faults_are_told_as_what_to_do(server: HackerNewsServer, fault: Reply, kind: type, words: str) -> None:
    error = _collect(server, fault)
    assert type(error) is kind
    assert words in str(error)


def test_a_server_that_does_not_look_at_times_is_found_out(server: HackerNewsServer) -> None:
    hits = ",".join(f'{{"objectID": "{n}", "created_at_i": 1000}}' for n in range(10))
    error = _collect(server, Reply(b'{"hits": [%s], "nbHits": 900}' % hits.encode()), cap=10)
    assert "other times" in str(error)
    assert len(server.asked) == 1
