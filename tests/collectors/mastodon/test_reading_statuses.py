"""A status becomes a native post: text, people, counts, and what cannot be read."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collectors.html import to_plain
from collectors.mastodon.plan import plan_for
from collectors.mastodon.posts import asks_to_be_left_out, post_id, to_post
from listening.errors import UnreadableInput
from listening.posts import Counts, Kind, Media, NativePost
from listening.query import parse
from tests.servers.mastodon import MastodonServer, account

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MENTION = '<span class="h-card"><a href="https://far.example/@ion" class="u-url mention">@<span>ion</span></a></span>'
LINK = (
    '<a href="https://www.acme.example/a/long/path" rel="nofollow"><span class="invisible">https://www.</span>'
    '<span class="ellipsis">acme.example/a</span><span class="invisible">/long/path</span></a>'
)


def status(html: str = "<p>Hello #acme</p>", **more: Any) -> dict[str, Any]:
    server = MastodonServer()
    server._http.server_close()
    raw: dict[str, Any] = server.statuses[server.publish(html, NOW - timedelta(hours=1), **more)]
    return raw


def post(html: str = "<p>Hello #acme</p>", **more: Any) -> NativePost:
    return to_post(status(html, **more), "social.example", NOW, {})


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One<br>two<br />three</p><p>Four</p>", "One\ntwo\nthree\n\nFour"),
        (f"<p>See {LINK}.</p>", "See https://www.acme.example/a/long/path."),
        (f"<p>{MENTION} thanks</p>", "@ion@far.example thanks"),
        ('<p><a href="https://s.example/tags/Acme" class="mention hashtag">#<span>Acme</span></a>!</p>', "#Acme!"),
        ("<p>5 &lt; 6 &amp;&amp; &lt;script&gt;alert(1)&lt;/script&gt;</p>", "5 < 6 && <script>alert(1)</script>"),
        ("<script>alert(1)</script><style>p{}</style><p>Text</p>", "Text"),
        ('<p><a href="javascript:alert(1)">click</a></p>', "click"),
        ('<a href="https://evil.example/">https://bank.example</a>', "https://bank.example (https://evil.example/)"),
        ('<a href="https://a.example/b">b</a>', "b (https://a.example/b)"),
        ("<ul><li>one</li><li>two</li></ul><p>end</p>", "- one\n- two\n\nend"),
        ('<p class="quote-inline">RE: <a href="https://a.example/1">https://a.example/1</a></p><p>Yes</p>', "Yes"),
        ("<p>:acme_heart: שלום 🔥</p>", ":acme_heart: שלום 🔥"),
        ("no markup at all", "no markup at all"),
        ("<p>never <b>closed <a href='https://a.example/x'>link", "never closed link (https://a.example/x)"),
        ("", ""),
    ],
)
def test_html_becomes_what_the_author_typed(html: str, text: str) -> None:
    assert to_plain(html, {"https://far.example/@ion": "ion@far.example"}).text == text


def test_links_are_those_of_the_text_and_not_of_people_or_hashtags() -> None:
    found = to_plain(f"{MENTION} {LINK} {LINK} <a href='https://s.example/tags/x'>#x</a>").links
    assert found == ("https://www.acme.example/a/long/path",)


@pytest.mark.parametrize("piece", ["<a b='", "<a", "<!--", "</", "<![CDATA[", "&", "<p>"])
def test_hostile_markup_costs_no_time(piece: str) -> None:
    html = (piece * 200_000)[:199_000]
    began = time.perf_counter()
    if "<" in piece:
        with pytest.raises(UnreadableInput):
            to_plain(html)
    else:
        to_plain(html)
    assert time.perf_counter() - began < 1


def test_every_field_of_a_status() -> None:
    found = post(
        f"<p>{MENTION} we love it #AcmeLife {LINK}</p>",
        spoiler_text=" Work ",
        mentions=[{"url": "https://far.example/@ion", "acct": "ion@far.example"}, {"acct": None}],
        favourites_count=3, reblogs_count=0, replies_count=None, quotes_count=-1, language="pt-BR",
        media_attachments=[{"type": "image", "description": "two nurses"}, {"type": "video", "description": None}],
        edited_at="2026-11-22T11:30:00.000Z", poll={"options": [{"title": "A"}]},
    )  # fmt: skip
    assert found.id == post_id("https://social.example/users/ana/statuses/" + found.native_id.split("/")[1])
    assert found.url is None
    assert found.native_url and "@ana" in found.native_url
    assert found.text == "@ion@far.example we love it #AcmeLife https://www.acme.example/a/long/path"
    assert found.title == "Work"
    assert found.mentions == ("ion@far.example",)
    assert found.hashtags == ("AcmeLife",)
    assert found.counts == Counts(likes=3, reposts=0, replies=None, quotes=None, views=None)
    assert found.media == (Media("image", "two nurses"), Media("video"))
    assert found.language == "pt"
    assert found.created_at == NOW - timedelta(hours=1)
    assert found.edited_at == datetime(2026, 11, 22, 11, 30, tzinfo=UTC)
    assert found.author and (found.author.handle, found.author.followers) == ("ana@social.example", 1234)


@pytest.mark.parametrize(
    ("acct", "url", "handle"),
    [
        ("ana", "https://town.example/@ana", "ana@town.example"),
        ("ana", None, "ana@social.example"),
        ("ana@far.example", "https://far.example/@ana", "ana@far.example"),
    ],
)
def test_a_handle_always_has_its_server(acct: str, url: str | None, handle: str) -> None:
    found = post(account=account(acct) | {"url": url}).author
    assert found and found.handle == handle


def test_the_same_status_read_on_two_servers_is_one_post() -> None:
    raw = status()
    there = to_post(raw | {"id": "999", "account": account("ana@social.example")}, "far.example", NOW, {})
    here = to_post(raw, "social.example", NOW, {})
    assert there.id == here.id
    assert there.author and here.author and there.author.handle == here.author.handle
    assert (there.native_id, here.native_id) == ("far.example/999", f"social.example/{raw['id']}")


def test_kinds_and_what_they_point_to() -> None:
    inner = status("<p>The first #acme</p>")
    reply = to_post(status(in_reply_to_id="7"), "s.example", NOW, {"7": "https://s.example/7"})
    boost = post("", reblog=inner, uri="https://social.example/boost/1")
    quote = post(quote={"state": "accepted", "quoted_status": inner})
    hidden = post(quote={"state": "revoked", "quoted_status": None})
    unknown = post(in_reply_to_id="8")
    assert (reply.kind, reply.in_reply_to) == (Kind.REPLY, post_id("https://s.example/7"))
    assert (unknown.kind, unknown.in_reply_to) == (Kind.REPLY, None)
    assert (boost.kind, boost.reposted, boost.text) == (Kind.REPOST, post_id(inner["uri"]), "The first #acme")
    assert boost.id != boost.reposted
    assert (quote.kind, quote.quoted) == (Kind.QUOTE, post_id(inner["uri"]))
    assert (hidden.kind, hidden.quoted) == (Kind.POST, None)


@pytest.mark.parametrize("year", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_true_is_no_date(year: str) -> None:
    assert post(created_at=year).created_at is None


@pytest.mark.parametrize(
    "changes",
    [
        {"account": account(indexable=False)},
        {"account": account(noindex=True)},
        {"account": account(discoverable=False)},
        {"account": account(suspended=True)},
        {"account": account(note="<p>Nurse. #<span>NoBot</span></p>")},
        {"account": account(fields=[{"name": "Robots", "value": "#noindex please"}])},
        {"account": account(note="<a b='" * 30_000)},
        {"visibility": "unlisted"},
        {"visibility": "private"},
        {"reblog": {"account": account(indexable=False), "visibility": "public"}},
    ],
    ids=[
        "indexable",
        "noindex",
        "discoverable",
        "suspended",
        "nobot",
        "field",
        "hostile-bio",
        "unlisted",
        "private",
        "boosted",
    ],
)
def test_who_asks_to_be_left_out_is(changes: dict[str, Any]) -> None:
    assert asks_to_be_left_out(status(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"account": account(bot=True)},
        {"account": account(indexable=None, discoverable=None, noindex=None, note=None, fields=None)},
        {"account": account(note="<p>I build robots, ask me about #bots</p>")},
    ],
    ids=["usual", "bot", "old-server", "robots"],
)
def test_all_others_are_read(changes: dict[str, Any]) -> None:
    assert not asks_to_be_left_out(status(**changes))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (None, "not an object"),
        ([1], "not an object"),
        ("status", "not an object"),
        (status(account=None), "author"),
        (status(account="ana"), "author"),
        (status(account={}), "'acct'"),
        (status(content=None), "'content'"),
        (status(content=["x"]), "'content'"),
        (status(content="x" * 300_000), "300,000"),
        (status(uri=None), "'uri'"),
        (status() | {"id": None}, "'id'"),
        (status(created_at=None), "'created_at'"),
        (status(created_at="yesterday"), "'created_at'"),
        (status(created_at=5), "'created_at'"),
        (status(edited_at="soon"), "'edited_at'"),
    ],
)
def test_what_is_no_status_is_refused_with_a_reason(raw: Any, says: str) -> None:
    with pytest.raises(UnreadableInput, match=says):
        to_post(raw, "social.example", NOW, {})


def test_small_nonsense_is_left_out_and_costs_no_post() -> None:
    found = post(
        tags="none", mentions=[1, {"acct": 5}], media_attachments=[None, {"type": 5, "description": []}], language=7,
        spoiler_text=None, favourites_count="many", reblog="no", quote=[], url="javascript:alert(1)",
    )  # fmt: skip
    assert found.text == "Hello #acme"
    assert (found.language, found.title, found.counts.likes, found.media) == (None, None, None, (Media("unknown"),))
    assert found.native_url and found.native_url.startswith("https://")


@pytest.mark.parametrize(
    ("query", "tags", "widened", "unasked"),
    [
        ("#acme", ("acme",), False, ()),
        ("#Acme OR #acme OR #other", ("Acme", "other"), False, ()),
        ("#acme NOT jobs", ("acme",), True, ()),
        ("#acme jobs", ("acme",), True, ()),
        ("#acme #life", ("acme",), True, ()),
        ("(#a OR #b) #c", ("c",), True, ()),
        ('#acme OR "Acme Corp" OR @acme', ("acme",), True, ('"acme corp"', "@acme")),
        ("(#a OR x) (#b OR y)", ("a", "b"), True, ("((#a OR x) AND (#b OR y))",)),
        ("acme", (), True, ("acme",)),
        ("*", (), True, ("*",)),
        ("NOT #acme", (), True, ("NOT #acme",)),
    ],
)
def test_the_plan_asks_for_hashtags_and_says_what_it_cannot_ask(
    query: str, tags: tuple[str, ...], widened: bool, unasked: tuple[str, ...]
) -> None:
    plan = plan_for(parse(query))
    assert (plan.tags, plan.widened, plan.unasked) == (tags, widened, unasked)
    said = " ".join(plan.sentences())
    assert all(part in said for part in unasked)
