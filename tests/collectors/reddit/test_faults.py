"""What Reddit does when it does not answer as it should, by the real client over HTTP."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.protocol import Request
from collectors.reddit.build import door_for
from collectors.reddit.collector import RedditCollector
from collectors.waiting import LONGEST, USUAL
from listening.collecting import Page
from listening.errors import AccessDenied, EarshotError, RateLimited, TryLater
from listening.platforms import RedditSettings
from listening.query import parse
from tests.collectors.reddit.test_contract import collector_for
from tests.servers.reddit import KEYS, Fault, RedditServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WEB_PAGE = Fault(body=b"<html>our servers are busy</html>", kind="text/html")
REQUEST = Request(query=parse("#acme OR whisper"), cursor=None, since=NOW - timedelta(days=2), until=None, now=NOW)


@pytest.fixture
def server() -> Iterator[RedditServer]:
    with RedditServer() as running:
        running.submit("Hello #acme", NOW - timedelta(hours=1))
        yield running


def collect(of: RedditCollector) -> tuple[list[Page], EarshotError | None]:
    pages: list[Page] = []
    try:
        pages.extend(of.collect(REQUEST))
    except EarshotError as error:
        return pages, error
    return pages, None


def error_of(server: RedditServer, **more: Any) -> EarshotError:
    began = time.monotonic()
    pages, error = collect(collector_for(server, **more))
    assert time.monotonic() - began < 5, "nothing sleeps"
    assert error is not None
    assert not any(page.posts for page in pages)
    links: list[BaseException | None] = [error, error.__cause__, error.__context__]
    for text in (KEYS[1], "t0ken", "whisper"):
        assert not any(text in f"{link!r} {link}" for link in links)
    return error


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(401), AccessDenied, "no longer accepts"),
        (Fault(401, headers={"www-authenticate": 'Bearer realm="reddit", error="nonsense"'}), AccessDenied, "401"),
        (Fault(403), AccessDenied, "suspended"),
        (WEB_PAGE, TryLater, "JSON"),
        (Fault(403, b"<html>blocked</html>", kind="text/html"), AccessDenied, "user agent"),
        (Fault(302, headers={"Location": "https://www.reddit.com/login/"}), TryLater, "302"),
        (Fault(302), TryLater, "302"),
        (Fault(404), TryLater, "404"),
        (Fault(400, b"<html>"), TryLater, "400"),
        (Fault(415, b"<html>"), TryLater, "415"),
        (Fault(418), TryLater, "418"),
        (Fault(204, b""), TryLater, "204"),
        (Fault(500), TryLater, "fault of its own (500)"),
        (Fault(503, WEB_PAGE.body), TryLater, "503"),
        (Fault(520), TryLater, "520"),
        (Fault(body=b'{"kind": "Listing", "data"', cut=True), TryLater, "broke off"),
        (Fault(body=b""), TryLater, "JSON"),
        (Fault(body=b"{}"), TryLater, "list of posts"),
        (Fault(body=b"[]"), TryLater, "list of posts"),
        (Fault(body=b'{"kind": "Listing", "data": {"children": {}}}'), TryLater, "list of posts"),
        (Fault(body=b"[" * 100_000), TryLater, "JSON"),
        (Fault(body=b"{}", headers={"Content-Encoding": "gzip"}), TryLater, "Reddit"),
    ],
)
def test_each_fault_is_told_as_what_to_do_next(
    server: RedditServer, fault: Fault, kind: type[EarshotError], says: str
) -> None:
    server.always = fault
    error = error_of(server)
    assert type(error) is kind
    assert says in str(error)
    assert len(server.asked) == 1, "nobody tries again on its own"


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(401), AccessDenied, "does not know our app"),
        (Fault(403), AccessDenied, "approval was revoked"),
        (Fault(body=b'{"error": "invalid_grant"}'), AccessDenied, "gives our app no access"),
        (Fault(body=b'{"message": "hello"}'), TryLater, "reddit_url"),
        (Fault(body=b"[]"), TryLater, "reddit_url"),
        (Fault(body=b'{"access_token": 5, "expires_in": 1, "scope": "*"}'), TryLater, "reddit_url"),
        (Fault(body=b'{"access_token": "a\\nb", "expires_in": 9, "scope": "*"}'), TryLater, "reddit_url"),
        (Fault(body=b'{"access_token": "a", "expires_in": "soon", "scope": "*"}'), TryLater, "reddit_url"),
        (Fault(302, headers={"Location": "http://127.0.0.1:9/"}), TryLater, "302"),
        (Fault(429, headers={"Retry-After": "60"}), RateLimited, "12:01:00"),
        (Fault(500), TryLater, "500"),
        (WEB_PAGE, TryLater, "JSON"),
    ],
)
def test_signing_in_may_fail_too(server: RedditServer, fault: Fault, kind: type[EarshotError], says: str) -> None:
    server.token_fault = fault
    error = error_of(server)
    assert type(error) is kind
    assert says in str(error)
    assert (server.tokens, server.asked) == (1, [])


def test_a_server_that_is_silent_or_drips_is_tried_later(server: RedditServer) -> None:
    server.faults.append(Fault(seconds=0.6))
    assert "in time" in str(error_of(server, timeout=0.2))
    server.faults.append(Fault(body=b" " * 12, drip=0.05))
    assert "in time" in str(error_of(server, timeout=0.2))


def test_nobody_listens() -> None:
    settings = RedditSettings.model_validate({"base_url": "http://127.0.0.1:9", "client_id": "a", "client_secret": "b"})
    _, error = collect(RedditCollector(door_for(settings, 2)))
    assert isinstance(error, TryLater)
    assert "no connection" in str(error)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"x-ratelimit-reset": "97", "x-ratelimit-remaining": "0.0"}, timedelta(seconds=97)),
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "soon"}, USUAL),
        ({}, USUAL),
        ({"x-ratelimit-reset": "-5"}, USUAL),
        ({"x-ratelimit-reset": "0"}, USUAL),
        ({"x-ratelimit-reset": "86400"}, LONGEST),
        ({"x-ratelimit-reset": "1e99"}, USUAL),
    ],
)  # fmt: skip
def test_a_rate_limit_says_when_to_come_back(server: RedditServer, headers: Mapping[str, str], wait: timedelta) -> None:
    server.faults.append(Fault(429, b"too much", headers=headers))
    error = error_of(server)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + wait
    assert len(server.asked) == 1


def test_where_no_request_is_left_the_next_one_is_not_made(server: RedditServer) -> None:
    for number in range(25):
        server.submit(f"{number} #acme", NOW - timedelta(minutes=50 - number))
    server.headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-used": "1000", "x-ratelimit-reset": "120"}
    pages, error = collect(collector_for(server))
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(minutes=2)
    assert sum(len(page.posts) for page in pages) == 10
    assert len(server.asked) == 1


@pytest.mark.parametrize("left", ["many", "", "NaN", "-1", "²"])
def test_nonsense_headers_do_not_spoil_a_good_answer(server: RedditServer, left: str) -> None:
    server.headers = {"x-ratelimit-remaining": left.encode().decode("latin-1"), "x-ratelimit-used": "x"}
    pages, error = collect(collector_for(server))
    assert error is None
    assert sum(len(page.posts) for page in pages) == 1


def test_few_requests_left_cause_no_sleep(server: RedditServer) -> None:
    for number in range(45):
        server.submit(f"{number} #acme", NOW - timedelta(minutes=50 - number))
    server.headers = {"x-ratelimit-remaining": "5.0", "x-ratelimit-used": "995", "x-ratelimit-reset": "590"}
    began = time.monotonic()
    pages, error = collect(collector_for(server))
    assert error is None
    assert time.monotonic() - began < 5
    assert sum(len(page.posts) for page in pages) == 46


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault(403, b'{"reason": "private", "message": "Forbidden", "error": 403}'), "is private"),
        (Fault(404, b'{"reason": "banned", "message": "Not Found", "error": 404}'), "was banned"),
        (Fault(403, b'{"reason": "quarantined", "error": 403}'), "is quarantined"),
        (Fault(403, b"<html>"), "may not be read"),
        (Fault(302, headers={"Location": "/subreddits/search?q=closed"}), "is not there"),
        (Fault(404, b'{"reason": ["x"]}'), "is not there"),
    ],
)
def test_one_closed_subreddit_does_not_stop_the_others(server: RedditServer, fault: Fault, says: str) -> None:
    server.closed["closed"] = fault
    pages, error = collect(collector_for(server, subreddits=["closed", "work"]))
    assert [post.text for page in pages for post in page.posts] == ["Hello #acme"]
    assert error is not None
    assert f"r/closed on Reddit {says}" in str(error)
    pages, error = collect(collector_for(server, subreddits=["closed"]))
    assert isinstance(error, AccessDenied)


def test_one_faulty_subreddit_does_not_stop_the_others(server: RedditServer) -> None:
    server.closed["faulty"] = Fault(500)
    pages, error = collect(collector_for(server, watched=["faulty", "work"]))
    assert isinstance(error, TryLater)
    assert [post.text for page in pages for post in page.posts] == ["Hello #acme"]


def test_halves_of_signs_become_a_replacement(server: RedditServer) -> None:
    name = server.submit("odd \ud83d #acme", NOW - timedelta(minutes=5))
    pages, error = collect(collector_for(server))
    assert error is None
    assert "odd \ufffd #acme" in [post.text for page in pages for post in page.posts]
    assert name


def test_what_is_read_is_counted_and_who_asks_says_so(server: RedditServer) -> None:
    pages, _ = collect(collector_for(server))
    assert sum(page.spent.requests for page in pages) == server.tokens + len(server.asked)
    assert sum(page.spent.posts for page in pages) == 1
    [agent] = server.agents
    assert agent and agent.startswith("python:earshot:")


def test_praws_own_files_and_variables_are_not_looked_at(server: RedditServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("client_id", "client_secret", "user_agent", "username", "password", "refresh_token", "site"):
        monkeypatch.setenv(f"praw_{name}", "somebody")
    pages, error = collect(collector_for(server))
    assert error is None
    assert sum(len(page.posts) for page in pages) == 1


def test_an_answer_in_which_nothing_is_a_post_is_told_item_by_item(server: RedditServer) -> None:
    children = [None, 5, {"kind": "t3"}, {"kind": "t3", "data": {"id": "abc"}}, "x"]
    server.faults.append(Fault(body=json.dumps({"kind": "Listing", "data": {"children": children}}).encode()))
    pages, error = collect(collector_for(server))
    assert error is None
    assert len([item for page in pages for item in page.unreadable]) == 5
