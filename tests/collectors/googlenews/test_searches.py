"""What Google News is asked for, and what becomes of its answers."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from collectors.googlenews import Edition, GoogleNewsCollector, plan_for
from collectors.googlenews.build import build, reread
from collectors.googlenews.slices import slices
from collectors.protocol import Request
from collectors.web import Web
from listening.collecting import Cursor, Gap, GapReason, Page
from listening.errors import AccessDenied, ConfigError, EarshotError, RateLimited, TryLater
from listening.posts import Kind
from listening.query import Searchable, parse
from listening.settings import Settings
from tests.contracts.collectors import last_cursor, posts_of
from tests.servers.googlenews import GoogleNewsServer, Headline, meaning
from tests.servers.web import Reply

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[GoogleNewsServer]:
    with GoogleNewsServer() as server:
        yield server


def collector(server: GoogleNewsServer, *editions: str, most_requests: int = 30) -> GoogleNewsCollector:
    named = [Edition(name) for name in editions or ("US:en",)]
    return GoogleNewsCollector(
        Web([server.address]), server.address, named, cap=server.most, most_requests=most_requests
    )


def request(query: str = "Acme", cursor: Cursor | None = None, now: datetime = NOW, days: float = 1) -> Request:
    since = now - timedelta(days=days)
    return Request(query=parse(query), cursor=cursor, since=since, until=None, now=now)


def collect(
    server: GoogleNewsServer, query: str = "Acme", cursor: Cursor | None = None, now: datetime = NOW, days: float = 1
) -> list[Page]:
    server.now = now
    return list(collector(server).collect(request(query, cursor, now, days)))


def gaps_of(pages: Sequence[Page]) -> list[Gap]:
    return [gap for page in pages for gap in page.gaps]


# The query


@pytest.mark.parametrize(
    ("query", "searches", "widened", "unasked"),
    [
        ("Acme", ("acme",), False, ()),
        ('"Acme Corp"', ('"Acme Corp"',), False, ()),
        ('Acme OR "Acme Corp"', ('acme OR "Acme Corp"',), False, ()),
        ("Acme strike", ("acme strike",), False, ()),
        ("(Acme OR Apex) strike", ("acme OR apex strike",), False, ()),
        ("#LifeAtAcme", ("lifeatacme",), True, ()),
        ("Acme NOT jobs", ("acme",), True, ()),
        ("Acme -jobs", ("acme",), True, ()),
        ("Acme strike*", ("acme",), True, ()),
        ("Acme OR @acme", ("acme",), True, ("@acme",)),
        ("Acme OR strike*", ("acme",), True, ("strike*",)),
        ("(Acme OR NOT x) clinic", ("clinic",), True, ()),
        ("(Acme clinic) OR (Apex (bank OR fund))", ("acme OR apex",), True, ()),
        ("or", ("or",), False, ()),
        ("OR_x", ('"OR_x"',), False, ()),
        ("site:x.example", ('"site:x.example"',), False, ()),
        ("Акме OR אקמה", ("акме OR אקמה",), False, ()),
    ],
)
def test_a_query_is_asked_in_googles_words(
    query: str, searches: tuple[str, ...], widened: bool, unasked: tuple[str, ...]
) -> None:
    plan = plan_for(parse(query))
    assert (plan.searches, plan.widened, plan.unasked) == (searches, widened, unasked)
    said = " ".join(plan.sentences())
    assert ("dropped after reading" in said, "cannot be asked for" in said) == (widened, bool(unasked))
    assert f"[{searches[0]}]" in said


@pytest.mark.parametrize(
    "query", ["*", "NOT Acme", "strike*", "@acme", "Acme @acme", "@acme OR @apex", "NOT a OR NOT b"]
)
def test_a_query_without_a_word_is_refused(server: GoogleNewsServer, query: str) -> None:
    with pytest.raises(ConfigError, match="must be asked for words"):
        collect(server, query)
    assert server.asked == []


def test_a_long_query_becomes_several_searches() -> None:
    names = [f"Brand{n}" for n in range(100)]
    plan = plan_for(parse(f"({' OR '.join(names)}) (clinic OR {' OR '.join(f'w{n}' for n in range(50))})"))
    assert plan.widened
    assert len(plan.searches) == 3
    assert all(len(search.split(" OR ")) <= 24 for search in plan.searches)
    long = plan_for(parse(" OR ".join(f'"{"word " * 30}{n}"' for n in range(20))))
    assert max(map(len, long.searches)) < 1_400
    assert not long.widened


TERMS = ("acme", "apex", "clinic", "strike", "#acme", '"acme clinic"', "str*", "@acme", "нет", "работа")
HEADLINE_WORDS = ("Acme", "Apex", "clinic", "strike", "#acme", "strikes", "Нет", "работа", "today", "@acme")


def random_query(dice: random.Random, depth: int = 0) -> str:
    roll = dice.random()
    if depth > 2 or roll < 0.4:
        return dice.choice(TERMS)
    if roll < 0.5:
        return f"NOT ({random_query(dice, depth + 1)})"
    operator = " OR " if roll < 0.75 else " "
    return f"({operator.join(random_query(dice, depth + 1) for _ in range(dice.randint(2, 3)))})"


def test_searches_find_every_headline_that_a_query_means_or_say_what_they_miss() -> None:
    """Random queries against random headlines, by brute force."""
    dice = random.Random("google")
    asked = 0
    for _ in range(400):
        query = parse(random_query(dice))
        try:
            plan = plan_for(query)
        except ConfigError:
            continue
        asked += 1
        found = [meaning(search) for search in plan.searches]
        for _ in range(30):
            text = " ".join(dice.choices(HEADLINE_WORDS, k=dice.randint(1, 5)))
            headline = Searchable.of(text, ("acme",) if "#acme" in text else ())
            if query.matches(headline):
                by_an_unasked_part = any(parse(part).matches(headline) for part in plan.unasked)
                assert by_an_unasked_part or any(search.matches(headline) for search in found), (query.text, text)
            elif not plan.widened:
                assert not any(search.matches(headline) for search in found), (query.text, text)
    assert asked > 200


def test_what_is_collected_is_what_the_query_means(server: GoogleNewsServer) -> None:
    dice = random.Random("google, collected")
    for number in range(40):
        text = f"{' '.join(dice.choices(HEADLINE_WORDS, k=4))} {number}"
        server.headlines.append(Headline(text, NOW - timedelta(hours=3), number))
    for _ in range(20):
        query = parse(random_query(dice))
        try:
            if plan_for(query).unasked:
                continue
        except ConfigError:
            continue
        meant = {
            each.text
            for each in server.headlines
            if query.matches(Searchable.of(each.text, ("acme",) if "#acme" in each.text else ()))
        }
        assert {post.text for post in posts_of(collect(server, query.text))} == meant, query.text


# Editions and time


@pytest.mark.parametrize(
    ("name", "hl", "gl"),
    [
        ("US:en", "en-US", "US"), ("GB:en", "en-GB", "GB"), ("RO:ro", "ro", "RO"), ("IL:he", "he", "IL"),
        ("BR:pt-419", "pt-BR", "BR"), ("MX:es-419", "es-419", "MX"), ("TW:zh-Hant", "zh-TW", "TW"),
        ("PL:pl", "pl", "PL"),
    ],
)  # fmt: skip
def test_an_edition_is_told_three_times_alike(name: str, hl: str, gl: str) -> None:
    assert Edition(name).parameters == {"hl": hl, "gl": gl, "ceid": name}


def test_every_edition_is_searched(server: GoogleNewsServer) -> None:
    server.headlines = [
        Headline("Acme grows", NOW - timedelta(hours=1), 1),
        Headline("Acme crește", NOW - timedelta(hours=1), 2, "RO:ro"),
    ]
    pages = list(collector(server, "US:en", "RO:ro").collect(request()))
    assert [(post.text, post.language) for post in posts_of(pages)] == [("Acme grows", "en"), ("Acme crește", "ro")]


@pytest.mark.parametrize("days", [0.01, 0.5, 1, 1.99, 2, 2.01, 3.7, 7, 30])
def test_time_is_cut_without_a_hole(days: float) -> None:
    start = NOW - timedelta(days=days)
    cut = list(slices(start, NOW))
    assert (cut[0].since, cut[-1].until) == (start, NOW)
    assert all(one.until == other.since for one, other in pairwise(cut))
    assert [part.last for part in cut] == [False] * (len(cut) - 1) + [True]
    hours = int(cut[-1].operators.removeprefix("when:").removesuffix("h"))
    assert NOW - timedelta(hours=hours) <= cut[-1].since


def test_a_first_walk_goes_day_by_day_and_a_later_one_asks_for_hours(server: GoogleNewsServer) -> None:
    server.headlines = [Headline(f"Acme {n}", NOW - timedelta(hours=3 + 20 * n), n) for n in range(8)]
    pages = collect(server, days=7)
    assert {post.text for post in posts_of(pages)} == {f"Acme {n}" for n in range(8)}
    assert [words for _, words in server.searches][:2] == [
        "acme after:2026-11-14 before:2026-11-16", "acme after:2026-11-16 before:2026-11-17",
    ]  # fmt: skip
    assert gaps_of(pages) == []
    server.searches.clear()
    collect(server, cursor=last_cursor(pages), now=NOW + timedelta(minutes=15), days=7)
    assert [words for _, words in server.searches] == ["acme when:14h"]


def test_a_long_first_walk_goes_on_in_the_next_run(server: GoogleNewsServer) -> None:
    server.headlines = [Headline(f"Acme {n}", NOW - timedelta(hours=3 + 20 * n), n) for n in range(8)]
    cursor, found, runs = None, set[str](), 0
    while runs < 10:
        runs += 1
        pages = list(collector(server, most_requests=2).collect(request(cursor=cursor, days=7)))
        found |= {post.text for post in posts_of(pages)}
        cursor = last_cursor(pages, cursor)
        if cursor and all(position.complete for position in cursor.positions.values()):
            break
    assert (found, runs) == ({f"Acme {n}" for n in range(8)}, 4)


def test_a_full_answer_is_asked_again_in_halves_and_the_rest_is_a_gap(server: GoogleNewsServer) -> None:
    server.most = 20
    server.headlines = [Headline(f"Acme {n}", NOW - timedelta(minutes=25 * n + 1), n) for n in range(56)][::-1]
    pages = collect(server)
    [gap] = gaps_of(pages)
    assert (gap.reason, gap.source) == (GapReason.PAGE_CAP, "googlenews, US:en")
    assert gap.since == NOW - timedelta(days=1)
    seen = {post.text for post in posts_of(pages)}
    unseen = [each for each in server.headlines if each.text not in seen and each.at >= NOW - timedelta(days=1)]
    assert unseen
    assert all(gap.since <= each.at < gap.until for each in unseen)
    assert gap.until <= NOW - timedelta(hours=6)


def test_what_an_earlier_run_has_read_is_no_gap(server: GoogleNewsServer) -> None:
    server.most = 20
    server.headlines = [Headline(f"Acme {n}", NOW - timedelta(minutes=40 * n + 1), n) for n in range(16)]
    cursor = last_cursor(collect(server, days=0.5))
    later = NOW + timedelta(hours=1)
    server.headlines = [
        *[Headline(f"Acme again {n}", NOW + timedelta(minutes=5 * n), 1000 + n) for n in range(11)], *server.headlines,
    ]  # fmt: skip
    pages = collect(server, cursor=cursor, now=later)
    assert gaps_of(pages) == []
    assert {f"Acme again {n}" for n in range(11)} <= {post.text for post in posts_of(pages)}


def test_an_hour_that_is_too_full_is_a_gap(server: GoogleNewsServer) -> None:
    server.most = 20
    server.headlines = [Headline(f"Acme {n}", NOW - timedelta(seconds=10 * n), n) for n in range(30)]
    [gap] = gaps_of(collect(server))
    assert (gap.since, gap.until) == (NOW - timedelta(days=1), NOW)


# Answers


def test_a_headline_is_a_post_of_its_paper(server: GoogleNewsServer) -> None:
    server.headlines = [Headline("Acme & Apex - a love story", NOW - timedelta(hours=1), 7)]
    [post] = posts_of(collect(server))
    assert (post.kind, post.text, post.title) == (Kind.ARTICLE, "Acme & Apex - a love story", None)
    assert post.url == post.native_url == "https://news.google.com/rss/articles/CBMiQ7?oc=5"
    assert post.author is not None
    assert (post.author.handle, post.author.display_name) == ("acorn.example", "The Daily Acorn")
    assert (post.created_at, post.language, post.counts.likes) == (NOW - timedelta(hours=1), "en", None)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (Reply(status=429), RateLimited, "asks us to wait"),
        (Reply(status=429, headers={"Retry-After": "3600"}), RateLimited, "asks us to wait"),
        (Reply(status=503, headers={"Retry-After": "60"}), TryLater, "not at work"),
        (Reply(status=403), AccessDenied, "forbids"),
        (Reply(b"<!doctype html><title>Before you continue</title>"), TryLater, "web page"),
        (Reply(b"<rss version='2.0'><channel><item><title>Ac"), TryLater, "broke off"),
        (Reply(b"", cut=True), TryLater, "empty"),
        (Reply(reset=True), TryLater, "broke off"),
        (Reply(status=302, headers={"Location": "http://10.0.0.1/consent"}), AccessDenied, "public internet"),
    ],
)
def test_what_goes_wrong_is_told_without_the_search(
    server: GoogleNewsServer, reply: Reply, error: type[EarshotError], words: str
) -> None:
    server.always = reply
    with pytest.raises(error, match=words) as told:
        collect(server, "Hunter2")
    assert "hunter2" not in str(told.value).lower()


def test_a_headline_that_cannot_be_read_is_a_dead_letter_that_can_be_tried_again(server: GoogleNewsServer) -> None:
    server.headlines = [Headline("", NOW, 1, raw="<item><guid>x</guid></item>"), Headline("Acme", NOW, 2)]
    pages = collect(server)
    [letter] = [item for page in pages for item in page.unreadable]
    assert "entry 1" in letter.reason
    assert reread(letter.raw, letter.source, NOW).unreadable[0].raw == letter.raw
    mended = letter.raw.replace(b'"title": null', b'"title": {"value": "Acme"}')
    assert [post.text for post in reread(mended, letter.source, NOW).posts] == ["Acme"]


def test_it_needs_no_settings_and_refuses_editions_that_cannot_be(tmp_path: object) -> None:
    assert build(Settings(home=str(tmp_path))).platform == "googlenews"
    for wrong in ("en", "us:en", "US:EN", "US-en", ""):
        with pytest.raises(ValueError, match="editions"):
            Settings.model_validate({"home": str(tmp_path), "platforms": {"googlenews": {"editions": [wrong]}}})
