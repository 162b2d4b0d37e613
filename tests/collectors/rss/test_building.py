"""Feeds as the settings name them, and who of them may stand in the operator's own network."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors.protocol import Request
from collectors.rss.build import build, reread
from listening.errors import AccessDenied, ConfigError, TryLater
from listening.query import parse
from listening.settings import Settings
from tests.servers.feeds import FeedServer, Listing, item

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REQUEST = Request(query=parse("#acme"), cursor=None, since=NOW - timedelta(days=1), until=None, now=NOW)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with FeedServer() as server:
        server.listings = [Listing(items=[item("Hello #acme", NOW - timedelta(hours=1), 1)])]
        yield server


def settings(home: Path, **rss: Any) -> Settings:
    return Settings.model_validate({"home": str(home), "platforms": {"rss": rss}})


def test_without_a_feed_it_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EARSHOT_PLATFORMS__RSS__BASE_URL"):
        build(settings(tmp_path))


def test_feeds_are_addresses_or_tables_each_once(tmp_path: Path) -> None:
    rss = settings(
        tmp_path,
        base_url="https://a.example/1",
        feeds=["https://a.example/2", {"address": "https://a.example/1", "title": "One"}, "https://a.example/2"],
    ).platforms.rss
    assert sorted(feed.address for feed in rss.all_feeds) == ["https://a.example/1", "https://a.example/2"]


@pytest.mark.parametrize("wrong", ["a.example/feed", "file:///etc/passwd", "ftp://a.example/", "https://", ""])
def test_what_is_no_address_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ValueError, match="feeds"):
        settings(tmp_path, feeds=[wrong])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_feed_whose_name_says_that_it_is_ones_own_is_read(tmp_path: Path, server: FeedServer, host: str) -> None:
    address = f"http://{host}:{server.port}/feed/0"
    for written in ({"base_url": address}, {"feeds": [address]}):
        [page] = build(settings(tmp_path, **written)).collect(REQUEST)
        assert [post.text for post in page.posts] == ["Hello #acme"]


def test_a_feed_with_a_public_name_does_not_lead_inside(tmp_path: Path, server: FeedServer) -> None:
    """It is no address to a reader of names, and leads to this machine all the same."""
    public_name = f"http://0x7f.0.0.1:{server.port}/feed/0"
    with pytest.raises((AccessDenied, TryLater)):
        list(build(settings(tmp_path, feeds=[public_name])).collect(REQUEST))
    assert server.asked == []


def test_a_dead_letter_is_read_again(tmp_path: Path, server: FeedServer) -> None:
    server.listings[0].items.append("<item><guid>https://a.example/1</guid></item>")
    [page] = build(settings(tmp_path, base_url=server.feed(0))).collect(REQUEST)
    [letter] = page.unreadable
    assert letter.source == "127.0.0.1, entry 1"
    mended = letter.raw.replace(b'"title": null', b'"title": {"value": "Hello"}')
    [post] = reread(mended, letter.source, NOW).posts
    assert (post.title, post.native_url) == ("Hello", "https://a.example/1")
