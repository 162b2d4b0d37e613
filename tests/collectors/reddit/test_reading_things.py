"""Reddit's things become native posts: text, people, media, counts, and what cannot be read."""

import json
import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.reddit.build import reread
from collectors.reddit.plain import to_plain, users_in
from collectors.reddit.posts import to_post
from collectors.reddit.reading import Reader
from listening.errors import UnreadableInput
from listening.posts import Counts, Kind, Media, NativePost
from listening.query import parse
from tests.servers.reddit import submission

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = NOW - timedelta(hours=1)


def thing(text: str = "Hello #acme", **more: Any) -> dict[str, Any]:
    return {"kind": "t3", "data": submission("abc123", text, AT, "A day", "work") | more}


def remark(text: str = "I love #acme", **more: Any) -> dict[str, Any]:
    inner = {
        "id": "xyz", "body": text, "author": "ion_v", "created_utc": AT.timestamp(), "edited": False, "score": 4,
        "link_id": "t3_abc123", "parent_id": "t1_xyy", "permalink": "/r/work/comments/abc123/a_day/xyz/", **more,
    }  # fmt: skip
    return {"kind": "t1", "data": inner}


def post(text: str = "Hello #acme", **more: Any) -> NativePost:
    return to_post(thing(text, **more), NOW)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("#acme is **great** and *fun*, ***really***", "#acme is great and fun, really"),
        ("# A headline\n\n## Second ##\n\n#NotAHeadline", "A headline\n\nSecond\n\n#NotAHeadline"),
        (r"\#acme costs 5\* \[now\]", "#acme costs 5* [now]"),
        ("[our site](https://acme.example/a_b_c_d) is up", "our site (https://acme.example/a_b_c_d) is up"),
        ("[acme.example](https://acme.example/) is up", "https://acme.example/ is up"),
        ("see https://x.example/foo_(bar). Or <https://y.example/>!", "see https://x.example/foo_(bar). Or https://y.example/!"),
        ("[**bold** words](https://a.example/?a=1&amp;b=2)", "bold words (https://a.example/?a=1&b=2)"),
        ("[click](javascript:alert) me", "click me"),
        ("ask [them](/r/work) or [her](/u/ana_p)", "ask them or her (/u/ana_p)"),
        ("a > b & c &amp; d &lt;3", "a > b & c & d <3"),
        ("> they said\n\n>> before\n\nI say", "they said\n\nbefore\n\nI say"),
        ("a >!spoiler!< here", "a spoiler here"),
        (">!a whole line!<", "a whole line"),
        ("5^(th) floor, x^2, ~~gone~~", "5th floor, x2, gone"),
        ("`code *not bold* #x`", "code *not bold* #x"),
        ("```\nfor x in *y*:\n    pass\n```\nend", "for x in *y*:\n    pass\nend"),
        ("* one\n* two\n  + three\n\n1. four", "- one\n- two\n  - three\n\n1. four"),
        ("one\n\n---\n\ntwo\n***\nthree", "one\n\n\ntwo\nthree"),
        ("| Team | Mood |\n|:--|--:|\n| Ops | good |", "Team | Mood\n\nOps | good"),
        ("![img](m1 \"two nurses\")\n\nafter", "two nurses\n\nafter"),
        ("snake_case and _this_ and __that__ 2 * 3 * 4", "snake_case and this and that 2 * 3 * 4"),
        ("line one  \nline two\r\nline three", "line one  \nline two\nline three"),
        ("Întâlnire *שלום* **Привет** 🔥", "Întâlnire שלום Привет 🔥"),
        ("**never closed and *neither this", "**never closed and *neither this"),
        ("<script>alert(1)</script> {{ 7*7 }}", "<script>alert(1)</script> {{ 7*7 }}"),
        ("", ""),
    ],
)  # fmt: skip
def test_markdown_becomes_what_people_see(markdown: str, text: str) -> None:
    assert to_plain(markdown).text == text


def test_links_and_pictures_are_listed_once() -> None:
    found = to_plain(
        '[a](https://a.example) https://a.example ![gif](giphy|abc) ![img](m1 "x") ![p](https://p.example/1)'
    )
    assert found.links == ("https://p.example/1", "https://a.example")
    assert found.pictures == (("giphy|abc", None), ("m1", "x"))


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[a](",
        "**a ",
        "*a",
        "_a ",
        "`",
        "![",
        "~~a",
        ">!",
        "^(",
        "\\",
        "http://",
        "|",
        "[a](b",
        "> ",
        "(",
        "\ue0000",
    ],
)
def test_hostile_markdown_costs_no_time(piece: str) -> None:
    began = time.process_time()
    to_plain((piece * 100_000)[:100_000])
    assert time.process_time() - began < 5


def test_people_are_mentioned_by_u() -> None:
    assert users_in("thanks u/ana_p and /u/Ion-V! not bu/tter, see https://x.example/u/nobody") == ("ana_p", "Ion-V")
    assert users_in("[me](https://www.reddit.com/user/Eva_M/about)") == ("Eva_M",)


def test_every_field_of_a_submission() -> None:
    found = post(
        "We love it at u/acme_hq #AcmeLife [here](https://acme.example/x)", title=" Our  day ", score=12,
        num_comments=3, num_crossposts=0, edited=(NOW - timedelta(minutes=5)).timestamp(), over_18=True,
    )  # fmt: skip
    assert (found.id, found.native_id) == ("reddit:t3_abc123", "t3_abc123")
    assert found.url == "https://www.reddit.com/comments/abc123/"
    assert found.native_url == "https://www.reddit.com/r/work/comments/abc123/a_day/"
    assert found.author and found.author.handle == "ana_popescu"
    assert found.author.profile_url == "https://www.reddit.com/user/ana_popescu"
    assert found.title == "Our day"
    assert found.text == "We love it at u/acme_hq #AcmeLife here (https://acme.example/x)"
    assert (found.hashtags, found.mentions, found.links) == (("AcmeLife",), ("acme_hq",), ("https://acme.example/x",))
    assert found.counts == Counts(likes=12, reposts=0, replies=3)
    assert found.created_at == AT
    assert found.edited_at == NOW - timedelta(minutes=5)
    assert (found.language, found.kind) == (None, Kind.POST)


def test_a_post_to_ones_own_profile_has_an_address_without_the_name() -> None:
    found = post(subreddit="u_ana_popescu", permalink="/r/u_ana_popescu/comments/abc123/ana_popescu_says/")
    assert found.url and "ana" not in found.url
    assert found.native_url and "ana" in found.native_url


def test_a_comment_and_what_it_answers() -> None:
    found = to_post(remark(), NOW)
    assert (found.kind, found.id, found.in_reply_to) == (Kind.COMMENT, "reddit:t1_xyz", "reddit:t1_xyy")
    assert found.url == "https://www.reddit.com/comments/abc123/_/xyz/"
    assert found.counts == Counts(likes=4)
    assert to_post(remark(parent_id="t3_abc123"), NOW).in_reply_to == "reddit:t3_abc123"
    assert to_post(remark(parent_id="nonsense", link_id=7), NOW).in_reply_to is None
    assert to_post(remark(score_hidden=True), NOW).counts.likes is None
    assert to_post(remark(score=-5), NOW).counts.likes is None


def test_a_crosspost_is_a_repost_with_the_words_of_the_original() -> None:
    original = submission("orig1", "The *first* text #acme", AT, "Their title", "other")
    found = post("", title="Look at this", crosspost_parent="t3_orig1", crosspost_parent_list=[original], is_self=False)
    assert (found.kind, found.reposted, found.title) == (Kind.REPOST, "reddit:t3_orig1", "Look at this")
    assert found.text == "Their title\n\nThe first text #acme"
    assert found.hashtags == ("acme",)
    same = post("", title="Their title", crosspost_parent="t3_orig1", crosspost_parent_list=[original])
    assert same.text == "The first text #acme"
    assert post("", crosspost_parent="t3_gone", crosspost_parent_list=[]).kind is Kind.POST


def test_links_pictures_galleries_and_videos() -> None:
    link = post("", is_self=False, url="https://news.example/acme", post_hint="link", title="Acme in the news")
    assert (link.links, link.media, link.text) == (("https://news.example/acme",), (), "")
    picture = post("", is_self=False, url="https://i.redd.it/x.jpg", post_hint="image")
    assert (picture.links, picture.media) == ((), (Media("image"),))
    video = post("", is_self=False, url="https://v.redd.it/x", is_video=True)
    assert video.media == (Media("video"),)
    gallery = post(
        "", is_self=False, url="https://www.reddit.com/gallery/abc123", is_gallery=True,
        gallery_data={"items": [{"media_id": "m1", "caption": "two nurses", "outbound_url": "https://a.example/"},
                                {"media_id": "m2"}, 7]},
        media_metadata={"m1": {"e": "Image"}, "m2": {"e": "AnimatedImage"}},
    )  # fmt: skip
    assert gallery.media == (Media("image", "two nurses"), Media("gif"))
    assert gallery.links == ("https://a.example/",)
    inline = post('before ![img](m1 "caption") after', media_metadata={"m1": {"e": "Image"}})
    assert inline.media == (Media("image", "caption"),)


def test_options_of_a_poll_are_words_of_the_author() -> None:
    assert post("Which?", poll_data={"options": [{"text": "Mondays"}, {"text": ""}, {}]}).text == "Which?\n\n- Mondays"


@pytest.mark.parametrize("author", [None, "", "[deleted]"])
def test_a_deleted_account_is_no_author(author: object) -> None:
    assert post(author=author).author is None


@pytest.mark.parametrize("value", [0, 4_102_444_800, 1e20, -1e20, float("nan"), float("inf")])
def test_a_time_that_cannot_be_true_is_no_date(value: float) -> None:
    assert post(created_utc=value).created_at is None


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (None, "no thing"),
        ({"kind": "t3"}, "no thing"),
        ({"kind": "t5", "data": {"id": "abc"}}, "neither"),
        (thing(id=None), "neither"),
        (thing(id="../x"), "neither"),
        (thing(title=None), "'title'"),
        (thing(title="x" * 200_000), "200,000"),
        ({"kind": "t3", "data": thing()["data"] | {"selftext": ["x"]}}, "'selftext'"),
        (thing("x" * 200_000), "200,000"),
        (thing(created_utc="yesterday"), "'created_utc'"),
        (thing(created_utc=True), "'created_utc'"),
        (thing(author=["ana"]), "'author'"),
        (remark(body=None), "'body'"),
    ],
)  # fmt: skip
def test_what_is_no_post_is_refused_with_a_reason(raw: Any, says: str) -> None:
    with pytest.raises(UnreadableInput, match=says):
        to_post(raw, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"selftext": "[removed]"},
        {"selftext": "[deleted]", "author": "[deleted]"},
        {"removed_by_category": "moderator"},
        {"title": "[deleted by user]", "selftext": ""},
    ],
)
def test_what_is_gone_is_a_removal(changes: dict[str, Any]) -> None:
    page = Reader(parse("#acme"), None, NOW).read([thing(**changes)], "search")
    assert [removal.post_id for removal in page.removed] == ["reddit:t3_abc123"]
    assert not page.posts and not page.unreadable
    again = reread(json.dumps(thing(**changes)).encode(), "search", NOW)
    assert again.removed == page.removed


def test_a_dead_letter_is_read_again() -> None:
    good = reread(json.dumps(thing()).encode(), "search all 1, t3_abc123", NOW)
    assert [post.id for post in good.posts] == ["reddit:t3_abc123"]
    bad = reread(b"{", "search all 1, t3_abc123", NOW)
    assert bad.unreadable[0].reason.startswith("search all 1, t3_abc123: ")


NONSENSE: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1e400, float("nan"), "", "x", "[removed]", "t3_abc", [], [None], [[]], {},
    {"a": 1}, "\ufffd", "https://[bad", "&#x110000; &#0;", "/r/\x00", [{"selftext": 5}], {"items": [{"media_id": []}]},
    {"options": [None, {"text": 5}]}, "http://a.example/" + "(" * 500,
)  # fmt: skip


def test_fuzzed_things_never_crash_and_never_cost_a_neighbour() -> None:
    chance = random.Random(20261122)
    rounds = int(os.environ.get("EARSHOT_FUZZ", "2000"))
    for number in range(rounds):
        raw = chance.choice((thing, remark))(
            "Hello **you** #acme [x](https://x.example) " + chance.choice("`*_~^>[]()\\|") * 5
        )
        names = ["title", "selftext", "body", "poll_data", "gallery_data", "media_metadata", "crosspost_parent_list",
                 "crosspost_parent", "url_overridden_by_dest", "post_hint", "is_video", *raw["data"]]  # fmt: skip
        for _ in range(chance.randint(1, 4)):
            raw["data"][chance.choice(names)] = chance.choice(NONSENSE)
        if chance.random() < 0.05:
            raw = chance.choice(NONSENSE)
        neighbours = [thing(id=f"n{number}a"), raw, thing(id=f"n{number}b")]
        page = Reader(parse("#acme"), None, NOW).read(neighbours, "search")
        assert {f"reddit:t3_n{number}a", f"reddit:t3_n{number}b"} <= {post.id for post in page.posts}
        for broken in page.unreadable:
            assert broken.raw and broken.source in broken.reason and len(broken.reason.split()) > 4
        assert all(post.created_at is None or post.created_at.utcoffset() == timedelta(0) for post in page.posts)
