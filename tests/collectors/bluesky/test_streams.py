"""What hosts do: refuse, break off, hang, forget, lie about time. By the real client over WebSockets."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from collectors.bluesky import BlueskyCollector
from collectors.bluesky.reading import Slice
from collectors.bluesky.wires import V1, V2, Wire, microseconds
from collectors.protocol import Request
from listening.collecting import Cursor, GapReason, Page, Position
from listening.errors import AccessDenied, EarshotError, RateLimited, TryLater
from listening.query import parse
from tests.servers.jetstream import ANA, BEN, Jetstream, Refusal, record

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
MINUTE = timedelta(minutes=1)
QUERY = parse("#acme")


@pytest.fixture
def server() -> Iterator[Jetstream]:
    with Jetstream(NOW) as running:
        yield running


@pytest.fixture
def other() -> Iterator[Jetstream]:
    with Jetstream(NOW) as running:
        yield running


def collector(*servers: Jetstream, wire: Wire | None = None, silence: float = 5.0, page: int = 100) -> BlueskyCollector:
    size = Slice(page=page, silence=silence, events=1_000)
    return BlueskyCollector([each.address for each in servers], wire or V1(), None, size)


def request(cursor: Cursor | None = None, since: datetime = HOUR_AGO) -> Request:
    return Request(query=QUERY, cursor=cursor, since=since, until=None, now=NOW)


def until_error(of: BlueskyCollector, what: Request) -> tuple[list[Page], EarshotError | None]:
    pages: list[Page] = []
    try:
        pages.extend(of.collect(what))
    except EarshotError as error:
        return pages, error
    return pages, None


def stopped_at(host: Jetstream, moment: datetime, finished: bool = False) -> Cursor:
    here = str(microseconds(moment))
    return Cursor(QUERY.revision, {host.address: Position(complete=here) if finished else Position(walk_at=here)})


def others_talk(server: Jetstream, since: datetime, until: datetime, every: timedelta = MINUTE) -> None:
    """The noise of the network, so that it never seems silent."""
    at, n = since, 0
    while at < until:
        server.publish("Tea", at, rkey=f"noise{n}-{len(server.frames)}", did=BEN)
        at, n = at + every, n + 1


def texts(pages: list[Page]) -> list[str]:
    return [post.text for page in pages for post in page.posts]


@pytest.mark.parametrize(
    ("refusal", "kind", "says"),
    [
        (Refusal(401), AccessDenied, "forbids"),
        (Refusal(403), AccessDenied, "forbids"),
        (Refusal(400, b'{"error": "InvalidRequest"}'), TryLater, "platforms.bluesky.wire"),
        (Refusal(404), TryLater, "base_url"),
        (Refusal(500), TryLater, "500"),
        (Refusal(502, b"<html>Bad gateway</html>"), TryLater, "502"),
        (Refusal(200, b"<html>Welcome</html>", {"Content-Type": "text/html"}), TryLater, "200"),
    ],
)
def test_refusals_are_told_in_a_sentence(server: Jetstream, refusal: Refusal, kind: type, says: str) -> None:
    server.refusals.append(refusal)
    pages, error = until_error(collector(server), request())
    assert pages == []
    assert type(error) is kind
    assert server.name in str(error)
    assert says in str(error)


@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"Retry-After": "120"}, 2),
        ({"retry-after": "120"}, 2),
        ({}, 5),
        ({"Retry-After": "soon"}, 5),
        ({"Retry-After": "86400"}, 15),
        ({"Retry-After": "99999999"}, 5),
        ({"RateLimit-Reset": str(int((NOW + 3 * MINUTE).timestamp()))}, 3),
        ({"RateLimit-Reset": str(int((NOW + 63 * MINUTE).timestamp())), "Date": format_datetime(NOW + 60 * MINUTE)}, 3),
    ],
)
def test_too_many_requests_says_when_to_come_back(server: Jetstream, headers: dict[str, str], minutes: int) -> None:
    server.refusals.append(Refusal(429, headers=headers))
    _, error = until_error(collector(server), request())
    assert isinstance(error, RateLimited)
    assert error.until == NOW + minutes * MINUTE


def test_when_a_host_is_down_the_next_one_is_read_from_earlier_on(server: Jetstream, other: Jetstream) -> None:
    other.publish("Hello #acme", NOW - 5 * MINUTE)
    others_talk(other, NOW - 5 * MINUTE, NOW)
    server.always = Refusal(503)
    pages = list(collector(server, other).collect(request(stopped_at(server, NOW - MINUTE, finished=True))))
    assert texts(pages) == ["Hello #acme"]
    assert other.asked[0]["cursor"] == [str(microseconds(NOW - 11 * MINUTE))]
    cursor = pages[-1].cursor
    assert cursor is not None
    # It is the host of the next run, too: no rewinding without need.
    list(collector(server, other).collect(request(cursor)))
    assert len(server.asked) == 1


def test_all_hosts_down_is_one_error(server: Jetstream, other: Jetstream) -> None:
    server.always, other.always = Refusal(503), Refusal(429, headers={"Retry-After": "60"})
    _, error = until_error(collector(server, other), request())
    assert type(error) is TryLater
    assert server.name in str(error)
    assert other.name in str(error)


@pytest.mark.parametrize("code", [None, 1011, 1001, 1000])
def test_a_connection_that_breaks_off_costs_nothing_and_says_so(server: Jetstream, code: int | None) -> None:
    for n in range(7):
        server.publish(f"Post {n} #acme", HOUR_AGO + n * MINUTE)
    server.cut_after, server.code = 4, code
    before, error = until_error(collector(server, page=3), request())
    assert (error is None) == (code == 1000)
    assert error is None or "broke the connection off" in str(error)
    assert texts(before) == [f"Post {n} #acme" for n in range(4)]
    server.cut_after = None
    after = list(collector(server, page=3).collect(request(before[-1].cursor)))
    assert set(texts(before) + texts(after)) == {f"Post {n} #acme" for n in range(7)}


def test_a_host_that_hangs_while_we_are_behind_is_an_error(server: Jetstream) -> None:
    server.publish("Hello #acme", HOUR_AGO)
    server.live = False
    pages, error = until_error(collector(server, silence=0.2), request())
    assert texts(pages) == ["Hello #acme"]
    assert "sent nothing for 0.2 seconds. All until 2026-11-22 11:00 UTC was heard" in str(error)
    assert pages[-1].cursor == stopped_at(server, HOUR_AGO)


def test_a_silent_moment_at_the_end_is_none(server: Jetstream) -> None:
    server.publish("Hello #acme", NOW - MINUTE)
    server.live = False
    pages, error = until_error(collector(server, silence=0.2), request(since=NOW - 2 * MINUTE))
    assert (texts(pages), error) == (["Hello #acme"], None)
    assert pages[-1].cursor == stopped_at(server, NOW - MINUTE)


def test_what_is_older_than_hosts_keep_is_a_gap_up_to_the_oldest_event(server: Jetstream) -> None:
    gone, oldest = NOW - timedelta(hours=50), NOW - timedelta(hours=36)
    others_talk(server, oldest, NOW, every=5 * MINUTE)
    [gap] = [gap for page in collector(server).collect(request(stopped_at(server, gone))) for gap in page.gaps]
    assert (gap.reason, gap.until, gap.estimated) == (GapReason.HISTORY_WINDOW, oldest, None)
    assert gap.since == gone - timedelta(seconds=1)
    assert gap.source == f"bluesky, {server.name}"


def test_v2_says_that_a_cursor_is_too_old_and_it_is_the_same_gap(server: Jetstream) -> None:
    others_talk(server, NOW - timedelta(hours=36), NOW, every=5 * MINUTE)
    pages = list(collector(server, wire=V2()).collect(request(since=NOW - timedelta(hours=50))))
    assert [gap.reason for page in pages for gap in page.gaps] == [GapReason.HISTORY_WINDOW]
    assert [item for page in pages for item in page.unreadable] == []


def test_a_host_that_was_deaf_for_half_an_hour_leaves_a_gap(server: Jetstream) -> None:
    others_talk(server, HOUR_AGO, NOW - 50 * MINUTE)
    others_talk(server, NOW - 20 * MINUTE, NOW)
    [gap] = [gap for page in collector(server).collect(request()) for gap in page.gaps]
    assert (gap.since, gap.until) == (NOW - 51 * MINUTE, NOW - 20 * MINUTE)
    assert gap.reason is GapReason.OUTAGE


def test_times_out_of_order_and_from_the_future_skip_nothing(server: Jetstream) -> None:
    others_talk(server, HOUR_AGO, NOW - 30 * MINUTE)
    server.frames.append((microseconds(HOUR_AGO), json.dumps(event_seen(datetime(2099, 1, 1, tzinfo=UTC)))))
    server.frames.append((microseconds(HOUR_AGO), json.dumps(event_seen(NOW + MINUTE))))
    server.frames.append((microseconds(HOUR_AGO), json.dumps(event_seen(HOUR_AGO - 90 * MINUTE))))
    others_talk(server, NOW - 29 * MINUTE, NOW)
    server.publish("Last #acme", NOW - timedelta(seconds=1))
    pages = list(collector(server).collect(request()))
    assert texts(pages)[-1] == "Last #acme"
    assert [gap for page in pages for gap in page.gaps] == []
    assert pages[-1].cursor is not None
    assert pages[-1].cursor.positions[server.address].complete is not None


def event_seen(at: datetime) -> dict[str, object]:
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "3kodd", "record": record("Tea", NOW)}
    return {"did": ANA, "time_us": microseconds(at), "kind": "commit", "commit": commit}


def test_a_cursor_from_the_future_is_not_believed(server: Jetstream) -> None:
    server.publish("Hello #acme", NOW - timedelta(seconds=30))
    cursor = stopped_at(server, NOW + timedelta(days=400), finished=True)
    pages = list(collector(server).collect(request(cursor)))
    assert texts(pages) == ["Hello #acme"]


def test_a_slice_ends_when_enough_was_read_and_the_next_goes_on(server: Jetstream) -> None:
    for n in range(25):
        server.publish(f"Post {n} #acme", HOUR_AGO + n * MINUTE)
    small = BlueskyCollector([server.address], V1(), None, Slice(page=4, events=10))
    first = list(small.collect(request()))
    assert texts(first) == [f"Post {n} #acme" for n in range(10)]
    assert first[-1].cursor == stopped_at(server, HOUR_AGO + 9 * MINUTE)
    second = list(small.collect(request(first[-1].cursor)))
    assert texts(second) == [f"Post {n} #acme" for n in range(9, 19)]


@pytest.mark.parametrize("wire", [V1(), V2()])
def test_garbage_between_posts_is_kept_and_stops_nothing(server: Jetstream, wire: Wire) -> None:
    server.publish("Before #acme", HOUR_AGO)
    garbage: list[str | bytes] = [
        "",
        "{",
        "[1]",
        "null",
        '"#acme"',
        "[" * 50_000,
        b"\xff\xfe\x00",
        '{"did": 7}',
        "<html>",
    ]
    for frame in garbage:
        server.say(frame, HOUR_AGO)
    server.publish("After #acme", HOUR_AGO + MINUTE)
    pages = list(collector(server, wire=wire).collect(request()))
    assert texts(pages) == ["Before #acme", "After #acme"]
    letters = [letter for page in pages for letter in page.unreadable]
    assert [letter.raw for letter in letters] == [f.encode() if isinstance(f, str) else f for f in garbage]
    assert all(letter.source in letter.reason for letter in letters)


def test_compressed_frames_that_were_not_asked_for(server: Jetstream) -> None:
    server.say(b"\x28\xb5\x2f\xfd" + b"\x00" * 20, HOUR_AGO)
    _, error = until_error(collector(server), request())
    assert "compressed" in str(error)


def test_a_stream_that_v2_ends_with_a_reason(server: Jetstream) -> None:
    server.publish("Hello #acme", HOUR_AGO)
    server.say('{"$type":"error","error":"ConsumerTooSlow","message":"too slow"}', HOUR_AGO)
    pages, error = until_error(collector(server, wire=V2()), request())
    assert texts(pages) == ["Hello #acme"]
    assert "ended the stream (ConsumerTooSlow)" in str(error)


def test_what_is_asked_for_on_either_wire(server: Jetstream) -> None:
    list(collector(server).collect(request()))
    list(collector(server, wire=V2()).collect(request()))
    assert server.paths[0].startswith("/subscribe?wantedCollections=app.bsky.feed.post&")
    assert server.asked[1]["kinds"] == ["commit", "account"]
    assert server.asked[1]["collections"] == ["app.bsky.feed.post"]
    assert server.asked[0]["cursor"] == server.asked[1]["cursor"] == [str(microseconds(HOUR_AGO))]
