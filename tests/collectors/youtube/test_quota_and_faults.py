"""What YouTube does: counts, refuses, ends its search early, forgets pages, and loses videos."""

import copy
import json
import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from collectors import registry
from collectors.protocol import Request
from collectors.youtube.account import next_day
from collectors.youtube.query import plan_for
from collectors.youtube.reading import read_comments, read_videos
from listening.collecting import Cursor, GapReason, Page, Removal, RemovalReason
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater
from listening.posts import NativePost
from listening.query import parse
from listening.settings import Settings
from tests.collectors.youtube.test_contract import collector_for
from tests.servers.web import Reply
from tests.servers.youtube import CHANNEL, KEY, YoutubeServer, refusal

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TRIES = int(os.environ.get("EARSHOT_FUZZ", "2000"))


@pytest.fixture
def server() -> Iterator[YoutubeServer]:
    with YoutubeServer() as running:
        yield running


def ask(query: str = "acme", cursor: Cursor | None = None, now: datetime = NOW) -> Request:
    return Request(query=parse(query), cursor=cursor, since=NOW - timedelta(days=7), until=None, now=now)


def run(of: Any, what: Request) -> tuple[list[Page], EarshotError | None]:
    pages: list[Page] = []
    try:
        pages.extend(of.collect(what))
    except EarshotError as error:
        return pages, error
    return pages, None


def posts_of(pages: list[Page]) -> list[NativePost]:
    return [post for page in pages for post in page.posts]


def test_the_day_ends_at_midnight_in_california() -> None:
    assert next_day(NOW) == MIDNIGHT
    assert next_day(datetime(2026, 7, 1, 6, 0, tzinfo=UTC)) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)


def test_a_budget_is_kept_and_what_is_left_is_read_the_next_day(server: YoutubeServer) -> None:
    for n in range(35):
        server.upload(f"Film {n} of acme", NOW - timedelta(hours=3) + timedelta(seconds=n))
    first, error = run(collector_for(server, searches=2), ask())
    assert isinstance(error, RateLimited)
    assert error.until == MIDNIGHT
    searched = [what for what, _ in server.calls].count("search")
    again, error = run(collector_for(server, searches=2), ask(cursor=first[-1].cursor))
    assert isinstance(error, RateLimited)
    assert [what for what, _ in server.calls].count("search") == searched == 2
    tomorrow = MIDNIGHT + timedelta(minutes=1)
    then, _ = run(collector_for(server), ask(cursor=again[-1].cursor, now=tomorrow))
    assert {post.text for post in posts_of(first + then)} == {f"Film {n} of acme" for n in range(35)}
    late, _ = run(collector_for(server), ask(cursor=first[-1].cursor, now=NOW + timedelta(days=2)))
    [gap] = [gap for page in late for gap in page.gaps]
    assert (gap.reason, gap.until < NOW) == (GapReason.BUDGET, True)


def test_youtube_s_own_count_stops_searches_and_not_channels(server: YoutubeServer) -> None:
    server.spent = {"search"}
    server.comment("We love acme", NOW - timedelta(hours=1))
    pages, error = run(collector_for(server, channels=[CHANNEL]), ask())
    assert [post.text for post in posts_of(pages)] == ["We love acme"]
    assert isinstance(error, RateLimited)
    assert error.until is not None
    assert error.until < MIDNIGHT
    server.calls.clear()
    run(collector_for(server, channels=[CHANNEL]), ask(cursor=pages[-1].cursor))
    assert "search" not in [what for what, _ in server.calls]


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (refusal(400, "keyInvalid"), AccessDenied, "API_KEY"),
        (refusal(400, "badRequest", "API key not valid."), AccessDenied, "API_KEY"),
        (refusal(403, "accessNotConfigured"), AccessDenied, "Data API v3"),
        (refusal(403, "quotaExceeded"), RateLimited, "quota of the day"),
        (refusal(429, "rateLimitExceeded", "Queries per day"), RateLimited, "quota of the day"),
        (refusal(429, "rateLimitExceeded"), RateLimited, "too many"),
        (Reply(b"<html>", 429), RateLimited, "too many"),
        (Reply(status=500), TryLater, "500"),
        (Reply(b"<html>Hi", kind="text/html"), TryLater, "web page"),
        (Reply(b'{"items": [', cut=True), TryLater, "broke off"),
        (Reply(b"[]"), TryLater, "base_url"),
        (Reply(reset=True), TryLater, "."),
    ],
)
def test_refusals_are_sentences_without_the_key(
    server: YoutubeServer, fault: Reply, kind: type[EarshotError], says: str
) -> None:
    server.always = fault
    _, error = run(collector_for(server), ask("secretword"))
    assert isinstance(error, kind)
    assert says in str(error)
    assert KEY not in str(error)
    assert "secretword" not in str(error)


def test_search_that_ends_early_is_asked_for_what_is_older(server: YoutubeServer) -> None:
    for n in range(1_100):
        server.upload(f"acme {n}", NOW - timedelta(days=1) + timedelta(seconds=n))
    pages, error = run(collector_for(server, page_size=50), ask())
    assert error is None
    assert len({post.id for post in posts_of(pages)}) == 1_100


def test_circles_are_left(server: YoutubeServer) -> None:
    for n in range(30):
        server.comment(f"acme {n}", NOW - timedelta(hours=1))
    server.circles = True
    _, error = run(collector_for(server, channels=[CHANNEL], searches=0), ask())
    assert "same page again" in str(error)


def test_all_replies_and_new_videos_of_a_channel(server: YoutubeServer) -> None:
    server.upload("acme at work", NOW - timedelta(hours=2), ours=True)
    top = server.comment("acme?", NOW - timedelta(hours=1))
    for n in range(12):
        server.reply(top, f"acme, yes {n}", NOW - timedelta(minutes=50) + timedelta(seconds=n))
    pages, _ = run(collector_for(server, channels=[CHANNEL], searches=0), ask())
    found = {post.text: post for post in posts_of(pages)}
    assert len(found) == 14
    assert found["acme?"].counts.replies == 12
    assert found["acme, yes 11"].in_reply_to == f"youtube:{top}"
    assert found["acme?"].url == f"https://www.youtube.com/watch?v=vid00000000&lc={top}"


def test_comments_that_are_off_and_pages_that_are_forgotten(server: YoutubeServer) -> None:
    server.comments_off = True
    assert run(collector_for(server, channels=[CHANNEL], searches=0), ask())[1] is None
    server.comments_off = False
    for n in range(25):
        server.comment(f"acme {n}", NOW - timedelta(hours=1) + timedelta(seconds=n))
    of = collector_for(server, channels=[CHANNEL], searches=0).collect(ask())
    stopped = [next(of) for _ in range(2)]
    server.stale = True
    pages, error = run(collector_for(server, channels=[CHANNEL], searches=0), ask(cursor=stopped[-1].cursor))
    assert len(posts_of(pages)) == 10
    assert isinstance(error, TryLater | type(None))


def test_what_became_of_posts(server: YoutubeServer) -> None:
    kept, gone, hidden = (server.upload("acme", NOW) for _ in range(3))
    comment = server.comment("acme", NOW)
    del server.videos[gone]
    server.videos[hidden]["status"]["privacyStatus"] = "unlisted"
    asked = {f"youtube:{own}": own for own in (kept, gone, hidden)}
    asked |= {f"youtube:{comment}": f"{kept}/{comment}", "youtube:UgxNobody": f"{kept}/UgxNobody"}
    found = collector_for(server).still_there_many(asked, NOW)
    assert isinstance(found[f"youtube:{kept}"], NativePost)
    assert isinstance(found[f"youtube:{comment}"], NativePost)
    assert found[f"youtube:{gone}"] == Removal(f"youtube:{gone}", RemovalReason.DELETED)
    assert found[f"youtube:{hidden}"] == Removal(f"youtube:{hidden}", RemovalReason.WITHDRAWN)
    assert found["youtube:UgxNobody"] == Removal("youtube:UgxNobody", RemovalReason.DELETED)


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        ('Acme OR "Acme Corp"', ('Acme|"Acme Corp"',)),
        ("Acme NOT jobs", ("Acme",)),
        ("(a OR b OR c) (d OR e) f", ("d|e f",)),
        ("#acme @apex", ('#acme "apex"',)),
        ("Acme OR work*", ("Acme",)),
        ("*", ()),
    ],
)
def test_queries_in_youtube_s_words(query: str, searches: tuple[str, ...]) -> None:
    plan = plan_for(parse(query))
    assert plan.searches == searches
    assert plan.sentences()


def test_it_does_not_start_without_terms_or_key(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"platforms\.youtube\.terms"):
        registry.build("youtube", Settings(home=str(tmp_path)))


def test_fuzzed_things_are_read_or_refused_and_no_neighbour_is_lost() -> None:
    dice, maker = random.Random(11), YoutubeServer()
    good = maker.videos[maker.upload("acme", NOW)]
    comment = maker.threads[0] if maker.comment("acme", NOW) and maker.threads else {}
    top = comment["snippet"]["topLevelComment"]
    maker._http.server_close()
    nonsense: list[Any] = [None, 7, -1, "", "x" * 60_000, [], {}, [None], True, 1e400, "9999-99-99", "\ud800"]
    for _ in range(TRIES):
        for whole, read in ((good, read_videos), (top, None)):
            bad = copy.deepcopy(whole)
            at = dice.choice([bad, bad["snippet"], bad.get("statistics", bad["snippet"])])
            at[dice.choice(list(at))] = dice.choice(nonsense)
            page = read([bad, whole], ask()) if read else read_comments([bad, whole], None, [None, None], ask())
            assert whole["id"] in {post.id.removeprefix("youtube:") for post in page.posts}
            for letter in page.unreadable:
                assert letter.source in letter.reason
                assert registry.reread("youtube", letter.raw, letter.source, NOW).unreadable
                json.loads(letter.raw)
