"""What servers do: refuse, limit, break off, lie, and share posts. By the real client over HTTP."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from collectors.mastodon import MastodonCollector, Server
from collectors.mastodon.build import client_for
from collectors.protocol import Request
from collectors.waiting import LONGEST, USUAL
from listening.collecting import Cursor, Page, Position, Removal, RemovalReason
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater
from listening.platforms import MastodonServer as ServerSettings
from listening.posts import NativePost
from listening.query import Hashtag, Query, parse
from tests.servers.mastodon import Fault, MastodonServer, account, status_id

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[MastodonServer]:
    with MastodonServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[MastodonServer]:
    with MastodonServer() as running:
        yield running


def collector(*servers: MastodonServer, timeout: float = 5.0, token: str | None = None) -> MastodonCollector:
    named = [ServerSettings.model_validate({"base_url": s.address + "/", "access_token": token}) for s in servers]
    return MastodonCollector([Server(client_for(each, timeout)) for each in named])


def request(query: str = "#acme", cursor: Cursor | None = None, until: datetime | None = None) -> Request:
    return Request(query=parse(query), cursor=cursor, since=NOW - timedelta(days=7), until=until, now=NOW)


def collect_until_error(of: MastodonCollector, what: Request) -> tuple[list[Page], EarshotError | None]:
    pages: list[Page] = []
    try:
        pages.extend(of.collect(what))
    except EarshotError as error:
        return pages, error
    return pages, None


def error_of(server: MastodonServer, fault: Fault, **more: float | str) -> EarshotError:
    server.publish("<p>Hello #acme</p>", HOUR_AGO)
    server.faults.append(fault)
    pages, error = collect_until_error(collector(server, **more), request())  # type: ignore[arg-type]
    assert pages == []
    assert error is not None
    assert server.name in str(error)
    assert str(error).endswith((".", "?"))
    return error


WEB_PAGE = Fault(body=b"<html>Just a moment...</html>", kind="text/html")


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(401), AccessDenied, "set an access token"),
        (Fault(403), AccessDenied, "ACCESS_TOKEN"),
        (Fault(422, b'{"error": "This method requires an authenticated user"}'), AccessDenied, "set an access token"),
        (Fault(404), TryLater, "base_url"),
        (Fault(500), TryLater, "500"),
        (Fault(502, b"<html>Bad gateway</html>"), TryLater, "502"),
        (Fault(503), TryLater, "503"),
        (Fault(418), TryLater, "418"),
        (Fault(body=b'[{"id": "1"', cut=True), TryLater, "broke off"),
        (WEB_PAGE, TryLater, "web page"),
        (Fault(body=b""), TryLater, "JSON"),
        (Fault(body=b'{"error": "no"}'), TryLater, "list of posts"),
        (Fault(body=b'"hello"'), TryLater, "list of posts"),
        (Fault(body=b"[" * 100_000), TryLater, "JSON"),
    ],
)
def test_each_fault_is_told_as_what_to_do_next(
    server: MastodonServer, fault: Fault, kind: type[EarshotError], says: str
) -> None:
    error = error_of(server, fault)
    assert type(error) is kind
    assert says in str(error)


@pytest.mark.parametrize("depth", [400, 700, 800, 850, 900, 950, 1_000])
def test_answers_nested_deeply_are_told_too(server: MastodonServer, depth: int) -> None:
    server.always = Fault(body=b"[" * depth + b"]" * depth)
    _, error = collect_until_error(collector(server), request())
    assert isinstance(error, TryLater)


def test_a_server_that_is_silent_or_gone_is_tried_later(server: MastodonServer) -> None:
    slow = error_of(server, Fault(seconds=0.6), timeout=0.2)
    assert isinstance(slow, TryLater)
    assert "in time" in str(slow)


def test_nobody_listens() -> None:
    gone = Server(client_for(ServerSettings(base_url="http://127.0.0.1:9"), 2))
    with pytest.raises(TryLater, match="no connection"):
        list(MastodonCollector([gone]).collect(request()))


def test_no_error_tells_the_token(server: MastodonServer) -> None:
    for fault in (Fault(401), Fault(403), Fault(500), WEB_PAGE, Fault(body=b"x", cut=True)):
        error = error_of(server, fault, token="s3cret-token")
        chain = [error, error.__cause__, error.__context__]
        assert not any("s3cret-token" in f"{link!r} {link}" for link in chain)
    assert server.tokens_seen == {"s3cret-token"}


def test_a_token_that_expired_is_named(server: MastodonServer) -> None:
    server.token = "right"
    server.publish("<p>Hello #acme</p>", HOUR_AGO)
    _, error = collect_until_error(collector(server, token="wrong"), request())
    assert isinstance(error, AccessDenied)
    assert "renew platforms.mastodon.access_token" in str(error)
    pages, error = collect_until_error(collector(server, token="right"), request())
    assert error is None
    assert len(pages[0].posts) == 1


def _ahead(minutes: float, clock: datetime = NOW) -> Mapping[str, str]:
    """Headers of a server whose clock says ``clock``."""
    reset = (clock + timedelta(minutes=minutes)).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {"X-RateLimit-Reset": reset, "Date": format_datetime(clock, usegmt=True)}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (_ahead(3), timedelta(minutes=3)),
        (_ahead(3, NOW + timedelta(hours=5)), timedelta(minutes=3)),
        (_ahead(3, NOW - timedelta(days=400)), timedelta(minutes=3)),
        ({"X-RateLimit-Reset": str(int(NOW.timestamp()) + 120), "Date": format_datetime(NOW)}, timedelta(minutes=2)),
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({}, USUAL),
        ({"X-RateLimit-Reset": "soon"}, USUAL),
        ({"X-RateLimit-Reset": "99999999999999999999"}, USUAL),
        ({"X-RateLimit-Reset": "2026-11-22T12:04:00Z", "Date": "the day before"}, timedelta(minutes=4)),
        (_ahead(-30), USUAL),
        (_ahead(0), USUAL),
        (_ahead(60 * 24 * 365), LONGEST),
        ({"Retry-After": "-5"}, USUAL),
        ({"Retry-After": "999999999999"}, USUAL),
        ({"Retry-After": "86400"}, LONGEST),
    ],
)
def test_a_rate_limit_says_when_to_come_back(
    server: MastodonServer, headers: Mapping[str, str], wait: timedelta
) -> None:
    server.publish("<p>Hello #acme</p>", HOUR_AGO)
    server.faults.append(Fault(429, headers=headers))
    _, error = collect_until_error(collector(server), request())
    assert isinstance(error, RateLimited)
    assert error.until is not None
    assert error.until - NOW == wait


def test_nonsense_headers_do_not_spoil_a_good_answer(server: MastodonServer) -> None:
    own = server.publish("<p>Hello #acme</p>", HOUR_AGO)
    body = json.dumps([server.statuses[own]]).encode()
    server.faults.append(Fault(body=body, headers={"X-RateLimit-Reset": "soon", "X-RateLimit-Remaining": "many"}))
    pages, error = collect_until_error(collector(server), request())
    assert error is None
    assert [post.text for page in pages for post in page.posts] == ["Hello #acme"]


def test_one_server_that_fails_does_not_stop_the_other(server: MastodonServer, other: MastodonServer) -> None:
    server.publish("<p>Here #acme</p>", HOUR_AGO)
    other.publish("<p>There #acme</p>", HOUR_AGO, uri="https://far.example/1")
    server.always = Fault(503)
    pages, error = collect_until_error(collector(server, other), request())
    assert isinstance(error, TryLater)
    assert [post.text for page in pages for post in page.posts] == ["There #acme"]
    cursor = pages[-1].cursor
    assert cursor is not None
    assert set(cursor.positions) == {f"{other.name} #acme"}
    server.always = None
    after, error = collect_until_error(collector(server, other), request(cursor=cursor))
    assert error is None
    assert "Here #acme" in [post.text for page in after for post in page.posts]


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        (Fault(403), Fault(401), AccessDenied),
        (Fault(429), Fault(429, headers={"Retry-After": "60"}), RateLimited),
        (Fault(403), Fault(429, headers={"Retry-After": "60"}), TryLater),
        (Fault(500), Fault(500), TryLater),
    ],
)
def test_two_failing_servers_are_told_together(
    server: MastodonServer, other: MastodonServer, first: Fault, second: Fault, kind: type[EarshotError]
) -> None:
    server.always, other.always = first, second
    _, error = collect_until_error(collector(server, other), request())
    assert type(error) is kind
    assert server.name in str(error) and other.name in str(error)
    if isinstance(error, TryLater) and second.status == 429:
        assert error.until == NOW + timedelta(minutes=1)


def test_a_post_that_two_servers_share_is_one(server: MastodonServer, other: MastodonServer) -> None:
    uri = "https://social.example/users/ana/statuses/5"
    server.publish("<p>Shared #acme</p>", HOUR_AGO, 1, uri=uri)
    other.publish("<p>Shared #acme</p>", HOUR_AGO, 2, uri=uri)
    pages, _ = collect_until_error(collector(server, other), request())
    posts = [post for page in pages for post in page.posts]
    assert len(posts) == 2
    assert len({post.id for post in posts}) == 1


def test_several_hashtags_in_any_script_are_asked_for(server: MastodonServer) -> None:
    texts = {"Bună #Întârziere", "שלום #צה״ל", "Привет #работа", "Hi #a_b"}
    for number, text in enumerate(sorted(texts)):
        server.publish(f"<p>{text}</p>", HOUR_AGO, number)
    pages, error = collect_until_error(
        collector(server), request('#întârziere OR #צה"ל OR #РАБОТА OR #a_b OR "not asked"')
    )
    assert error is None
    assert {post.text for page in pages for post in page.posts} == texts


def test_a_hashtag_cannot_lead_elsewhere(server: MastodonServer) -> None:
    odd = Query("", Hashtag("a/../../statuses/1?x=y"))
    collect_until_error(collector(server), replace(request(), query=odd))
    assert len(server.asked) == 1
    assert server.asked[0].startswith("/api/v1/timelines/tag/a%2F..%2F..%2Fstatuses%2F1%3Fx%3Dy?")


def test_a_query_without_hashtags_is_refused(server: MastodonServer) -> None:
    _, error = collect_until_error(collector(server), request('"Acme Corp"'))
    assert isinstance(error, ConfigError)
    assert "add a hashtag" in str(error)
    assert server.asked == []


def test_who_asks_to_be_left_out_is_counted_and_not_given(server: MastodonServer) -> None:
    server.publish("<p>Public #acme</p>", HOUR_AGO, 1)
    server.publish("<p>Private #acme</p>", HOUR_AGO, 2, account=account("eva@far.example", indexable=False))
    pages, _ = collect_until_error(collector(server), request())
    assert sum(page.withheld for page in pages) == 1
    assert [post.text for page in pages for post in page.posts] == ["Public #acme"]
    assert "eva" not in repr(pages)


def test_what_is_read_is_counted(server: MastodonServer) -> None:
    for number in range(45):
        server.publish(f"<p>Post {number} #acme</p>", HOUR_AGO, number)
    pages, _ = collect_until_error(collector(server), request())
    assert sum(page.spent.posts for page in pages) == 45
    assert sum(page.spent.requests for page in pages) >= len(server.asked) == 3


def test_statuses_that_are_nonsense_do_not_stop_the_walk(server: MastodonServer) -> None:
    server.publish("<p>One #acme</p>", HOUR_AGO, 1)
    server.publish("<p>Two #acme</p>", HOUR_AGO, 2, content=None)
    server.publish("<p>Three #acme</p>", HOUR_AGO, 3, tags=None, created_at=[])
    server.statuses[status_id(HOUR_AGO, 4)] = None
    server.publish("<p>Five #acme</p>", HOUR_AGO, 5)
    pages, error = collect_until_error(collector(server), request())
    assert error is None
    assert [post.text for page in pages for post in page.posts] == ["One #acme", "Five #acme"]
    broken = [item for page in pages for item in page.unreadable]
    assert len(broken) == 3
    assert b"Three #acme" in b"".join(item.raw for item in broken)
    assert all(item.source.startswith(f"{server.name}, #acme, status") for item in broken)


def test_a_server_that_ignores_the_position_is_left_after_the_first_repetition(server: MastodonServer) -> None:
    server.publish("<p>One #acme</p>", HOUR_AGO)
    server.deaf_to_min_id = True
    pages, error = collect_until_error(collector(server), request())
    assert isinstance(error, TryLater)
    assert "no newer posts" in str(error)
    assert len(server.asked) <= 3
    assert {post.text for page in pages for post in page.posts} == {"One #acme"}


def test_an_id_from_the_future_does_not_poison_the_position(server: MastodonServer) -> None:
    far = str(10**18)
    server.publish("<p>Good #acme</p>", HOUR_AGO)
    server.statuses[far] = server.statuses[server.publish("<p>Odd #acme</p>", HOUR_AGO, 7)] | {"id": far}
    pages, _ = collect_until_error(collector(server), request())
    cursor = next(page.cursor for page in reversed(pages) if page.cursor)
    server.publish("<p>Later #acme</p>", NOW - timedelta(minutes=1))
    again, _ = collect_until_error(collector(server), request(cursor=cursor))
    assert "Later #acme" in [post.text for page in again for post in page.posts]


def test_a_post_that_arrives_late_is_not_missed(server: MastodonServer) -> None:
    """A post of another server gets an id by the time of its writing, below the newest that we have seen."""
    server.publish("<p>Newest #acme</p>", NOW - timedelta(minutes=5))
    pages, _ = collect_until_error(collector(server), request())
    server.publish("<p>From afar #acme</p>", NOW - timedelta(minutes=20))
    again, _ = collect_until_error(collector(server), request(cursor=pages[-1].cursor))
    assert "From afar #acme" in [post.text for page in again for post in page.posts]


def test_the_first_walk_begins_at_since_and_ends_before_until(server: MastodonServer) -> None:
    for days in (9, 5, 3, 1):
        server.publish(f"<p>{days} days ago #acme</p>", NOW - timedelta(days=days))
    pages, error = collect_until_error(collector(server), request(until=NOW - timedelta(days=2)))
    assert error is None
    assert [post.text for page in pages for post in page.posts] == ["5 days ago #acme", "3 days ago #acme"]


def test_positions_of_an_older_version_do_no_harm(server: MastodonServer) -> None:
    server.publish("<p>One #acme</p>", HOUR_AGO)
    cursor = Cursor(parse("#acme").revision, {"gone.example #acme": Position("5"), f"{server.name} #acme": Position()})
    pages, error = collect_until_error(collector(server), request(cursor=cursor))
    assert error is None
    assert [post.text for page in pages for post in page.posts] == ["One #acme"]


def test_what_became_of_a_post(server: MastodonServer) -> None:
    own = server.publish("<p>Hello #acme</p>", HOUR_AGO)
    of = collector(server)
    [post] = [post for page in of.collect(request()) for post in page.posts]
    same = of.still_there(post.id, post.native_id, NOW)
    assert isinstance(same, NativePost)
    assert same.text == "Hello #acme"
    server.edit(own, "<p>Edited #acme</p>", NOW)
    changed = of.still_there(post.id, post.native_id, NOW)
    assert isinstance(changed, NativePost)
    assert (changed.text, changed.edited_at) == ("Edited #acme", NOW)
    server.statuses[own]["account"] = account(indexable=False)
    assert of.still_there(post.id, post.native_id, NOW) == Removal(post.id, RemovalReason.WITHDRAWN)
    server.statuses[own] |= {"account": account(), "uri": "https://social.example/another"}
    assert of.still_there(post.id, post.native_id, NOW) == Removal(post.id, RemovalReason.DELETED)
    server.delete(own)
    assert of.still_there(post.id, post.native_id, NOW) == Removal(post.id, RemovalReason.DELETED)
    server.faults.append(Fault(410))
    assert of.still_there(post.id, post.native_id, NOW) == Removal(post.id, RemovalReason.DELETED)
    server.faults.append(Fault(500))
    with pytest.raises(TryLater):
        of.still_there(post.id, post.native_id, NOW)
    assert of.still_there(post.id, "gone.example/1", NOW) is None
