"""What files hold, what becomes of those that are missing, damaged or hostile, and what is never asked."""

import os
import random
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from collectors import registry
from collectors.gdelt import ENGLISH, TRANSLATED, GdeltCollector, plan_for
from collectors.gdelt.archive import Damaged, lines
from collectors.gdelt.feeds import QUARTER, Feed, read_stamp, slot_after
from collectors.gdelt.languages import language_of
from collectors.gdelt.posts import read_article, to_post
from collectors.protocol import Request
from collectors.web import Web
from listening.collecting import Cursor, Gap, GapReason, Page, Position
from listening.errors import ConfigError, EarshotError, TryLater, UnreadableInput
from listening.posts import Kind, NativePost
from listening.query import parse
from listening.settings import Settings
from tests.servers.gdelt import GdeltServer, packed, record
from tests.servers.web import Reply

NOW = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)
NEWEST = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TRIES = int(os.environ.get("EARSHOT_FUZZ", "2000"))


@pytest.fixture
def server() -> Iterator[GdeltServer]:
    with GdeltServer() as running:
        yield running


def collector(server: GdeltServer, *feeds: Feed, most_bytes: int = 10_000_000, files: int = 96) -> GdeltCollector:
    wanted = feeds or (ENGLISH,)
    return GdeltCollector(Web([server.address]), server.address, wanted, most_bytes=most_bytes, most_files=files)


def ask(query: str = "Acme", hours: float = 4, cursor: Cursor | None = None, now: datetime = NOW) -> Request:
    return Request(query=parse(query), cursor=cursor, since=NOW - timedelta(hours=hours), until=None, now=now)


def posts_of(pages: list[Page]) -> list[NativePost]:
    return [post for page in pages for post in page.posts]


def gaps_of(pages: list[Page]) -> list[Gap]:
    return [gap for page in pages for gap in page.gaps]


def test_an_article_is_its_title_its_address_and_its_paper() -> None:
    published = NEWEST - timedelta(minutes=40)
    line = record(
        'Acme & Söhne: "Streik" beendet #acme', NEWEST, "https://acorn.example/7", published=published,
        translation="srclc:deu;eng:GT-DEU 1.0", organisations="acme;apex works",
    )  # fmt: skip
    article = read_article(line)
    assert article is not None
    post = to_post(article, NOW)
    assert post.text == 'Acme & Söhne: "Streik" beendet #acme'
    assert (post.title, post.kind, post.language, post.hashtags) == (None, Kind.ARTICLE, "de", ("acme",))
    assert post.author is not None
    assert post.author.handle == "acorn.example"
    assert (post.url, post.created_at, post.counts.likes) == ("https://acorn.example/7", published, None)
    assert article.named == ("acme", "apex works")


def test_the_time_is_the_page_s_own_if_that_can_be_true() -> None:
    for told in (None, NEWEST + timedelta(hours=3), datetime(1970, 1, 1, tzinfo=UTC)):
        article = read_article(record("Acme", NEWEST, "https://acorn.example/7", published=told))
        assert article is not None
        assert to_post(article, NOW).created_at == NEWEST


def test_an_address_that_names_a_person_is_not_shown() -> None:
    article = read_article(record("Acme", NEWEST, "https://blog.example/@ana/7"))
    assert article is not None
    post = to_post(article, NOW)
    assert (post.url, post.native_url) == (None, "https://blog.example/@ana/7")


@pytest.mark.parametrize(
    ("note", "language"), [("", "en"), ("srclc:ron;eng:Moses", "ro"), ("srclc:heb", "he"), ("srclc:xyz", None)]
)
def test_languages(note: str, language: str | None) -> None:
    assert language_of(note) == language


def test_names_find_an_article_whose_title_says_nothing(server: GdeltServer) -> None:
    there = server.files[ENGLISH.name, NEWEST]
    there.append(record("Prices fall", NEWEST, "https://acorn.example/1", organisations="acme corp;apex"))
    there.append(record("Prices rise", NEWEST, "https://acorn.example/2", names="Acme Corp,120;Ana Pop,300"))
    there.append(record("Prices stay", NEWEST, "https://acorn.example/3", organisations="apex"))
    there.append(record(None, NEWEST, "https://acorn.example/4", organisations="acme corp"))
    there.append(record("Acme Corp on air", NEWEST, "acorn radio, 7 a.m.", collection="2"))
    pages = list(collector(server).collect(ask('"Acme Corp"')))
    assert [post.text for post in posts_of(pages)] == ["Prices fall", "Prices rise", ""]
    assert not [letter for page in pages for letter in page.unreadable]


def test_both_feeds_are_read_each_with_a_place_of_its_own(server: GdeltServer) -> None:
    server.files[ENGLISH.name, NEWEST].append(record("Acme grows", NEWEST, "https://a.example/1"))
    note = "srclc:ron;eng:Moses"
    server.files[TRANSLATED.name, NEWEST].append(record("Acme crește", NEWEST, "https://a.example/2", translation=note))
    pages = list(collector(server, ENGLISH, TRANSLATED).collect(ask(hours=1)))
    assert [(post.text, post.language) for post in posts_of(pages)] == [("Acme grows", "en"), ("Acme crește", "ro")]
    assert pages[-1].cursor is not None
    assert set(pages[-1].cursor.positions) == {"gkg", "gkg translated"}


def test_a_file_that_is_missing_is_waited_for_and_then_a_gap(server: GdeltServer) -> None:
    old, young = NEWEST - timedelta(hours=3), NEWEST - timedelta(minutes=30)
    server.missing = {old, young}
    pages = list(collector(server).collect(ask()))
    reason = GapReason.OUTAGE
    assert gaps_of(pages) == [Gap(source="gdelt, English", since=old - QUARTER, until=old, reason=reason)]
    cursor = pages[-1].cursor
    assert cursor is not None
    assert read_stamp(cursor.positions["gkg"].complete) == young - QUARTER
    server.missing.clear()
    server.files[ENGLISH.name, young].append(record("Acme, late", young, "https://a.example/1"))
    assert [post.text for post in posts_of(list(collector(server).collect(ask(cursor=cursor))))] == ["Acme, late"]


def _bomb() -> bytes:
    return packed(b"\n" * 300_000)


def _two() -> bytes:
    into = BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        archive.writestr("a", b"a")
        archive.writestr("b", b"b")
    return into.getvalue()


@pytest.mark.parametrize(
    "body", [_bomb(), packed(b"a\n" * 2_000), _two(), b"<html>Just a moment...</html>", packed(b"a" * 90_000)[:-40]]
)
def test_a_file_that_cannot_be_read_holds_up_nothing_for_long(server: GdeltServer, body: bytes) -> None:
    old = NEWEST - timedelta(hours=3)
    server.broken = {old: body}
    server.files[ENGLISH.name, NEWEST].append(record("Acme", NEWEST, "https://a.example/1"))
    pages = list(collector(server).collect(ask()))
    assert [(gap.since, gap.until) for gap in gaps_of(pages)] == [(old - QUARTER, old)]
    assert [post.text for post in posts_of(pages)] == ["Acme"]
    server.broken = {NEWEST: body}
    with pytest.raises(TryLater, match="cannot be read"):
        list(collector(server).collect(ask(hours=1)))


def test_a_line_without_an_end_is_a_bomb_too() -> None:
    with pytest.raises(Damaged, match="unpacks to more"):
        list(lines(packed(b"a" * 6_000_000)))


def test_the_newest_file_must_be_the_one_that_was_announced(server: GdeltServer) -> None:
    server.announced = f"5 {'a' * 32} http://x.example/20261122120000.gkg.csv.zip\n"
    with pytest.raises(TryLater, match="announced"):
        list(collector(server).collect(ask(hours=1)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html></html>",
        f"5 {'a' * 32} http://x/20991122120000.gkg.csv.zip",
        f"5 {'a' * 32} x/20261399000000.gkg.csv.zip",
    ],
)
def test_nonsense_about_the_newest_file_is_told(server: GdeltServer, text: str) -> None:
    server.announced = text
    with pytest.raises(TryLater, match="does not say which file"):
        list(collector(server).collect(ask()))


def test_that_gdelt_stands_still_is_told_after_what_there_is(server: GdeltServer) -> None:
    server.files[ENGLISH.name, NEWEST].append(record("Acme", NEWEST, "https://a.example/1"))
    pages: list[Page] = []
    with pytest.raises(TryLater, match="stands still"):
        pages.extend(collector(server).collect(ask(hours=1, now=NOW + timedelta(hours=5))))
    again = collector(server).collect(ask(hours=1, now=NOW + timedelta(hours=5)))
    assert [post.text for post in posts_of([next(again) for _ in range(4)])] == ["Acme"]


def test_a_long_absence_is_caught_up_and_what_is_too_old_is_a_gap(server: GdeltServer) -> None:
    cursor = Cursor(parse("Acme").revision, {"gkg": Position(complete="20261012000000")})
    first = list(collector(server, files=4).collect(ask(cursor=cursor)))
    [gap] = gaps_of(first)
    assert (gap.since, gap.reason) == (datetime(2026, 10, 12, tzinfo=UTC), GapReason.HISTORY_WINDOW)
    assert gap.until == slot_after(NOW - timedelta(days=30)) - QUARTER
    then = list(collector(server, files=4).collect(ask(cursor=first[-1].cursor)))
    assert len(first) == len(then) == 4
    assert not gaps_of(then)


@pytest.mark.parametrize("fault", [Reply(status=503), Reply(status=429), Reply(reset=True), Reply(b"x", cut=True)])
def test_a_fault_is_a_sentence(server: GdeltServer, fault: Reply) -> None:
    server.always = fault
    with pytest.raises(EarshotError, match=r"\w+ .*\."):
        list(collector(server).collect(ask()))


@pytest.mark.parametrize("query", ["*", "NOT jobs", "Acme OR NOT jobs"])
def test_all_the_world_s_news_is_not_collected(query: str) -> None:
    with pytest.raises(ConfigError, match="all the world's news"):
        plan_for(parse(query))


def test_the_plan_says_what_titles_seldom_have() -> None:
    assert plan_for(parse("Acme OR #acme OR @acme")).rare == ("#acme", "@acme")
    assert "asked for nothing" in plan_for(parse("Acme")).sentences()[0]


def test_a_line_that_could_not_be_read_can_be_read_again() -> None:
    page = registry.reread("gdelt", b"a\tb", "GDELT, file 1, line 2", NOW)
    assert "2 columns instead of 27" in page.unreadable[0].reason
    good = registry.reread("gdelt", record("Acme", NEWEST, "https://a.example/1"), "GDELT", NOW)
    assert [post.text for post in good.posts] == ["Acme"]


def test_it_is_built_without_a_key(tmp_path: Path) -> None:
    assert registry.build("gdelt", Settings(home=str(tmp_path))).platform == "gdelt"


def test_fuzzed_lines_are_read_or_refused_with_a_reason() -> None:
    dice = random.Random(7)
    whole = record("Acme <b>&amp; ă", NEWEST, "https://a.example/1", published=NEWEST, organisations="acme;b")
    for _ in range(TRIES):
        line = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(line))
            line[at : at + dice.choice((0, 1, 9))] = dice.choice((b"\t", b"", b"\xff", b"9", b"<", b"\0", b"&#xd800;"))
        try:
            article = read_article(bytes(line))
        except UnreadableInput as error:
            assert len(str(error).split()) > 3
            continue
        if article:
            post = to_post(article, NOW)
            (post.text + (post.native_url or "")).encode()
