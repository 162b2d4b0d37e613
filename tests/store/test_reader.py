"""Who sees what: every question has a viewer, and HR sees crowds."""

from datetime import timedelta
from typing import Any

import pytest

from listening.alerting import Alert, Severity, opened
from listening.assessments import SentimentLabel
from listening.brands import Role, Viewer
from listening.collecting import Gap, GapReason
from listening.errors import NotAllowed
from listening.posts import Match
from listening.query import parse
from store.access import PROTECTED
from store.ledger import SourceState
from store.protocol import Filters, Judgement, Search
from store.reading import Reader
from tests.store.making import NOW, assessment, brand, post

from .conftest import Store

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
OPEN = brand("acme")
CLOSED = brand("secret", audience=(Role.PR,))
NOBODY = brand("nobody", audience=())


def viewer(role: Role, purpose: str = "care") -> Viewer:
    return Viewer(role=role, purpose=purpose)


@pytest.fixture
def reader(store: Store) -> Reader:
    return Reader(store.index, store.ledger, (OPEN, CLOSED, NOBODY))


def fill(store: Store, *posts: Any, **judged: Any) -> None:
    store.index.save(posts)
    store.door.judge([Judgement(one, assessment(**judged)) for one in posts], NOW)
    store.recount()


def crowd(count: int, prefix: str = "c", **more: Any) -> list[Any]:
    return [post(f"{prefix}{n}", "Fine #acmeLife", hashtags=("AcmeLife",), **more) for n in range(count)]


@pytest.mark.parametrize(
    ("role", "posts", "numbers"),
    [
        (Role.BRAND, {"x:open"}, {"acme"}),
        (Role.PR, {"x:open", "x:secret"}, {"acme", "secret"}),
        (Role.OPERATOR, {"x:open"}, {"acme", "secret", "nobody"}),
        (Role.ADMIN, {"x:open", "x:secret", "x:nobody", "x:unknown"}, {"acme", "secret", "nobody"}),
        (Role.HR, set(), set()),
    ],
)
def test_brands_and_their_audiences(
    store: Store, reader: Reader, role: Role, posts: set[str], numbers: set[str]
) -> None:
    brands = {"open": "acme", "secret": "secret", "nobody": "nobody", "unknown": "gone"}
    fill(store, *(post(name, matched=(Match(key, "r"),)) for name, key in brands.items()))
    who = viewer(role)
    assert {found.id for found in reader.search(who, Search()).posts} == posts
    assert {found.id for found in reader.stream(who, Search())} == posts
    assert {f"x:{name}" for name in brands if reader.post(who, f"x:{name}")} == posts
    assert {one.value for one in reader.breakdown(who, "brand", (), NOW, NOW + HOUR)} == numbers
    facets = reader.facets(who, Search(), ("brands",))["brands"]
    assert {count.value for count in facets} == numbers
    only = reader.search(who, Search(filters=Filters(brands=("secret",)))).posts
    assert {found.id for found in only} == posts & {"x:secret"}


def test_without_a_purpose_there_is_nothing(store: Store, reader: Reader) -> None:
    fill(store, post(1))
    store.ledger.sources.note(SourceState(brand="acme", platform="x"))
    who = viewer(Role.ADMIN, " ")
    assert reader.search(who, Search()).total == 0
    assert list(reader.stream(who, Search())) == []
    assert reader.facets(who, Search(), ("kinds",)) == {"kinds": ()}
    assert reader.series(who, (), NOW, NOW + HOUR, HOUR, "UTC") == ()
    assert reader.sources(who) == ()


def test_a_post_of_two_brands_names_only_the_visible_one(store: Store, reader: Reader) -> None:
    fill(store, post(1, matched=(Match("acme", "r"), Match("secret", "r"))))
    found = reader.post(viewer(Role.BRAND), "x:1")
    assert found is not None
    assert found.brands == ("acme",)


# HR


def test_hr_reads_posts_under_the_own_hashtags_without_persons(store: Store, reader: Reader) -> None:
    named = post(
        1,
        "Thanks @someone-1234abcd",
        hashtags=("acmelife",),
        url="https://x.example/1",
        audience=5000,
        mentions=("someone-1234abcd",),
        links=("https://x.example/2",),
        in_reply_to="x:0",
    )
    other = post(2, "Not under our hashtag", hashtags=("acme",))
    protected = [post(f"p{n}", "Pay!", hashtags=("AcmeLife",)) for n in range(len(PROTECTED))]
    fill(store, named, other)
    for one, theme in zip(protected, PROTECTED, strict=True):
        fill(store, one, themes=(theme, "pride"))
    hits = reader.search(viewer(Role.HR), Search())
    assert [found.id for found in hits.posts] == ["x:1"]
    (seen,) = hits.posts
    assert (seen.author, seen.url, seen.audience, seen.mentions, seen.links, seen.in_reply_to) == (
        None,
        None,
        None,
        (),
        (),
        None,
    )
    assert seen.text == "Thanks @someone"
    assert reader.post(viewer(Role.HR), "x:2") is None
    assert reader.post(viewer(Role.HR), "x:p0") is None
    assert [found.id for found in reader.stream(viewer(Role.HR), Search())] == ["x:1"]


@pytest.mark.parametrize("query", ["@someone-1234abcd", "NOT @eve", "fine (tea OR @eve)", "someone-1234abcd"])
def test_hr_cannot_search_for_a_person(reader: Reader, query: str) -> None:
    with pytest.raises(NotAllowed, match="crowds"):
        reader.search(viewer(Role.HR), Search(query=parse(query)))
    assert reader.search(viewer(Role.PR), Search(query=parse(query))).total == 0


def test_hr_may_search_for_the_brand_s_own_handle(reader: Reader) -> None:
    assert reader.search(viewer(Role.HR), Search(query=parse("@acme"))).total == 0


def test_hr_sees_no_cell_of_fewer_than_ten_people(store: Store, reader: Reader) -> None:
    loud = [post(f"loud{n}", "Loud", hashtags=("AcmeLife",), author="a" * 32, platform="z") for n in range(30)]
    fill(store, *crowd(10), *crowd(9, "d", platform="y"), *loud)
    who = viewer(Role.HR)
    search = Search()
    assert [(c.value, c.posts) for c in reader.facets(who, search, ("platforms",))["platforms"]] == [("x", 10)]
    assert [c.value for c in reader.facets(viewer(Role.PR), search, ("platforms",))["platforms"]] == ["z", "x", "y"]
    slices = reader.breakdown(who, "platform", (), NOW - HOUR, NOW + HOUR)
    assert [(one.value, one.sentiment, one.posts) for one in slices] == [("x", SentimentLabel.NEGATIVE, 10)]
    assert reader.breakdown(who, "hashtag", (), NOW - HOUR, NOW + HOUR)[0].value == "acmelife"
    assert [p.posts for p in reader.series(who, (), NOW - HOUR, NOW + HOUR, HOUR, "UTC")] == [49]
    assert reader.usual(who, (), NOW - HOUR, NOW + HOUR).posts is None


def test_hr_sees_no_point_of_a_small_crowd(store: Store, reader: Reader) -> None:
    fill(store, *crowd(9))
    assert reader.series(viewer(Role.HR), (), NOW - HOUR, NOW + HOUR, HOUR, "UTC") == ()


@pytest.mark.parametrize(
    ("audience", "subject", "seen"),
    [(("pr", "hr"), "condition", True), (("pr",), "condition", False), (("hr",), "person", False)],
)
def test_hr_sees_incidents_meant_for_it_and_none_about_a_person(
    store: Store, reader: Reader, audience: tuple[str, ...], subject: str, seen: bool
) -> None:
    alert = Alert(
        rule="r",
        brand="acme",
        severity=Severity.WARNING,
        title="t",
        counted="c",
        against="a",
        why_now="w",
        at=NOW,
        fingerprint="f",
        story="s",
        audience=audience,
        subject=subject,
    )
    store.ledger.incidents.open(opened("i1", alert))
    assert bool(reader.incidents(viewer(Role.HR))) is seen
    assert bool(reader.incident(viewer(Role.HR), "i1")) is seen
    assert reader.incident(viewer(Role.PR), "i1") is not None
    assert reader.deliveries(viewer(Role.PR), "i1") == ()
    assert reader.incident(viewer(Role.PR), "i2") is None


# Numbers


def test_series_in_steps_and_days_of_a_zone(store: Store, reader: Reader) -> None:
    # Clocks in Bucharest went back on 25 October 2026 at 01:00 UTC: that day had 25 hours.
    midnight = NOW.replace(month=10, day=24, hour=21)
    fill(store, *(post(n, created_at=midnight + n * 12 * HOUR + HOUR / 2, audience=7) for n in range(4)))
    who = viewer(Role.PR)
    days = reader.series(who, (), midnight, midnight + 49 * HOUR, "day", "Europe/Bucharest")
    assert [(p.start, p.posts, p.reach, p.authors) for p in days] == [
        (midnight, 3, 21, None),
        (midnight + 25 * HOUR, 1, 7, None),
    ]
    steps = reader.series(who, (), midnight, midnight + DAY, 6 * HOUR, "UTC")
    assert [(p.start, p.posts) for p in steps] == [(midnight, 1), (midnight + 12 * HOUR, 1)]


def test_usual_looks_only_at_weeks_that_were_listened_to(store: Store, reader: Reader) -> None:
    who = viewer(Role.PR)
    assert reader.usual(who, (), NOW, NOW + HOUR).weeks_seen == 0
    fill(store, *(post(f"b{n}", created_at=NOW - 2 * WEEK) for n in range(3)))
    fill(store, post("a", created_at=NOW - WEEK), label="positive")
    found = reader.usual(who, (), NOW, NOW + HOUR)
    assert (found.posts, found.negative_share, found.weeks_seen) == (2.0, 0.75, 2)


def test_gaps_and_sources_of_visible_brands(store: Store, reader: Reader) -> None:
    gap = Gap(source="x", since=NOW - HOUR, until=NOW, reason=GapReason.OUTAGE)
    store.ledger.gaps.add("secret", gap)
    store.ledger.sources.note(SourceState(brand="secret", platform="x"))
    for role, count in ((Role.PR, 1), (Role.BRAND, 0), (Role.OPERATOR, 1)):
        assert len(reader.gaps(viewer(role), (), NOW - DAY, NOW)) == count
        assert len(reader.sources(viewer(role))) == count
