"""A post of X becomes a native post, and nothing of it is lost."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from collectors.registry import reread
from collectors.x.answers import Answer, Includes
from collectors.x.collector import _read
from collectors.x.ids import id_at, is_possible, read_id, time_of
from collectors.x.walk import Step
from listening.collecting import Page, Removal, RemovalReason
from listening.posts import Counts, Kind, Media, NativePost
from tests.collectors.x.making import HOUR_AGO, NOW, collector, posts_of, request
from tests.servers.x import XServer, post_number

LONG = "Every word of a long post counts. " * 40 + "#acme"


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as running:
        yield running


def collect(server: XServer, query: str = "#acme") -> list[NativePost]:
    return posts_of(list(collector(server).collect(request(query))))


def one(server: XServer, text: str = "Hello #acme", **more: Any) -> NativePost:
    server.publish(text, HOUR_AGO, **more)
    [post] = collect(server)
    return post


def link(short: str, to: str | None, **more: Any) -> dict[str, Any]:
    return {"url": short, "expanded_url": to, "display_url": "…", "start": 0, "end": 1, **more}


def entities(*urls: dict[str, Any], tags: tuple[str, ...] = ("acme",), names: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "hashtags": [{"tag": tag} for tag in tags],
        "mentions": [{"username": name} for name in names],
        "urls": list(urls),
    }


def test_an_ordinary_post(server: XServer) -> None:
    post = one(server, "Good morning @acme_hq & all <3 #acme", number=7)
    own = post_number(HOUR_AGO, 7)
    assert (post.id, post.native_id, post.platform) == (f"x:{own}", own, "x")
    assert post.text == "Good morning @acme_hq & all <3 #acme"
    assert post.url == f"https://x.com/i/status/{own}"
    assert post.native_url == f"https://x.com/ana_p/status/{own}"
    assert post.author is not None
    assert (post.author.handle, post.author.display_name) == ("ana_p", "Ana_P")
    assert (post.author.followers, post.author.profile_url) == (1234, "https://x.com/ana_p")
    assert (post.kind, post.language, post.hashtags, post.mentions) == (Kind.POST, "en", ("acme",), ("acme_hq",))
    assert post.counts == Counts(likes=3, reposts=2, replies=1, quotes=0, views=90)
    assert (post.created_at, post.edited_at, post.fetched_at) == (HOUR_AGO, None, NOW)


def test_what_people_wrote_about_markup_stays(server: XServer) -> None:
    assert one(server, "&copy; &amp; &lt;b&gt; #acme").text == "&copy; &amp; &lt;b&gt; #acme"


def test_short_addresses_become_real_ones_and_those_of_media_go(server: XServer) -> None:
    server.media["3_1"] = {"media_key": "3_1", "type": "photo", "alt_text": "A queue at the door"}
    server.media["7_2"] = {"media_key": "7_2", "type": "animated_gif"}
    post = one(
        server,
        "Look https://t.co/ab https://t.co/abc and https://t.co/m #acme https://t.co/p",
        entities=entities(
            link("https://t.co/ab", "https://acme.example/a", unwound_url="https://acme.example/a?whole=1&x=2"),
            link("https://t.co/abc", "https://acme.example/b"),
            link("https://t.co/m", "https://twitter.com/maria_k/status/77?s=20"),
            link("https://t.co/p", "https://x.com/ana_p/status/1/photo/1", media_key="3_1"),
        ),
        attachments={"media_keys": ["3_1", "7_2", "9_9"]},
    )
    address = "https://acme.example/a?whole=1&x=2"
    assert post.text == f"Look {address} https://acme.example/b and https://x.com/i/status/77 #acme"
    assert post.links == (address, "https://acme.example/b", "https://x.com/i/status/77")
    assert post.media == (Media("photo", "A queue at the door"), Media("animated gif"), Media("unknown"))


def test_long_posts_polls_and_articles(server: XServer) -> None:
    server.polls["p1"] = {"id": "p1", "options": [{"label": "Yes"}, {"label": "Not yet"}, 7]}
    note = {"text": LONG, "entities": entities(tags=("acme", "more"))}
    post = one(
        server, LONG[:200], note_tweet=note, attachments={"poll_ids": ["p1"]}, article={"title": " A year at Acme "}
    )
    assert (post.text, post.hashtags, post.title) == (LONG, ("acme", "more"), "A year at Acme")
    assert post.media == (Media("poll", "Yes / Not yet"),)


def test_a_repost_has_the_whole_text_of_its_original_and_no_counts(server: XServer) -> None:
    server.user("200", "maria_k")
    server.media["3_1"] = {"media_key": "3_1", "type": "video"}
    original = server.publish(
        LONG[:100], HOUR_AGO - timedelta(days=30), author_id="200", note_tweet={"text": LONG, "entities": entities()},
        attachments={"media_keys": ["3_1"]}, lang="pl",
    )  # fmt: skip
    server.beside[original] = server.posts.pop(original)
    post = one(
        server, "RT @maria_k: " + LONG[:80] + "… #acme", referenced_tweets=[{"type": "retweeted", "id": original}]
    )
    assert (post.kind, post.text, post.reposted) == (Kind.REPOST, LONG, f"x:{original}")
    assert post.counts == Counts()
    assert (post.media, post.language) == ((Media("video"),), "pl")
    assert post.author is not None and post.author.handle == "ana_p"
    assert post.created_at == HOUR_AGO


def test_replies_quotes_and_edited_ones_refer_to_first_versions(server: XServer) -> None:
    first = server.publish("Once", HOUR_AGO - timedelta(hours=3))
    second = server.edit(first, "Twice", HOUR_AGO - timedelta(hours=2))
    quote = one(
        server, "So true #acme",
        referenced_tweets=[{"type": "quoted", "id": second}, {"type": "replied_to", "id": "99"}],
    )  # fmt: skip
    assert (quote.kind, quote.quoted, quote.in_reply_to) == (Kind.QUOTE, f"x:{first}", "x:99")
    server.posts.clear()
    reply = one(server, "No #acme", referenced_tweets=[{"type": "replied_to", "id": "99"}])
    assert (reply.kind, reply.in_reply_to, reply.text) == (Kind.REPLY, "x:99", "No #acme")


def test_an_edited_post_keeps_its_first_id_and_time(server: XServer) -> None:
    first = server.publish("Frist #acme", HOUR_AGO, number=3)
    server.edit(first, "First #acme", HOUR_AGO + timedelta(minutes=4))
    [post] = collect(server)
    assert (post.id, post.text) == (f"x:{first}", "First #acme")
    assert (post.created_at, post.edited_at) == (HOUR_AGO, HOUR_AGO + timedelta(minutes=4))


@pytest.mark.parametrize(
    ("given", "kept"),
    [("und", None), ("qst", None), ("qme", None), ("qht", None), ("zxx", None), (None, None), (7, None), ("", None),
     ("ro", "ro"), ("iw", "he"), ("in", "id"), ("zh-TW", "zh")],
)  # fmt: skip
def test_languages(server: XServer, given: Any, kept: str | None) -> None:
    assert one(server, lang=given).language == kept


def test_what_is_not_public_is_withheld_and_counted(server: XServer) -> None:
    server.user("300", "shy", protected=True)
    server.publish("1 #acme", HOUR_AGO, 1, author_id="300")
    server.publish("2 #acme", HOUR_AGO, 2, withheld={"copyright": True, "country_codes": ["XY"]})
    server.publish("3 #acme", HOUR_AGO, 3, withheld={"country_codes": ["XX"], "scope": "tweet"})
    server.publish("4 #acme", HOUR_AGO, 4, withheld={"country_codes": ["DE"], "scope": "tweet"})
    server.publish("5 #acme", HOUR_AGO, 5, withheld="nonsense")
    pages = list(collector(server).collect(request()))
    assert {post.text[0] for post in posts_of(pages)} == {"4", "5"}
    assert sum(page.withheld for page in pages) == 3


def test_an_author_that_x_does_not_name_is_still_somebody(server: XServer) -> None:
    post = one(server, author_id="555")
    assert post.author is not None
    assert (post.author.handle, post.author.profile_url, post.native_url) == ("id:555", None, None)


def test_what_x_says_of_missing_posts_is_followed(server: XServer) -> None:
    server.gone = {"71": "resource-not-found", "72": "not-authorized-for-resource", "73": "something-new"}
    refers = [{"type": "quoted", "id": key} for key in ("71",)]
    server.publish("1 #acme", HOUR_AGO, 1, referenced_tweets=refers)
    server.publish("2 #acme", HOUR_AGO, 2, referenced_tweets=[{"type": "retweeted", "id": "72"}])
    server.publish("3 #acme", HOUR_AGO, 3, referenced_tweets=[{"type": "replied_to", "id": "73"}])
    pages = list(collector(server).collect(request()))
    assert len(posts_of(pages)) == 3
    assert {removal for page in pages for removal in page.removed} == {
        Removal("x:71", RemovalReason.DELETED),
        Removal("x:72", RemovalReason.WITHDRAWN),
    }


def test_ids_hold_times() -> None:
    assert time_of(id_at(NOW)) == NOW
    assert time_of(1_999) is None
    assert [read_id(x) for x in ("12", 12, "", None, True, "１２", "-1", "1" * 20, 1.5)] == [12, 12, *[None] * 7]
    assert is_possible(id_at(NOW), NOW) and not is_possible(id_at(NOW + timedelta(days=2)), NOW)
    assert id_at(datetime(1995, 1, 1, tzinfo=UTC)) == 0


def test_a_dead_letter_is_read_again_with_all_that_belongs_to_it(server: XServer) -> None:
    server.user("200", "maria_k")
    original = server.publish("The original #acme", HOUR_AGO - timedelta(hours=2), author_id="200")
    server.beside[original] = server.posts.pop(original)
    server.publish(
        "RT @maria_k: The #acme", HOUR_AGO, created_at="yesterday",
        referenced_tweets=[{"type": "retweeted", "id": original}],
    )  # fmt: skip
    [letter] = [letter for page in collector(server).collect(request()) for letter in page.unreadable]
    assert letter.source in letter.reason
    assert reread("x", letter.raw, letter.source, NOW).unreadable
    mended = letter.raw.replace(b'"yesterday"', b'"2026-11-22T11:00:00.000Z"')
    [post] = reread("x", mended, letter.source, NOW).posts
    assert (post.text, post.author and post.author.handle) == ("The original #acme", "ana_p")
    gone = json.loads(mended)
    gone["includes"]["users"][0]["protected"] = True
    assert reread("x", json.dumps(gone).encode(), letter.source, NOW) == Page(withheld=1)


ODD: tuple[Any, ...] = (
    None, True, -1, 1.5, 10**30, "", "x", "\ud800", "9" * 25, [], [None], [[]], {}, {"id": None}, "2026-13-45",
    "0001-01-01T00:00:00+14:00", "\x00", {"text": 7}, [{"type": "retweeted", "id": "8"}], {"urls": [{"url": 5}]},
    {"urls": [{"url": "https://t.co/x", "expanded_url": "http://["}]}, {"media_keys": "ab"}, {"media_keys": [[], "3"]},
    {"country_codes": 5}, {"hashtags": [{"tag": None}], "mentions": [5, {"username": 5}]},
)  # fmt: skip


def test_fuzzed_posts_lose_no_neighbour() -> None:
    with XServer() as server:
        server.publish("Whole #acme", HOUR_AGO, referenced_tweets=[{"type": "quoted", "id": "8"}])
        [whole] = server.posts.values()
    chance = Random(5)
    neighbour = {**whole, "id": post_number(HOUR_AGO, 9), "edit_history_tweet_ids": []}
    for _ in range(int(os.environ.get("EARSHOT_FUZZ", "2000"))):
        raw = json.loads(json.dumps(whole))
        for _ in range(chance.randrange(1, 4)):
            raw[chance.choice([*whole, "note_tweet", "attachments", "withheld", "article"])] = chance.choice(ODD)
        if chance.random() < 0.1:
            raw.pop(chance.choice([*raw]))
        users: Any = chance.choice([[{"id": "100", "username": "ana_p"}], [chance.choice(ODD)], chance.choice(ODD)])
        answer = {
            "data": chance.choice([[raw, neighbour], [chance.choice(ODD), neighbour]]),
            "includes": chance.choice([{"users": users, "tweets": [raw], "media": users}, chance.choice(ODD)]),
            "errors": chance.choice([None, [chance.choice(ODD)], [{"resource_type": "tweet", "value": users}]]),
            "meta": chance.choice([{}, chance.choice(ODD)]),
        }
        page = _read(Step(answer=Answer.of(answer)), "X", request(), set())
        assert f"x:{neighbour['id']}" in {post.id for post in page.posts}
        assert len(page.posts) + len(page.unreadable) + page.withheld >= 1
        for letter in page.unreadable:
            assert letter.source in letter.reason and letter.reason.endswith(".") and letter.raw
            reread("x", letter.raw, letter.source, NOW)
    assert Includes.of({}).about(None)["tweets"] == []
