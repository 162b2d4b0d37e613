"""What servers do: refuse, limit, move, close, lie, and share posts."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.canonical import hashed_id
from collectors.lemmy import LemmyCollector, Server, plan_for
from collectors.protocol import Request
from collectors.web import Answer, Limits, Web
from listening.collecting import Cursor, GapReason, Page, Position, Removal, RemovalReason
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater
from listening.posts import NativePost
from listening.query import Searchable, parse
from tests.contracts.collectors import last_cursor, posts_of
from tests.servers.lemmy import LemmyServer
from tests.servers.web import Reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[LemmyServer]:
    with LemmyServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[LemmyServer]:
    with LemmyServer("alpha") as running:
        yield running


def collector(
    *servers: LemmyServer, size: int = 10, searches: int = 80, pages: int = 40, silence: float = 15.0
) -> LemmyCollector:
    web = Web([each.address for each in servers], limits=Limits(silence=silence))
    asked = [Server(web, each.address, page_size=size, most_searches=searches) for each in servers]
    return LemmyCollector(asked, most_pages=pages)


def request(query: str = "#acme", cursor: Cursor | None = None) -> Request:
    return Request(query=parse(query), cursor=cursor, since=NOW - timedelta(days=7), until=None, now=NOW)


def collect(of: LemmyCollector, what: Request) -> tuple[list[Page], EarshotError | None]:
    pages: list[Page] = []
    try:
        pages.extend(of.collect(what))
    except EarshotError as error:
        return pages, error
    return pages, None


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ("#LifeAtAcme", ["#LifeAtAcme"]),
        ('acme OR "Acme Corp"', ["acme", "Acme Corp"]),
        ("acme strikebreaker NOT jobs", ["strikebreaker"]),
        ("(acme OR apex) strike", ["strike"]),
        ("work* OR @acme@lemmy.example", ["work", "@acme@lemmy.example"]),
        ("Acme OR acme", ["Acme"]),
        ("acme OR NOT jobs", ["acme"]),
    ],
)
def test_a_query_becomes_searches(query: str, searches: list[str]) -> None:
    assert sorted(text.casefold() for text in plan_for(parse(query)).searches) == sorted(map(str.casefold, searches))


def test_a_query_without_words_is_refused_and_the_plan_says_what_is_not_asked() -> None:
    for query in ("*", "NOT jobs"):
        with pytest.raises(ConfigError, match="asked for words"):
            plan_for(parse(query))
    said = " ".join(plan_for(parse("acme OR NOT jobs")).sentences())
    assert "cannot be asked for NOT jobs" in said
    assert "wider" in said


def test_random_queries_find_what_brute_force_finds(server: LemmyServer) -> None:
    chance = random.Random(20261122)
    words = ("acme", "apex", "strike", "we", "like", "#acme", "#LifeAtApex", "workplace", "@ana@town.example")
    texts: dict[str, str] = {}
    for n in range(50):
        text = " ".join(chance.choices(words, k=chance.randint(1, 5))) + f" no{n}"
        item = server.publish(text, HOUR_AGO - timedelta(minutes=n), title="Title" if n % 2 else None)
        texts[str(item.number)] = f"Title {text}" if n % 2 else text
    terms = ("acme", "apex", "strike", "#acme", "#LifeAtApex", "work*", '"we like"', "@ana")
    mentions = {number: ("ana@town.example",) if "@ana" in text else () for number, text in texts.items()}
    for _ in range(30):
        parts = [" ".join(chance.sample(terms, k=chance.randint(1, 2))) for _ in range(chance.randint(1, 3))]
        query = parse(f"({' OR '.join(parts)})" + (f" NOT {chance.choice(terms)}" if chance.random() < 0.4 else ""))
        found = posts_of(list(collector(server).collect(replace(request(), query=query))))
        tags = {number: tuple(w[1:] for w in text.split() if w[0] == "#") for number, text in texts.items()}
        wanted = {n for n, text in texts.items() if query.matches(Searchable.of(text, tags[n], mentions[n]))}
        assert {post.native_id.rsplit("/", 1)[1] for post in found} == wanted, str(query)


def test_the_same_post_on_two_servers_is_one(server: LemmyServer, other: LemmyServer) -> None:
    for each, number in ((server, 3), (other, 8)):
        item = each.publish("We like #acme", HOUR_AGO, "Hello", home="town.example", number=number)
        item.more = {"ap_id": "https://town.example/post/77"}
    found = posts_of(list(collector(server, other).collect(request())))
    assert [post.id for post in found] == [hashed_id("lemmy", "https://town.example/post/77")] * 2
    assert {post.native_id for post in found} == {f"{server.name}/post/3", f"{other.name}/post/8"}
    assert {post.author.handle for post in found if post.author} == {"anapop@town.example"}


def test_a_server_that_lies_about_anothers_post_speaks_for_itself_only(server: LemmyServer) -> None:
    item = server.publish("We hate #acme", HOUR_AGO, "Hello")
    item.more = {"ap_id": "https://town.example/post/77"}  # but its author and its community are here
    [post] = posts_of(list(collector(server).collect(request())))
    assert post.id == hashed_id("lemmy", f"https://{server.name}/post/1") != hashed_id("lemmy", item.more["ap_id"])
    assert post.url == f"https://{server.name}/post/1"
    assert post.author is None


def test_a_lying_server_removes_nothing_of_another(server: LemmyServer) -> None:
    for flag in ("deleted", "removed"):
        server.publish("We hate #acme", HOUR_AGO, ap_id="https://town.example/comment/77", **{flag: True})
    [*_, page] = collector(server).collect(request())
    assert hashed_id("lemmy", "https://town.example/comment/77") not in {gone.post_id for gone in page.removed_if_kept}


def test_what_is_deleted_or_removed_at_home_goes_and_what_is_hidden_elsewhere_is_not_shown(server: LemmyServer) -> None:
    server.publish("One #acme", HOUR_AGO, deleted=True)
    server.publish("Two #acme", HOUR_AGO, removed=True)
    pages = list(collector(server).collect(request()))
    assert {gone for page in pages for gone in page.removed_if_kept} == {
        Removal(hashed_id("lemmy", f"https://{server.name}/comment/1"), RemovalReason.DELETED),
        Removal(hashed_id("lemmy", f"https://{server.name}/comment/2"), RemovalReason.WITHDRAWN),
    }
    assert posts_of(pages) == []


def test_a_walk_that_is_too_long_is_a_gap(server: LemmyServer) -> None:
    for n in range(50):
        server.publish(f"We like #acme {n}", HOUR_AGO - timedelta(minutes=n))
    pages = list(collector(server, pages=3).collect(request()))
    [gap] = [gap for page in pages for gap in page.gaps]
    assert (gap.since, gap.until) == (NOW - timedelta(days=7), HOUR_AGO - timedelta(minutes=29))
    assert gap.reason is GapReason.PAGE_CAP
    assert server.name in gap.source
    assert len(posts_of(pages)) == 30
    later = list(collector(server, pages=3).collect(request(cursor=last_cursor(pages))))
    assert not any(page.gaps for page in later), "it is told once"


def test_searches_are_counted_and_the_run_stops_before_the_server_says_so(server: LemmyServer) -> None:
    texts = {f"We like #acme {n}" for n in range(60)}
    for n, text in enumerate(sorted(texts)):
        server.publish(text, HOUR_AGO - timedelta(minutes=n))
    found, cursor = set[str](), None
    for _ in range(4):
        pages, error = collect(collector(server, searches=4), request(cursor=cursor))
        cursor = last_cursor(pages, cursor)
        found |= {post.text for post in posts_of(pages)}
        if error is None:
            break
        assert isinstance(error, RateLimited)
        assert error.until == NOW + timedelta(minutes=10)
    assert found == texts
    assert error is None


def test_an_endless_server_is_found_out(server: LemmyServer) -> None:
    for n in range(30):
        server.publish(f"We like #acme {n}", HOUR_AGO)
    server.ignores_pages = True
    pages, error = collect(collector(server), request())
    assert "same page again" in str(error)
    assert len(posts_of(pages)) == 10


class _Moved(Web):
    """Redirects to other hosts lead outside this machine, so this one tells of a redirect without following it."""

    def get(self, *args: Any, **more: Any) -> Answer:
        return replace(super().get(*args, **more), url="https://new.example/api/v3/site", host="new.example")


def test_a_server_that_moved_is_not_followed(server: LemmyServer) -> None:
    pages, error = collect(LemmyCollector([Server(_Moved([server.address]), server.address)]), request())
    assert pages == []
    assert isinstance(error, AccessDenied)
    assert "sends us to new.example: read the terms" in str(error)


def test_a_place_that_the_server_forgot_is_not_asked_for_again() -> None:
    with LemmyServer("v4") as server:
        texts = {f"We like #acme {n}" for n in range(25)}
        for text in texts:
            server.publish(text, HOUR_AGO)
        pages, _ = collect(collector(server, searches=3), request())
        server.faults.extend([None, None, None, Reply(b'{"error": "cursor"}', 400)])
        forgot, error = collect(collector(server), request(cursor=last_cursor(pages)))
        assert isinstance(error, TryLater)
        again, error = collect(collector(server), request(cursor=last_cursor(forgot, last_cursor(pages))))
        assert error is None
        assert {post.text for post in posts_of(again)} == texts


def test_one_server_that_fails_does_not_stop_the_others(server: LemmyServer, other: LemmyServer) -> None:
    server.always = Reply(status=503)
    other.publish("We like #acme", HOUR_AGO)
    pages, error = collect(collector(server, other), request())
    assert len(posts_of(pages)) == 1
    assert isinstance(error, TryLater)
    assert error.until == NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Reply(status=500), TryLater, "fault of its own"),
        (Reply(status=410), AccessDenied, "no such page"),
        (Reply(status=404), AccessDenied, "neither as Lemmy nor as PieFed"),
        (Reply(status=403), AccessDenied, "forbids us"),
        (Reply(b'{"error": "rate_limit_error"}', 400), RateLimited, "wait"),
        (Reply(b'{"error": "instance_is_private"}', 400), AccessDenied, "only to its users"),
        (Reply(b"?", 400), TryLater, "did not understand"),
        (Reply(b"<!DOCTYPE html><html>", kind="text/html"), TryLater, "web page"),
        (Reply(b"[]"), TryLater, "something else"),
        (Reply(b'{"posts": [', cut=True), TryLater, "broke off"),
        (Reply(b'{"posts": ['), TryLater, "no JSON"),
        (Reply(b'{"posts": 5}'), TryLater, "something else"),
        (Reply(reset=True), TryLater, "broke off"),
        (Reply(b"{}", seconds=0.6), TryLater, "in time"),
        (Reply(status=429), RateLimited, "12:05"),
        (Reply(status=429, headers={"Retry-After": "600"}), RateLimited, "12:10"),
        (Reply(status=429, headers={"Retry-After": "soon", "X-RateLimit-Reset": "-1"}), RateLimited, "12:05"),
    ],
)
def test_faults_are_told_as_what_to_do(server: LemmyServer, fault: Reply, kind: type, words: str) -> None:
    server.publish("We like secretword", HOUR_AGO)
    server.always = fault
    pages, error = collect(collector(server, silence=0.3 if fault.seconds else 15.0), request("secretword"))
    assert pages == []
    assert isinstance(error, kind)
    assert words in str(error)
    assert "secretword" not in str(error)


@pytest.mark.parametrize("dialect", ["v3", "v4", "alpha"])
def test_still_there(dialect: str) -> None:
    with LemmyServer(dialect) as server:
        server.publish("We like #acme", HOUR_AGO)
        of = collector(server)
        [post] = posts_of(list(of.collect(request())))

        def fate() -> NativePost | Removal | None:
            return of.still_there(post.id, post.native_id, NOW)

        assert fate() == post
        server.items[0].more = {"deleted": True}
        assert fate() == Removal(post.id, RemovalReason.DELETED)
        server.items[0].more = {"removed": True}
        assert fate() == Removal(post.id, RemovalReason.WITHDRAWN)
        server.items.clear()
        assert fate() == Removal(post.id, RemovalReason.DELETED)
        assert of.still_there(post.id, "gone.example/comment/1", NOW) is None
        assert of.still_there(post.id, f"{server.name}/comment/../1", NOW) is None
        server.always = Reply(status=500)
        with pytest.raises(TryLater):
            fate()


@pytest.mark.parametrize(
    "at", ["abc", "5", "-1 x", "3 ", "99999999999 P1", "1 ²", "\ud800", "2099-01-01T00:00:00+00:00"]
)
def test_a_spoilt_position_is_no_harm(server: LemmyServer, at: str) -> None:
    server.publish("We like #acme", HOUR_AGO)
    keys = (last_cursor(list(collector(server).collect(request()))) or Cursor("")).positions
    spoilt = Cursor(parse("#acme").revision, {key: Position(at, at, at) for key in keys})
    pages, error = collect(collector(server), request(cursor=spoilt))
    assert error is None or isinstance(error, TryLater)
    for _ in range(2):
        cursor = last_cursor(pages, spoilt)
        pages, error = collect(collector(server), request(cursor=cursor))
    assert error is None
    assert all(_sane(position) for position in (last_cursor(pages) or spoilt).positions.values())


def _sane(position: Position) -> bool:
    return position.complete is None or datetime.fromisoformat(position.complete) <= NOW


def test_hits_of_one_page_are_read_though_neighbours_are_nonsense(server: LemmyServer) -> None:
    server.publish("Good #acme", HOUR_AGO)
    server.publish("", HOUR_AGO, raw=json.loads('{"comment": {"id": 1, "content": "x #acme", "published": "1e999"}}'))
    pages = list(collector(server).collect(request()))
    assert [post.text for post in posts_of(pages)] == ["Good #acme"]
    assert sum(len(page.unreadable) for page in pages) == 1
