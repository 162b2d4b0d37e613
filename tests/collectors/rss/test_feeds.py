"""Feeds over time: asked whether they changed, edited, moved on without us, gone, or turned into something else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.protocol import Request
from collectors.rss import RssCollector, Source
from collectors.rss.memory import Memory, remembered
from collectors.web import Web
from listening.collecting import Cursor, Gap, GapReason, Page, Position
from listening.errors import AccessDenied, EarshotError, RateLimited, TryLater
from listening.posts import Kind, NativePost
from listening.query import parse
from tests.contracts.collectors import last_cursor, posts_of
from tests.servers.feeds import FeedServer, Listing, item, rss
from tests.servers.web import Reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


def request(cursor: Cursor | None = None, now: datetime = NOW, query: str = "#acme") -> Request:
    return Request(query=parse(query), cursor=cursor, since=now - timedelta(days=30), until=None, now=now)


def collector(server: FeedServer, *paths: str) -> RssCollector:
    addresses = [server.address + path for path in paths] or [server.feed(n) for n in range(len(server.listings))]
    return RssCollector([Source(address, f"Feed {n}") for n, address in enumerate(addresses)], Web([server.address]))


def collect(
    reader: RssCollector, cursor: Cursor | None = None, now: datetime = NOW, query: str = "#acme"
) -> tuple[list[Page], Cursor | None, EarshotError | None]:
    pages: list[Page] = []
    try:
        for page in reader.collect(request(cursor, now, query)):
            pages.append(page)
    except EarshotError as error:
        return pages, last_cursor(pages, cursor), error
    return pages, last_cursor(pages, cursor), None


def gaps_of(pages: list[Page]) -> list[Gap]:
    return [gap for page in pages for gap in page.gaps]


def hourly(numbers: range) -> list[str]:
    """Number 0 was published a day and a half before now, each next an hour later."""
    return [item(f"Post {n} #acme", NOW - timedelta(hours=36 - n), n) for n in numbers]


def test_a_feed_that_did_not_change_is_not_sent_again(server: FeedServer) -> None:
    server.listings = [Listing(items=[item("Hello #acme", NOW - timedelta(hours=1), 1)])]
    pages, cursor, _ = collect(collector(server))
    assert len(posts_of(pages)) == 1
    again, later, _ = collect(collector(server), cursor, SOON)
    assert posts_of(again) == []
    assert (later, [page.cursor for page in again]) == (cursor, [None])
    assert "If-None-Match" in server.asked[1].headers
    assert [page.spent.requests for page in again] == [1]


def test_a_date_is_sent_back_as_it_came(server: FeedServer) -> None:
    body = rss([item("Hello #acme", NOW, 1)])
    server.pages["/dated"] = Reply(body, headers={"Last-Modified": "Sun, 22 Nov 2026 09:00:00 GMT"})
    _, cursor, _ = collect(collector(server, "/dated"))
    again, _, _ = collect(collector(server, "/dated"), cursor, SOON)
    assert server.asked[1].headers["If-Modified-Since"] == "Sun, 22 Nov 2026 09:00:00 GMT"
    assert posts_of(again) == []  # it was sent whole, and nothing in it was new


def test_only_what_is_new_or_changed_is_given(server: FeedServer) -> None:
    server.listings = [Listing(items=hourly(range(20)))]
    _, cursor, _ = collect(collector(server))
    server.listings[0].items[3] = item("Post 3, mended #acme", NOW - timedelta(hours=33), 3)
    server.listings[0].items.append(item("Post 99 #acme", NOW, 99))
    pages, _, _ = collect(collector(server), cursor, SOON)
    assert [post.text for post in posts_of(pages)] == ["Post 99 #acme", "Post 3, mended #acme"]


def test_an_article_without_a_date_is_given_once(server: FeedServer) -> None:
    server.listings = [Listing(items=[item("Undated #acme", None, 1)])]
    first, cursor, _ = collect(collector(server))
    assert [post.created_at for post in posts_of(first)] == [None]
    server.listings[0].items.append(item("Another #acme", NOW, 2))
    again, _, _ = collect(collector(server), cursor, SOON)
    assert [post.text for post in posts_of(again)] == ["Another #acme"]


def test_old_articles_are_not_taken(server: FeedServer) -> None:
    server.listings = [Listing(items=[item("Old #acme", NOW - timedelta(days=31), 1), item("New #acme", NOW, 2)])]
    pages, _, _ = collect(collector(server))
    assert [post.text for post in posts_of(pages)] == ["New #acme"]


# Gaps


def test_a_first_reading_does_not_know_what_was_before_it(server: FeedServer) -> None:
    server.listings = [Listing(items=hourly(range(5)))]
    pages, _, _ = collect(collector(server))
    [gap] = gaps_of(pages)
    assert (gap.reason, gap.source) == (GapReason.HISTORY_WINDOW, "rss, Feed 0")
    assert (gap.since, gap.until) == (NOW - timedelta(days=30), NOW - timedelta(hours=36))


def test_a_first_reading_of_a_long_feed_has_no_gap(server: FeedServer) -> None:
    old = item("Old #acme", NOW - timedelta(days=31), 1)
    server.listings = [Listing(items=[old, item("New #acme", NOW, 2)])]
    assert gaps_of(collect(collector(server))[0]) == []


def test_a_feed_that_moved_on_without_us_has_a_gap(server: FeedServer) -> None:
    server.listings = [Listing(room=10, items=hourly(range(10)))]
    early = NOW - timedelta(hours=26)
    _, cursor, _ = collect(collector(server), now=early)
    server.listings[0].items += hourly(range(10, 30))  # 10 to 19 came and went
    pages, cursor, _ = collect(collector(server), cursor)
    [gap] = gaps_of(pages)
    assert (gap.reason, gap.since, gap.until) == (GapReason.PAGE_CAP, early, NOW - timedelta(hours=16))
    assert gap.estimated == 11
    assert len(posts_of(pages)) == 10
    server.listings[0].items += hourly(range(30, 35))
    assert gaps_of(collect(collector(server), cursor, SOON)[0]) == []


@pytest.mark.parametrize("came", [0, 1, 5, 9])
def test_a_feed_that_still_lists_what_we_knew_has_none(server: FeedServer, came: int) -> None:
    server.listings = [Listing(room=10, items=hourly(range(10)))]
    _, cursor, _ = collect(collector(server), now=NOW - timedelta(hours=26))
    server.listings[0].items += hourly(range(10, 10 + came))
    pages, _, _ = collect(collector(server), cursor)
    assert gaps_of(pages) == []
    assert len(posts_of(pages)) == came


def test_a_pinned_entry_hides_no_gap(server: FeedServer) -> None:
    pinned = item("Read this first #acme", NOW - timedelta(days=20), 1000)
    listing = Listing(items=[*hourly(range(10)), pinned])
    server.listings = [listing]
    _, cursor, _ = collect(collector(server), now=NOW - timedelta(hours=26))
    listing.items = [*hourly(range(20, 30)), pinned]
    [gap] = gaps_of(collect(collector(server), cursor)[0])
    assert gap.until == NOW - timedelta(hours=16)


def test_an_entry_that_was_withdrawn_makes_no_gap(server: FeedServer) -> None:
    server.listings = [Listing(room=10, items=hourly(range(10)))]
    _, cursor, _ = collect(collector(server), now=NOW - timedelta(hours=26))
    server.listings[0].items = hourly(range(8)) + hourly(range(10, 12))
    assert gaps_of(collect(collector(server), cursor)[0]) == []


def test_a_feed_that_is_empty_for_once_is_not_forgotten(server: FeedServer) -> None:
    listing = Listing(items=hourly(range(10)))
    server.listings = [listing]
    _, cursor, _ = collect(collector(server))
    listing.items = []
    pages, cursor, _ = collect(collector(server), cursor, SOON)
    assert (posts_of(pages), gaps_of(pages)) == ([], [])
    listing.items = hourly(range(11))
    pages, _, _ = collect(collector(server), cursor, SOON + timedelta(minutes=10))
    assert [post.text for post in posts_of(pages)] == ["Post 10 #acme"]


# Feeds that fail


def test_a_feed_that_is_gone_says_to_remove_it_and_rests_a_day(server: FeedServer) -> None:
    server.pages["/gone"] = Reply(status=410)
    pages, cursor, error = collect(collector(server, "/gone"))
    assert isinstance(error, AccessDenied)
    assert "Feed 0 is gone for good (410): remove it" in str(error)
    assert posts_of(pages) == []
    for after in (SOON, NOW + timedelta(hours=23)):
        _, cursor, again = collect(collector(server, "/gone"), cursor, after)
        assert (str(again), len(server.asked)) == (str(error), 1)
    collect(collector(server, "/gone"), cursor, NOW + timedelta(days=1))
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(status=404), AccessDenied, "not where it was"),
        (Reply(status=403), AccessDenied, "forbids"),
        (Reply(status=401), AccessDenied, "wants a key"),
        (Reply(status=500), TryLater, "fault of its own"),
        (Reply(b"<!DOCTYPE html><title>Log in</title>", kind="text/html"), TryLater, "web page"),
        (Reply(b"{}"), TryLater, "no JSON Feed"),
        (Reply(b""), TryLater, "empty"),
        (Reply(b"<opml/>"), TryLater, "no feed that we know"),
        (Reply(rss([]), cut=True), TryLater, "broke off"),
        (Reply(reset=True), TryLater, "broke off"),
        (Reply(b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss/>'), TryLater, "entities"),
        (Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}), AccessDenied, "public internet"),
    ],
)
def test_a_feed_that_fails_is_told_by_its_name(
    server: FeedServer, reply: Reply, error: type[EarshotError], words: str
) -> None:
    server.pages["/feed?key=hunter2"] = reply
    _, _, told = collect(collector(server, "/feed?key=hunter2"))
    assert isinstance(told, error)
    assert words in str(told)
    assert "hunter2" not in str(told)


@pytest.mark.parametrize("headers", [{"Retry-After": "7200"}, {}])
def test_a_feed_that_asks_for_rest_gets_it_and_does_not_hold_up_the_others(
    server: FeedServer, headers: Mapping[str, str]
) -> None:
    server.listings = [Listing(items=[item("Hello #acme", NOW - timedelta(hours=1), 1)])]
    server.pages["/tired"] = Reply(status=429, headers=headers)
    both = ("/tired", "/feed/0")
    pages, cursor, error = collect(collector(server, *both))
    assert [post.text for post in posts_of(pages)] == ["Hello #acme"]
    assert isinstance(error, TryLater)
    assert not isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(minutes=10)
    server.listings[0].items.append(item("Again #acme", NOW, 2))
    asked = len(server.asked)
    pages, _, error = collect(collector(server, *both), cursor, NOW + timedelta(minutes=4))
    assert [post.text for post in posts_of(pages)] == ["Again #acme"]
    assert [each.path for each in server.asked[asked:]] == ["/feed/0"]
    assert "asks us to wait" in str(error)


def test_the_only_feed_asks_for_rest_and_the_platform_rests(server: FeedServer) -> None:
    server.pages["/tired"] = Reply(status=429, headers={"Retry-After": "7200"})
    _, cursor, error = collect(collector(server, "/tired"))
    assert isinstance(error, RateLimited)
    assert error.until == NOW + timedelta(hours=2)
    server.pages["/tired"] = Reply(rss([item("Hello #acme", NOW, 1)]))
    pages, _, error = collect(collector(server, "/tired"), cursor, NOW + timedelta(hours=2))
    assert (len(posts_of(pages)), error) == (1, None)


def test_a_feed_that_broke_off_is_read_as_far_as_it_goes_and_again(server: FeedServer) -> None:
    whole = rss([item(f"Post {n} #acme", NOW - timedelta(hours=n), n) for n in range(5)])
    server.pages["/f"] = Reply(whole[: whole.index(b"Post 4")])
    pages, cursor, error = collect(collector(server, "/f"))
    assert {post.text for post in posts_of(pages)} == {f"Post {n} #acme" for n in range(4)}
    assert "broke off" in str(error)
    server.pages["/f"] = Reply(whole)
    pages, _, error = collect(collector(server, "/f"), cursor, SOON)
    assert {post.text for post in posts_of(pages)} == {f"Post {n} #acme" for n in range(5)}
    assert error is None


def test_many_failures_are_told_in_a_few_sentences(server: FeedServer) -> None:
    _, _, error = collect(collector(server, *(f"/{n}" for n in range(20))))
    assert isinstance(error, AccessDenied)
    assert "And 15 more." in str(error)


def test_a_memory_that_is_nonsense_is_a_first_reading(server: FeedServer) -> None:
    server.listings = [Listing(items=hourly(range(3)))]
    reader = collector(server)
    key = Source(server.feed(0)).key
    for nonsense in ("", "x", "[]", '{"read_at": 5}', '{"seen": 5}', '{"wait": "soon"}', "null"):
        cursor = Cursor(parse("#acme").revision, {key: Position(complete=nonsense)})
        assert len(posts_of(collect(reader, cursor)[0])) == 3


def test_a_memory_is_short_and_says_no_address(server: FeedServer) -> None:
    server.pages["/f?key=hunter2"] = Reply(
        rss([item(f"Post {n} #acme", NOW, n) for n in range(600)]), headers={"ETag": "x" * 9000}
    )
    _, cursor, _ = collect(collector(server, "/f?key=hunter2"))
    assert cursor is not None
    [(key, position)] = cursor.positions.items()
    assert "hunter2" not in key + repr(position)
    assert len(position.complete or "") < 6000
    assert remembered(Memory(etag="a", read_at=NOW, seen=("b",)).write()) == Memory(etag="a", read_at=NOW, seen=("b",))


# Posts


def one(server: FeedServer, inside: str, query: str = "*") -> NativePost:
    server.pages["/one"] = Reply(rss([f"<item>{inside}</item>"]))
    [post] = posts_of(collect(collector(server, "/one"), query=query)[0])
    return post


def test_an_article_is_one(server: FeedServer) -> None:
    post = one(
        server,
        "<title>Acme grows</title><link>https://acorn.example/1?utm_source=rss</link><guid>https://acorn.example/1</guid>"
        "<dc:creator>Ana Pop</dc:creator><description>Ask #LifeAtAcme</description><category>#Clinic</category>"
        "<pubDate>Fri, 20 Nov 2026 09:30:00 GMT</pubDate><slash:comments>3</slash:comments>",
    )
    assert (post.kind, post.title, post.text) == (Kind.ARTICLE, "Acme grows", "Ask #LifeAtAcme")
    assert (post.url, post.native_url) == ("https://acorn.example/1", "https://acorn.example/1?utm_source=rss")
    assert post.author is not None
    assert (post.author.handle, post.author.display_name) == ("Ana Pop@acorn.example", "Ana Pop")
    assert (post.hashtags, post.language) == (("LifeAtAcme", "Clinic"), "en")
    assert (post.counts.replies, post.counts.likes, post.counts.views) == (3, None, None)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<guid>https://a.example/1</guid>", "<guid>http://www.a.example/1/?utm_source=x</guid>"),
        ("<link>https://a.example/1?fbclid=1</link>", "<link>https://a.example/1</link>"),
        ("<guid isPermaLink='false'>7</guid><link>https://a.example/1</link>", "<guid isPermaLink='false'>7</guid>"),
        ("<title>Acme</title><pubDate>2026-11-20</pubDate>", "<title>Acme</title><pubDate>2026-11-20</pubDate>"),
    ],
)
def test_one_article_has_one_id(server: FeedServer, first: str, second: str) -> None:
    ids = {one(server, f"<description>Text</description>{inside}").id for inside in (first, second)}
    assert len(ids) == 1


def test_entries_that_share_a_guid_are_told_apart_by_their_addresses(server: FeedServer) -> None:
    server.pages["/f"] = Reply(
        rss([f"<item><guid>https://a.example/</guid><link>https://a.example/{n}</link><title>#acme {n}</title></item>"
             for n in range(5)])
    )  # fmt: skip
    pages, _, _ = collect(collector(server, "/f"))
    assert len({post.id for post in posts_of(pages)}) == 5


@pytest.mark.parametrize(
    "link",
    [
        "https://anapop.example/1", "https://a.example/@anna/1", "https://a.example/ana-pop/1", "https://a.example/Ana_Pop",
        "https://a.example/u/an%C3%A0-pop/1",
    ],
)  # fmt: skip
def test_an_address_that_names_the_author_is_not_shown(server: FeedServer, link: str) -> None:
    post = one(server, f"<title>t</title><link>{link}</link><dc:creator>Ana Pop</dc:creator>")
    assert (post.url, post.native_url) == (None, link)


def test_no_sentence_repr_or_position_shows_a_feeds_address() -> None:
    source = Source("https://ana:word@a.example/feed?key=hunter2")
    assert not any(word in f"{source!r} {source.key} {source.name} {source.page}" for word in ("hunter2", "word"))
    assert replace(source, title="Blog").name == "Blog"


def test_the_plan_says_that_nothing_can_be_asked(server: FeedServer) -> None:
    said = " ".join(collector(server, "/a", "/b").plan(parse("#acme")).sentences())
    assert "2 feeds are read whole" in said
