"""What X does besides answering: refuse, limit, break off, lie. By tweepy over HTTP."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from collectors.registry import build
from collectors.x.build import build as build_x
from listening.collecting import Cursor, GapReason, Position
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater
from listening.settings import Settings
from tests.collectors.x.making import HOUR_AGO, NOW, collector, last_cursor, posts_of, request, until_error
from tests.servers.x import Fault, XServer, post_number

MINUTES = timedelta(minutes=1)
WEB_PAGE = Fault(body=b"<html>Just a moment...</html>", kind="text/html")
TERMS = {
    "plan": "pay per use", "approval": "app 12", "purpose": "listening", "recorded_by": "Ana",
    "recorded_on": "2026-11-20",
}  # fmt: skip


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as running:
        yield running


def error_of(server: XServer, fault: Fault, timeout: float = 5.0) -> EarshotError:
    server.publish("Hello #acme", HOUR_AGO)
    server.always = fault
    pages, error = until_error(collector(server, timeout=timeout), request())
    server.always = None
    assert posts_of(pages) == []
    assert last_cursor(pages) is None
    assert error is not None
    assert "X" in str(error) and str(error).endswith(".")
    return error


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (Fault(400, b'{"errors": [{"parameters": {"query": ["#acme"]}}]}'), ConfigError, "simplify"),
        (Fault(400, b'{"errors": [{"parameters": {"since_id": ["1"]}}]}'), TryLater, "asks anew"),
        (Fault(400, b'{"errors": [1, {"parameters": 2}]}'), ConfigError, "simplify"),
        (Fault(401), AccessDenied, "BEARER_TOKEN"),
        (Fault(402, b'{"title": "CreditsDepleted", "detail": "no credits"}'), AccessDenied, "prepaid credit"),
        (Fault(403, b'{"reason": "client-not-enrolled"}'), AccessDenied, "suspended"),
        (Fault(403, b"[1]"), AccessDenied, "suspended"),
        (Fault(404), TryLater, "base_url"),
        (Fault(418), TryLater, "418"),
        (Fault(500, b'{"errors": 5}'), TryLater, "500"),
        (Fault(502, b"<html>Bad gateway</html>"), TryLater, "502"),
        (Fault(503, b'{"a', cut=True), TryLater, "503"),
        (Fault(302, headers={"Location": "http://127.0.0.1:9/"}), TryLater, "elsewhere"),
        (Fault(429, b'{"type": "https://api.twitter.com/2/problems/usage-capped"}'), AccessDenied, "monthly cap"),
        (Fault(body=b'{"data": [', cut=True), TryLater, "broke off"),
        (Fault(body=b'{"data": ['), TryLater, "broke off"),
        (Fault(reset=True), TryLater, "connection"),
        (WEB_PAGE, TryLater, "web page"),
        (Fault(body=b""), TryLater, "JSON"),
        (Fault(body=b"[]"), TryLater, "something else"),
        (Fault(body=b"null"), TryLater, "something else"),
        (Fault(body=b"[" * 100_000), TryLater, "JSON"),
    ],
)
def test_each_fault_is_told_as_what_to_do_next(
    server: XServer, fault: Fault, kind: type[EarshotError], says: str
) -> None:
    error = error_of(server, fault)
    assert isinstance(error, kind) and not isinstance(error, RateLimited)
    assert says in str(error)
    assert "acme" not in str(error)


def test_a_silent_server_and_one_that_drips_are_tried_later(server: XServer) -> None:
    assert "in time" in str(error_of(server, Fault(seconds=0.6), timeout=0.2))
    assert "too slow" in str(error_of(server, Fault(body=b'{"meta": {}}' + b" " * 100, drip=0.02), timeout=0.3))


def test_an_answer_without_end_is_cut(server: XServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.x.transport._LARGEST", 100_000)
    assert "too large" in str(error_of(server, Fault(body=b" " * 200_000)))


def test_nobody_listens(server: XServer) -> None:
    with pytest.raises(TryLater, match="no connection"):
        list(collector(server, at="http://127.0.0.1:9").collect(request()))


def _ahead(wait: timedelta, clock: datetime = NOW) -> Mapping[str, str]:
    """Headers of X if its clock says ``clock``."""
    return {"x-rate-limit-reset": str(int((clock + wait).timestamp())), "Date": format_datetime(clock, usegmt=True)}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (_ahead(3 * MINUTES), 3 * MINUTES),
        (_ahead(3 * MINUTES, NOW + timedelta(hours=5)), 3 * MINUTES),
        (_ahead(3 * MINUTES, NOW - timedelta(days=400)), 3 * MINUTES),
        ({"x-rate-limit-reset": str(int((NOW + 2 * MINUTES).timestamp()))}, 2 * MINUTES),
        ({"Retry-After": "90"}, 1.5 * MINUTES),
        ({}, 15 * MINUTES),
        ({"x-rate-limit-reset": "soon"}, 15 * MINUTES),
        ({"x-rate-limit-reset": ""}, 15 * MINUTES),
        ({"x-rate-limit-reset": "-5"}, 15 * MINUTES),
        ({"x-rate-limit-reset": "9" * 30}, 15 * MINUTES),
        (_ahead(timedelta(days=3)), 15 * MINUTES),
        (_ahead(timedelta(days=-3)), 15 * MINUTES),
    ],
)
def test_it_comes_back_when_x_says_so_within_reason(
    server: XServer, headers: Mapping[str, str], wait: timedelta
) -> None:
    error = error_of(server, Fault(429, headers=headers))
    assert isinstance(error, RateLimited)
    assert error.until == NOW + wait


def test_a_token_that_expired_is_named_and_none_is_told(server: XServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.publish("Hello #acme", HOUR_AGO)
    _, error = until_error(collector(server, token="s3cret-token"), request())
    assert isinstance(error, AccessDenied)
    for fault in (Fault(500), WEB_PAGE, Fault(body=b"{", cut=True), Fault(reset=True)):
        server.always = fault
        _, failed = until_error(collector(server, token="s3cret-token"), request())
        chain = [failed, failed.__cause__ if failed else None, failed.__context__ if failed else None]
        assert not any("s3cret-token" in f"{link!r} {link}" for link in [error, *chain])
    assert "s3cret-token" not in caplog.text


def test_pages_without_posts_do_not_end_a_walk(server: XServer) -> None:
    server.publish("Hello #acme", HOUR_AGO)
    server.empty_pages = 1
    assert len(posts_of(list(collector(server).collect(request())))) == 1


def test_a_circle_of_pages_is_left(server: XServer) -> None:
    for n in range(30):
        server.publish(f"{n} #acme", HOUR_AGO + n * timedelta(seconds=1), n)
    server.same_page_again = True
    pages, error = until_error(collector(server, page=10), request())
    assert isinstance(error, TryLater)
    assert "same page" in str(error)
    assert len(posts_of(pages)) == 10


def test_an_id_from_the_future_does_not_stop_the_clock(server: XServer) -> None:
    server.publish("Hello #acme", NOW + timedelta(days=900))
    cursor = last_cursor(list(collector(server).collect(request())))
    server.publish("News #acme", NOW + 5 * MINUTES)
    later = list(collector(server).collect(request(cursor=cursor, now=NOW + 10 * MINUTES)))
    assert "News #acme" in {post.text for post in posts_of(later)}


def test_what_left_the_window_is_a_gap_and_the_rest_is_bought(server: XServer) -> None:
    server.publish("Old #acme", NOW)
    cursor = last_cursor(list(collector(server).collect(request())))
    server.now = now = NOW + timedelta(days=9)
    server.publish("Lost #acme", NOW + timedelta(days=1))
    server.publish("Seen #acme", NOW + timedelta(days=3))
    pages = list(collector(server).collect(request(cursor=cursor, now=now)))
    assert [post.text for post in posts_of(pages)] == ["Seen #acme"]
    [gap] = [gap for page in pages for gap in page.gaps]
    assert (gap.reason, gap.since, gap.until) == (GapReason.HISTORY_WINDOW, NOW, NOW + timedelta(days=2))


def test_a_quiet_brand_has_no_gap(server: XServer) -> None:
    server.publish("Old #acme", HOUR_AGO)
    cursor = None
    for days in range(12):
        server.now = now = NOW + timedelta(days=days)
        pages = list(collector(server).collect(request(cursor=cursor, now=now)))
        assert [gap for page in pages for gap in page.gaps] == []
        cursor = last_cursor(pages, cursor)
    assert server.sold == 1


def test_an_unfinished_walk_that_left_the_window_ends_in_a_gap(server: XServer) -> None:
    for n in range(30):
        server.publish(f"{n} #acme", HOUR_AGO + n * timedelta(seconds=1), n)
    walk = collector(server, page=10).collect(request())
    pages = [next(walk), next(walk)]
    cursor = last_cursor(pages)
    server.now = now = NOW + timedelta(days=8)
    server.publish("New #acme", now - timedelta(hours=1))
    later = list(collector(server, page=10).collect(request(cursor=cursor, now=now)))
    assert [post.text for post in posts_of(later)] == ["New #acme"]
    reasons = {gap.reason for page in later for gap in page.gaps}
    assert reasons == {GapReason.HISTORY_WINDOW}


def test_a_query_in_a_new_form_goes_on_where_the_old_one_was_complete(server: XServer) -> None:
    server.publish("Old #acme", HOUR_AGO)
    done = str(int(post_number(HOUR_AGO)))
    old = {"formerly": Position(complete=done), "formerly looked": Position(complete=post_number(NOW))}
    cursor = Cursor(request().query.revision, old)
    server.publish("New #acme", NOW - MINUTES)
    pages = list(collector(server).collect(request(cursor=cursor)))
    assert [post.text for post in posts_of(pages)] == ["New #acme"]


def test_the_archive_is_asked_once_a_second(server: XServer) -> None:
    for n in range(25):
        server.publish(f"{n} #acme", NOW - timedelta(days=400) + n * timedelta(seconds=1), n)
    slow = collector(server, page=10, archive=True, clock=lambda: 7.0)
    pages, error = until_error(slow, request(since=NOW - timedelta(days=500)))
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(seconds=1)
    ticking = collector(server, page=10, archive=True)
    pages = list(ticking.collect(request(since=NOW - timedelta(days=500))))
    assert len(posts_of(pages)) == 25
    assert {path for path, _ in server.asked} == {"/2/tweets/counts/all", "/2/tweets/search/all"}
    assert [gap for page in pages for gap in page.gaps] == []


def test_until_and_since_bound_what_is_bought(server: XServer) -> None:
    for hours in range(1, 9):
        server.publish(f"{hours} #acme", NOW - timedelta(hours=hours))
    what = request(since=NOW - timedelta(hours=6, minutes=1), until=NOW - timedelta(hours=3, minutes=1))
    assert {post.text[0] for post in posts_of(list(collector(server).collect(what)))} == set("456")
    assert server.sold == 3


def test_settings_that_lack_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="terms"):
        build("x", Settings(home=str(tmp_path)))
    for token, says in ((None, "BEARER_TOKEN"), ("  ", "BEARER_TOKEN"), ("a b", "copy it again")):
        x = {"terms": TERMS, "bearer_token": token}
        with pytest.raises(ConfigError, match=says):
            build("x", Settings.model_validate({"home": str(tmp_path), "platforms": {"x": x}}))


def test_a_session_of_ones_own_and_an_address_with_a_path(server: XServer, tmp_path: Path) -> None:
    server.publish("Hello #acme", NOW - MINUTES)
    x = {"terms": TERMS, "bearer_token": server.token, "base_url": server.address + "/x/", "monthly_dollars": 5}
    settings = Settings.model_validate({"home": str(tmp_path), "platforms": {"x": x}})
    session = requests.Session()
    session.headers["X-Through"] = "our proxy"
    with session:
        assert len(posts_of(list(build_x(settings, session).collect(request())))) == 1
    assert {path for path, _ in server.asked} == {"/x/2/tweets/counts/recent", "/x/2/tweets/search/recent"}
