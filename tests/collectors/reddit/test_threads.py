"""Comments below what was found, and what became of what is kept."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collectors.protocol import Request
from listening.collecting import Cursor, GapReason, Page, Removal, RemovalReason
from listening.errors import TryLater
from listening.posts import Kind, NativePost
from listening.query import parse
from tests.collectors.reddit.test_contract import collector_for
from tests.servers.reddit import Fault, RedditServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def server() -> Iterator[RedditServer]:
    with RedditServer() as running:
        yield running


def request(cursor: Cursor | None = None, now: datetime = NOW) -> Request:
    return Request(query=parse("#acme"), cursor=cursor, since=now - timedelta(days=2), until=None, now=now)


def collect(server: RedditServer, cursor: Cursor | None = None, now: datetime = NOW) -> list[Page]:
    return list(collector_for(server, page_size=100).collect(request(cursor, now)))


def comments(pages: list[Page]) -> list[str]:
    return [post.text for page in pages for post in page.posts if post.kind is Kind.COMMENT]


def test_comments_below_a_found_post_are_read_as_they_come(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    first = server.comment("Great, #acme is", NOW - timedelta(hours=2), found)
    server.comment("and you? #acme", NOW - timedelta(hours=2), first)
    server.comment("no idea", NOW - timedelta(hours=2), found)
    pages = collect(server)
    assert sorted(comments(pages)) == ["Great, #acme is", "and you? #acme"]
    server.comment("late words on #acme", NOW + timedelta(minutes=1), first)
    server.edit(first, NOW + timedelta(minutes=2), body="Bad, #acme is")
    again = collect(server, pages[-1].cursor, LATER)
    assert sorted(comments(again)) == ["Bad, #acme is", "late words on #acme"]
    counts = [post.counts.replies for page in again for post in page.posts if post.native_id == found]
    assert counts == [4]
    asked = len(server.asked)
    assert comments(collect(server, again[-1].cursor, LATER)) == []
    assert not any(path.startswith("/comments") for path in server.asked[asked:])


def test_a_comment_that_is_gone_goes_here_too(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    gone = server.comment("Great, #acme is", NOW - timedelta(hours=2), found)
    pages = collect(server)
    server.delete(gone)
    server.comment("more on #acme", NOW, found)
    again = collect(server, pages[-1].cursor, LATER)
    assert [removal.post_id for page in again for removal in page.removed] == [f"reddit:{gone}"]


def test_a_found_post_that_is_gone_goes_here_too_and_is_followed_no_more(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    pages = collect(server)
    server.delete(found)
    again = collect(server, pages[-1].cursor, LATER)
    assert [removal for page in again for removal in page.removed] == [
        Removal(f"reddit:{found}", RemovalReason.DELETED)
    ]
    asked = len(server.asked)
    collect(server, again[-1].cursor, LATER)
    assert not any("api/info" in path for path in server.asked[asked:])


def test_a_thread_with_more_comments_than_one_answer_is_read_on(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    for number in range(350):
        server.comment(f"{number} #acme", NOW - timedelta(hours=2) + timedelta(seconds=number), found)
    server.most_comments = 100
    pages = collect(server)
    assert len(comments(pages)) == len(set(comments(pages))) == 350
    assert not [gap for page in pages for gap in page.gaps]


def test_what_a_huge_thread_leaves_out_is_a_gap(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    for number in range(1_100):
        server.comment(f"{number} #acme", NOW - timedelta(hours=2) + timedelta(seconds=number), found)
    server.most_comments = 50
    pages = collect(server)
    [gap] = [gap for page in pages for gap in page.gaps]
    assert len(comments(pages)) == 1_050
    assert (gap.reason, gap.estimated, gap.since) == (GapReason.PAGE_CAP, 50, NOW - timedelta(hours=3))


def test_a_closed_thread_does_not_stop_the_others(server: RedditServer) -> None:
    names = [server.submit(f"{number} #acme", NOW - timedelta(hours=3)) for number in range(3)]
    for name in names:
        server.comment("yes #acme", NOW - timedelta(hours=2), name)
    server.faults.extend([None, Fault(403, b'{"reason": "private"}')])
    assert len(comments(collect(server))) == 2


def test_an_outage_between_two_threads_loses_and_doubles_nothing(server: RedditServer) -> None:
    for number in range(3):
        name = server.submit(f"{number} #acme", NOW - timedelta(hours=3))
        server.comment(f"{number} yes #acme", NOW - timedelta(hours=2), name)
    server.faults.extend([None, None])
    server.always = Fault(503)
    pages: list[Page] = []
    with pytest.raises(TryLater):
        for page in collector_for(server, page_size=100).collect(request()):
            pages.append(page)
    server.always = None
    then = collect(server, pages[-1].cursor, LATER)
    assert sorted(comments(pages) + comments(then)) == ["0 yes #acme", "1 yes #acme", "2 yes #acme"]


def test_nonsense_in_a_thread_costs_no_neighbour(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    server.comment("broken #acme", NOW - timedelta(hours=2), found, body=None)
    server.comment("good #acme", NOW - timedelta(hours=2), found, replies=["x"])
    pages = collect(server)
    assert comments(pages) == ["good #acme"]
    [broken] = [item for page in pages for item in page.unreadable]
    assert broken.source.startswith(f"thread {found}, t1_")


def test_old_threads_are_followed_no_more(server: RedditServer) -> None:
    server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    pages = collect(server)
    assert pages[-1].cursor and any(key.startswith("thread") for key in pages[-1].cursor.positions)
    later = collect(server, pages[-1].cursor, NOW + timedelta(days=3))
    assert later[-1].cursor and not any(key.startswith("thread") for key in later[-1].cursor.positions)


def test_without_comments_no_thread_is_looked_into(server: RedditServer) -> None:
    found = server.submit("What is it like at #acme", NOW - timedelta(hours=3))
    server.comment("yes #acme", NOW - timedelta(hours=2), found)
    pages = list(collector_for(server, comments=False, watched=["work"]).collect(request()))
    assert comments(pages) == []
    assert not any("comments" in path for path in server.asked)


def test_what_became_of_many_posts(server: RedditServer) -> None:
    at = NOW - timedelta(hours=3)
    names = {
        word: server.submit(f"{word} #acme", at) for word in ("same", "edited", "deleted", "removed", "left", "purged")
    }
    names["comment"] = server.comment("a comment", at, names["same"])
    server.edit(names["edited"], NOW, selftext="changed")
    server.delete(names["deleted"])
    server.things[names["removed"]]["data"]["removed_by_category"] = "moderator"
    server.things[names["left"]]["data"]["author"] = "[deleted]"
    del server.things[names["purged"]]
    kept = {f"reddit:{name}": name for name in names.values()}
    answers = collector_for(server).still_there_many(kept, NOW)
    gone = {word for word, name in names.items() if isinstance(answers[f"reddit:{name}"], Removal)}
    assert gone == {"deleted", "removed", "left", "purged"}
    edited = answers[f"reddit:{names['edited']}"]
    assert isinstance(edited, NativePost)
    assert (edited.text, edited.edited_at) == ("changed", NOW)
    assert len(server.asked) == 1


def test_a_hundred_posts_are_asked_for_at_once(server: RedditServer) -> None:
    names = [server.submit("x #acme", NOW - timedelta(hours=3)) for _ in range(230)]
    answers = collector_for(server).still_there_many({f"reddit:{name}": name for name in names}, NOW)
    assert len(answers) == 230
    assert len(server.asked) == 3


def test_what_became_of_one_post(server: RedditServer) -> None:
    name = server.submit("x #acme", NOW - timedelta(hours=3))
    of = collector_for(server)
    assert isinstance(of.still_there(f"reddit:{name}", name, NOW), NativePost)
    assert of.still_there("reddit:x", "nothing of Reddit's", NOW) is None
    server.things[name]["data"]["title"] = None
    assert of.still_there(f"reddit:{name}", name, NOW) is None  # it is there, and cannot be read
    server.always = Fault(500)
    with pytest.raises(TryLater):
        of.still_there(f"reddit:{name}", name, NOW)
