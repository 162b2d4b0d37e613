"""From a record to a native post: what is kept of it, and what is no post."""

import json
import os
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.bluesky.folding import Stretch
from collectors.bluesky.posts import post_id, to_post
from collectors.bluesky.wires import V1, V2, microseconds
from collectors.protocol import Request
from collectors.registry import reread
from listening.collecting import Page
from listening.errors import UnreadableInput
from listening.posts import Counts, Kind, Media, NativePost
from listening.query import parse
from tests.servers.jetstream import ANA, BEN, POSTS, record

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SEEN = datetime(2026, 11, 22, 11, 0, 0, 123456, tzinfo=UTC)
URI = f"at://{ANA}/{POSTS}/3kana"
OTHER = f"at://{BEN}/{POSTS}/3kben"


def read(text: str = "Hello", seen: datetime | None = SEEN, **more: Any) -> NativePost:
    return to_post(record(text, SEEN, **more), URI, at=AT, seen=seen)


def facet(text: str, under: str, **feature: str) -> dict[str, Any]:
    start = len(text[: text.index(under)].encode())
    kind = feature.pop("kind")
    index = {"byteStart": start, "byteEnd": start + len(under.encode())}
    return {"index": index, "features": [{"$type": f"app.bsky.richtext.facet#{kind}", **feature}]}


def test_ids_name_nobody_and_native_ones_lead_there() -> None:
    post = read()
    assert (post.id, post.native_id, post.url) == (post_id(URI), URI, None)
    assert "ana" not in post.id
    assert post.native_url == f"https://bsky.app/profile/{ANA}/post/3kana"
    assert post.author is not None
    assert (post.author.handle, post.author.followers) == (ANA, None)
    assert post.counts == Counts()


def test_facets_count_bytes_and_give_whole_links_tags_and_mentions() -> None:
    text = "Schöne Grüße 👋 @ben.example und @carla: lies exa.mple/long… #Küche"
    facets = [
        facet(text, "@ben.example", kind="mention", did=BEN),
        facet(text, "exa.mple/long…", kind="link", uri="https://exa.mple/longer/than/shown"),
        facet(text, "#Küche", kind="tag", tag="Küche"),
        {"features": [{"$type": "app.bsky.richtext.facet#mention", "did": "did:web:carla.example"}]},
    ]
    post = read(text, facets=facets, tags=["hidden", "küche"], langs=["de-AT", "en"])
    assert post.text == text
    assert post.mentions == ("ben.example", "did:web:carla.example")
    assert post.links == ("https://exa.mple/longer/than/shown",)
    assert post.hashtags == ("Küche", "hidden")
    assert post.language == "de"


@pytest.mark.parametrize(
    ("embed", "media", "links"),
    [
        (
            {"$type": "app.bsky.embed.images", "images": [{"alt": "A queue"}, {"alt": ""}, 7]},
            (Media("image", "A queue"), Media("image")),
            (),
        ),
        ({"$type": "app.bsky.embed.video", "alt": "A door"}, (Media("video", "A door"),), ()),
        (
            {
                "$type": "app.bsky.embed.external",
                "external": {"uri": "https://a.example/b", "title": "T", "description": "D"},
            },
            (Media("link", "T — D"),),
            ("https://a.example/b",),
        ),
        ({"$type": "app.bsky.embed.external", "external": {"uri": "javascript:alert(1)"}}, (Media("link"),), ()),
        ({"$type": "app.bsky.embed.gallery", "items": []}, (Media("gallery"),), ()),
        ({"$type": 7}, (Media("unknown"),), ()),
        ([], (), ()),
    ],
)  # fmt: skip
def test_what_is_attached_is_described(embed: Any, media: tuple[Media, ...], links: tuple[str, ...]) -> None:
    post = read(embed=embed)
    assert (post.media, post.links, post.kind) == (media, links, Kind.POST)


def test_quotes_replies_and_what_is_embedded_alike() -> None:
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": OTHER, "cid": "b"}}
    feed = {"$type": "app.bsky.embed.record", "record": {"uri": f"at://{BEN}/app.bsky.feed.generator/cats"}}
    images = {"$type": "app.bsky.embed.images", "images": [{"alt": "Tea"}]}
    both = {"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": images}
    reply = {"parent": {"uri": OTHER}, "root": {"uri": URI}}
    assert (read(embed=quote).kind, read(embed=quote).quoted) == (Kind.QUOTE, post_id(OTHER))
    assert (read(embed=feed).kind, read(embed=feed).quoted) == (Kind.POST, None)
    assert (read(embed=both).quoted, read(embed=both).media) == (post_id(OTHER), (Media("image", "Tea"),))
    answer = read(reply=reply)
    assert (answer.kind, answer.in_reply_to) == (Kind.REPLY, post_id(OTHER))
    assert read(reply=reply, embed=quote).in_reply_to == post_id(OTHER)


def test_warnings_of_the_author_are_kept() -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}, {"val": "!x"}, 3]}
    assert read(labels=labels).media == (Media("warning", "graphic-media"),)


@pytest.mark.parametrize(
    ("written", "created"),
    [
        ("2026-11-22T10:59:00.5Z", datetime(2026, 11, 22, 10, 59, 0, 500_000, tzinfo=UTC)),
        ("2026-11-22T12:59:00+02:00", datetime(2026, 11, 22, 10, 59, tzinfo=UTC)),
        ("2026-11-22T10:59:00.123456789Z", datetime(2026, 11, 22, 10, 59, 0, 123_456, tzinfo=UTC)),
        ("2026-11-22T11:30:00Z", SEEN),
        ("2099-01-01T00:00:00Z", SEEN),
        ("1970-01-01T00:00:00Z", SEEN),
        ("0000-01-01T00:00:00Z", SEEN),
        ("yesterday", SEEN),
        (None, SEEN),
        (7, SEEN),
    ],
)
def test_the_earlier_sane_time_counts(written: object, created: datetime) -> None:
    assert read(createdAt=written).created_at == created


def test_without_any_sane_time_there_is_none() -> None:
    assert read(seen=None, createdAt="soon").created_at is None


@pytest.mark.parametrize("said", [None, [], "text", {}, {"text": None}, {"text": "x" * 30_001}])
def test_what_is_no_post_is_refused_with_a_reason(said: Any) -> None:
    with pytest.raises(UnreadableInput, match=r"\w+ \w+"):
        to_post(said, URI, at=AT, seen=SEEN)


def nonsense(rng: random.Random, depth: int = 0) -> Any:
    leaves = (
        None,
        True,
        -1,
        7,
        1e308,
        "",
        "x",
        "at://",
        "did:plc:x",
        "2026-01-01",
        "\ud800",
        "\x00",
        URI,
        "app.bsky.embed.images",
    )
    if depth > 3 or rng.random() < 0.5:
        return rng.choice(leaves)
    if rng.random() < 0.5:
        return [nonsense(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    names = (
        "$type",
        "uri",
        "alt",
        "images",
        "record",
        "external",
        "features",
        "index",
        "byteStart",
        "byteEnd",
        "values",
        "val",
    )
    return {rng.choice(names): nonsense(rng, depth + 1) for _ in range(rng.randint(0, 4))}


def test_fuzzed_events_crash_nothing_and_each_is_read_or_told() -> None:
    rng = random.Random(7)
    request = Request(query=parse("*"), cursor=None, since=SEEN, until=None, now=AT)
    counted = 0
    for n in range(20_000 if os.environ.get("EARSHOT_FUZZ") else 2_000):
        said = record("Hello #acme", SEEN, embed={}, facets=[], reply={}, labels={}, tags=[])
        for name in rng.sample(sorted(said), rng.randint(1, 4)):
            said[name] = nonsense(rng)
        commit = {"operation": "create", "collection": POSTS, "rkey": f"3k{n}", "record": said}
        event: dict[str, Any] = {"did": ANA, "time_us": microseconds(SEEN), "kind": "commit", "commit": commit}
        if rng.random() < 0.3:
            rng.choice((event, commit))[rng.choice(sorted({*event, *commit}))] = nonsense(rng)
        frame = json.dumps(event).encode()
        frame = frame[: rng.randint(0, len(frame))] if rng.random() < 0.1 else frame
        for wire in (V1(), V2()):
            stretch = Stretch(request)
            found = stretch.fold(frame, wire.read, "here")
            assert wire.seen(frame) is None or found is None or wire.seen(frame) == found.seen
            assert len(stretch.posts) + len(stretch.unreadable) <= 1
            told = all(letter.raw == frame and "here" in letter.reason for letter in stretch.unreadable)
            assert told
            counted += len(stretch.posts)
    assert counted > 100


def letter(**more: Any) -> bytes:
    commit = {"operation": "create", "collection": POSTS, "rkey": "3kana", "record": record("Hello", SEEN, **more)}
    return json.dumps({"did": ANA, "time_us": microseconds(SEEN), "kind": "commit", "commit": commit}).encode()


def test_a_dead_letter_is_read_again() -> None:
    [post] = reread("bluesky", letter(), "host, an event", AT).posts
    assert post == read("Hello")
    page = reread("bluesky", b"{", "host, an event", AT)
    assert [(item.raw, item.source) for item in page.unreadable] == [(b"{", "host, an event")]
    gone = letter().replace(b'"create"', b'"delete"')
    assert reread("bluesky", gone, "host, an event", AT) == Page()


def test_the_time_is_read_off_the_beginning_only() -> None:
    frame = letter(time_us=7)
    assert V1().seen(frame) == microseconds(SEEN)
    moved = b'{"kind":"commit","commit":{"record":{"did":"x","time_us":7}},"did":"did:plc:a","time_us":5}'
    assert V1().seen(moved) is None
    assert V1().read(letter()).seen == microseconds(SEEN)
