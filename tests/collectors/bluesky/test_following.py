"""What people take back goes: deletions, accounts that left, authors who want to be left out."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from collectors.bluesky import AppView, BlueskyCollector
from collectors.bluesky.posts import post_id
from collectors.bluesky.reading import Slice
from collectors.bluesky.wires import V1, V2, Wire
from collectors.protocol import Request
from collectors.registry import build
from collectors.web import Web
from listening.collecting import AuthorGone, Cursor, Page, Removal, RemovalReason
from listening.errors import EarshotError, RateLimited, TryLater
from listening.posts import Counts, NativePost
from listening.query import parse
from listening.settings import Settings
from pipeline.configuration import read_settings
from pipeline.looking import dry_run
from pipeline.wiring import House
from tests.servers.jetstream import ANA, BEN, POSTS, Jetstream, record
from tests.servers.web import Reply, WebServer
from tests.store.conftest import ACME, Store

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[Jetstream]:
    with Jetstream(NOW) as running:
        yield running


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path)
    yield opened
    opened.close()


def collector(
    server: Jetstream, web: WebServer | None = None, wire: Wire | None = None, page: int = 100
) -> BlueskyCollector:
    appview = AppView(Web([web.address]), web.address) if web else None
    return BlueskyCollector([server.address], wire or V1(), appview, Slice(page=page, quiet=timedelta(hours=2)))


def collect(of: BlueskyCollector, cursor: Cursor | None = None, now: datetime = NOW) -> list[Page]:
    return list(of.collect(Request(query=parse("#acme"), cursor=cursor, since=HOUR_AGO, until=None, now=now)))


def asked(method: str, name: str, values: list[str]) -> str:
    return f"/xrpc/{method}?{urlencode([(name, value) for value in sorted(values)])}"


def profiles(web: WebServer, *said: dict[str, object]) -> None:
    path = asked("app.bsky.actor.getProfiles", "actors", [str(profile["did"]) for profile in said])
    web.pages[path] = Reply(json.dumps({"profiles": said}).encode())


@pytest.mark.parametrize("wire", [V1(), V2()])
def test_the_last_word_on_a_post_counts(server: Jetstream, wire: Wire) -> None:
    taken_back = server.publish("I did not mean it #acme", HOUR_AGO)
    changed = server.publish("Godo #acme", HOUR_AGO + MINUTE)
    back = server.publish("Once #acme", HOUR_AGO + MINUTE)
    server.delete(taken_back, HOUR_AGO + 2 * MINUTE)
    server.delete(f"at://{BEN}/{POSTS}/3kelse", HOUR_AGO + 2 * MINUTE)
    server.edit(changed, "Good #acme", HOUR_AGO + 3 * MINUTE)
    server.delete(back, HOUR_AGO + 3 * MINUTE)
    server.publish("Again #acme", HOUR_AGO + 4 * MINUTE, rkey=back.rpartition("/")[2])
    [page] = collect(collector(server, wire=wire))
    assert [(post.text, post.edited_at) for post in page.posts] == [
        ("Good #acme", HOUR_AGO + 3 * MINUTE),
        ("Again #acme", None),
    ]
    assert set(page.removed_if_kept) == {
        Removal(post_id(uri), RemovalReason.DELETED) for uri in (taken_back, f"at://{BEN}/{POSTS}/3kelse")
    }


@pytest.mark.parametrize("wire", [V1(), V2()])
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("deleted", RemovalReason.DELETED),
        ("takendown", RemovalReason.WITHDRAWN),
        ("suspended", RemovalReason.WITHDRAWN),
        ("deactivated", RemovalReason.WITHDRAWN),
        ("desynchronized", None),
        ("throttled", None),
        ("something new", None),
        (None, None),
    ],
)
def test_accounts_that_leave(server: Jetstream, wire: Wire, status: str | None, reason: RemovalReason | None) -> None:
    server.publish("By Ana #acme", HOUR_AGO)
    server.publish("By Ben #acme", HOUR_AGO, did=BEN)
    server.account(ANA, status, HOUR_AGO + MINUTE)
    [page] = collect(collector(server, wire=wire))
    assert page.removed_authors == ((AuthorGone(ANA, reason),) if reason else ())
    assert [post.text for post in page.posts] == (["By Ben #acme"] if reason else ["By Ana #acme", "By Ben #acme"])


def test_through_the_write_door_what_went_is_gone_and_strangers_leave_no_trace(server: Jetstream, store: Store) -> None:
    ana = server.publish("By Ana #acme", HOUR_AGO)
    server.publish("By Ben #acme", HOUR_AGO, did=BEN)
    server.publish("By Ben again #acme", HOUR_AGO, did=BEN)
    for page in collect(collector(server)):
        store.door.admit(page, ACME, "bluesky", NOW)
    assert store.index.count() == 3
    server.now = later = NOW + 5 * MINUTE
    server.delete(ana, NOW + MINUTE)
    server.delete(f"at://{BEN}/{POSTS}/3kelse", NOW + MINUTE)
    cursor = store.ledger.cursors.get("acme", "bluesky")
    for page in collect(collector(server), cursor, later):
        assert store.door.admit(page, ACME, "bluesky", later).removed == 1
    assert store.ledger.tombstones.known([post_id(f"at://{BEN}/{POSTS}/3kelse")]) == set()
    server.now = latest = NOW + 10 * MINUTE
    server.account(BEN, "deactivated", NOW + 8 * MINUTE)
    for page in collect(collector(server), store.ledger.cursors.get("acme", "bluesky"), latest):
        assert store.door.admit(page, ACME, "bluesky", latest).removed == 2
    assert store.index.count() == 0


def test_who_wants_to_be_left_out_is_never_given(server: Jetstream, web: WebServer) -> None:
    server.publish("By Ana #acme", HOUR_AGO)
    server.publish("By Ben #acme", HOUR_AGO, did=BEN)
    wants_out = {"did": BEN, "handle": "ben.example", "labels": [{"src": BEN, "val": "!no-unauthenticated"}]}
    profiles(web, {"did": ANA, "handle": "ana.example", "followersCount": 4321, "labels": []}, wants_out)
    [page] = collect(collector(server, web))
    [post] = page.posts
    assert post.author is not None
    assert (post.text, post.author.handle, post.author.followers) == ("By Ana #acme", ANA, 4321)
    assert page.withheld == 1
    assert page.spent.requests == 2


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=503), TryLater),
        (Reply(status=429, headers={"RateLimit-Reset": "60"}), RateLimited),
        (Reply(b"<html>", kind="text/html"), TryLater),
        (Reply(b'{"profiles": 7}'), TryLater),
        (Reply(b'{"profiles": [', cut=True), TryLater),
    ],
)
def test_when_nobody_says_who_wants_out_nothing_is_given(
    server: Jetstream, web: WebServer, reply: Reply, kind: type[EarshotError]
) -> None:
    server.publish("By Ana #acme", HOUR_AGO)
    web.always = reply
    of = collector(server, web)
    with pytest.raises(kind, match=r"127\.0\.0\.1 .*\w+") as raised:
        collect(of)
    assert type(raised.value) is kind
    assert ANA not in str(raised.value)


def view(text: str, **more: object) -> dict[str, object]:
    author = {"did": ANA, "handle": "ana.example", "labels": more.pop("labels", [])}
    said = record(text, HOUR_AGO)
    return {
        "uri": f"at://{ANA}/{POSTS}/3kana",
        "author": author,
        "record": said,
        "likeCount": 3,
        "quoteCount": 0,
        **more,
    }


def test_what_became_of_a_post(server: Jetstream, web: WebServer) -> None:
    of, uri = collector(server, web), f"at://{ANA}/{POSTS}/3kana"
    path = asked("app.bsky.feed.getPosts", "uris", [uri])
    profiles(web, {"did": ANA, "handle": "ana.example", "followersCount": 4321, "labels": []})

    def answer(*posts: object) -> NativePost | Removal | None:
        web.pages[path] = Reply(json.dumps({"posts": posts}).encode())
        return of.still_there(post_id(uri), uri, NOW)

    now_there = answer(view("Better #acme", indexedAt="2026-11-22T10:30:00Z"), 7, {})
    assert isinstance(now_there, NativePost)
    assert (now_there.id, now_there.text) == (post_id(uri), "Better #acme")
    assert now_there.counts == Counts(likes=3, quotes=0)
    assert now_there.author is not None
    assert now_there.author.followers == 4321
    assert now_there.created_at == datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
    assert answer() == Removal(post_id(uri), RemovalReason.DELETED)
    out = [{"src": ANA, "val": "!no-unauthenticated"}]
    assert answer(view("Hello", labels=out)) == Removal(post_id(uri), RemovalReason.WITHDRAWN)
    assert answer(view("Hello", record=None)) is None
    assert collector(server).still_there(post_id(uri), uri, NOW) is None


def test_posts_are_looked_up_25_at_a_time(server: Jetstream, web: WebServer) -> None:
    web.always = Reply(b'{"posts": []}')
    uris = {post_id(uri): uri for uri in (f"at://{ANA}/{POSTS}/3k{n}" for n in range(51))}
    gone = collector(server, web).still_there_many(uris, NOW)
    assert set(gone) == set(uris)
    assert [len(one.path.split("uris=")) - 1 for one in web.asked] == [25, 25, 1]


def test_an_outage_of_the_appview_removes_nothing(server: Jetstream, web: WebServer) -> None:
    web.always = Reply(status=502)
    of = collector(server, web)
    with pytest.raises(TryLater):
        of.still_there("bluesky:1", f"at://{ANA}/{POSTS}/3k1", NOW)


@pytest.mark.parametrize(
    ("base_url", "wire", "leads_to"),
    [
        ("http://127.0.0.1:6008", "v1", "ws://127.0.0.1:6008"),
        ("wss://jetstream.example/subscribe", "v1", "wss://jetstream.example"),
        ("https://jetstream.example/xrpc/", "v2", "wss://jetstream.example"),
        ("", "v1", "wss://jetstream2.us-east.bsky.network"),
        ("", "v2", "wss://jetstream.us-east.bsky.network"),
    ],
)
def test_addresses_as_people_write_them(tmp_path: Path, base_url: str, wire: str, leads_to: str) -> None:
    named = {"bluesky": {"base_url": base_url, "wire": wire}}
    built = build("bluesky", Settings.model_validate({"home": str(tmp_path), "platforms": named}))
    assert isinstance(built, BlueskyCollector)
    assert built.hosts[0] == leads_to


def test_a_dry_run_needs_nothing_but_an_address(server: Jetstream, tmp_path: Path) -> None:
    server.publish("Good morning #acme", HOUR_AGO)
    server.publish("Tea", HOUR_AGO, did=BEN)
    (tmp_path / "config").mkdir()
    environ = {
        "EARSHOT_HOME": str(tmp_path / "home"),
        "EARSHOT_CONFIG": str(tmp_path / "config"),
        "EARSHOT_PLATFORMS__BLUESKY__BASE_URL": server.address,
    }
    with House(read_settings(environ)) as house:
        [said] = dry_run(house, "bluesky", '#acme OR "Acme"', None, NOW - timedelta(days=7), None, 20, NOW)
    assert said["text"] == "Good morning #acme"
    assert said["native"]["author"] == ANA
    assert ANA not in json.dumps({name: value for name, value in said.items() if name != "native"})
