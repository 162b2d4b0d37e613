"""X is paid for what it gives: a budget is never passed, not by one post, and what it could not buy is a gap."""

import os
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from collectors.x import Prices
from collectors.x.budget import Purse
from listening.collecting import Cursor, Gap, GapReason, Page
from listening.errors import ConfigError, RateLimited, TryLater
from tests.collectors.x.making import (
    HOUR_AGO,
    NOW,
    collector,
    dollars_of,
    last_cursor,
    posts_of,
    request,
    until_error,
)
from tests.servers.x import Fault, XServer, moment

CENT = Decimal("0.005")


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as running:
        yield running


def burst(server: XServer, count: int, ago: timedelta = timedelta(hours=5)) -> None:
    for n in range(count):
        server.publish(f"Post {n} #acme", NOW - ago + timedelta(seconds=n), n)


def gaps_of(pages: list[Page]) -> list[Gap]:
    return [gap for page in pages for gap in page.gaps]


def billed(server: XServer) -> Decimal:
    return CENT * (server.sold + server.counts_sold)


@pytest.mark.parametrize("dollars", ["0.004", "0.05", "0.054", "0.055", "0.059", "0.06", "0.5", "0.505", "0.7", "1.62"])
def test_no_budget_is_passed_by_one_post(server: XServer, dollars: str) -> None:
    burst(server, 320)
    pages = list(collector(server).collect(request(dollars=dollars)))
    assert billed(server) == dollars_of(pages) <= Decimal(dollars)
    assert len(posts_of(pages)) == server.sold
    assert sum(page.spent.posts for page in pages) == server.sold


def test_what_is_not_bought_is_a_gap_of_known_size(server: XServer) -> None:
    burst(server, 320)
    pages = list(collector(server).collect(request(dollars="0.6")))
    found = posts_of(pages)
    assert len(found) == 119  # and one count
    assert {post.text for post in found} == {f"Post {n} #acme" for n in range(201, 320)}
    [gap] = gaps_of(pages)
    oldest = min(post.created_at for post in found if post.created_at)
    assert (gap.reason, gap.estimated, gap.until) == (GapReason.BUDGET, 201, oldest)
    assert gap.since == NOW - timedelta(days=7)
    cursor = last_cursor(pages)
    again = list(collector(server).collect(request(cursor=cursor, dollars="0.002")))
    assert posts_of(again) == gaps_of(again) == []


def test_given_up_is_given_up_and_what_is_new_is_bought(server: XServer) -> None:
    burst(server, 50)
    pages = list(collector(server).collect(request(dollars="0.01")))
    [gap] = gaps_of(pages)
    assert (gap.since, gap.until, gap.estimated) == (NOW - timedelta(days=7), NOW, 50)
    server.publish("New #acme", NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=30)
    again = list(collector(server).collect(request(cursor=last_cursor(pages), dollars="5", now=later)))
    assert [post.text for post in posts_of(again)] == ["New #acme"]
    assert gaps_of(again) == []


def test_without_money_there_is_a_gap_an_hour_and_not_one_a_run(server: XServer) -> None:
    cursor: Cursor | None = last_cursor(list(collector(server).collect(request())))
    gaps: list[Gap] = []
    for minutes in range(5, 181, 5):
        pages = list(
            collector(server).collect(request(cursor=cursor, dollars="0", now=NOW + timedelta(minutes=minutes)))
        )
        cursor = last_cursor(pages, cursor)
        gaps += gaps_of(pages)
    hours = [NOW + timedelta(hours=n) for n in range(4)]
    assert [(gap.since, gap.until) for gap in gaps] == list(pairwise(hours))


@pytest.mark.parametrize("waiting", [0, 9, 100, 101, 250])
def test_a_count_is_bought_above_its_break_even_only(server: XServer, waiting: int) -> None:
    cursor = last_cursor(list(collector(server).collect(request())))
    assert server.counts_sold == 1  # nobody could say how many wait before the first walk
    burst(server, waiting, ago=timedelta(minutes=30))
    pages = list(collector(server).collect(request(cursor=cursor, now=NOW + timedelta(minutes=5))))
    assert len(posts_of(pages)) == waiting
    assert server.counts_sold == 1 + (waiting > 100)


def test_the_break_even_follows_the_prices() -> None:
    assert Prices().break_even == 100
    assert Prices(count=Decimal("0.010")).break_even == 200
    assert Prices(post=Decimal("0.015")).break_even == 34


def test_a_silence_of_days_is_counted_first(server: XServer) -> None:
    cursor = last_cursor(list(collector(server).collect(request())))
    server.asked.clear()
    list(collector(server).collect(request(cursor=cursor, now=NOW + timedelta(days=2))))
    assert [path.rsplit("/", 2)[1] for path, _ in server.asked] == ["counts", "search"]


def test_an_empty_budget_is_said_in_a_sentence_and_nothing_is_asked(server: XServer) -> None:
    for allowed in (None, "0", "5"):
        with pytest.raises(ConfigError, match=r"monthly_dollars is 0, so nothing is bought .*MONTHLY_DOLLARS"):
            list(collector(server, monthly=Decimal(0)).collect(request(dollars=allowed)))
    assert server.asked == []


def test_without_an_account_the_setting_is_the_bound(server: XServer) -> None:
    burst(server, 300)
    pages = list(collector(server, monthly=Decimal("0.3")).collect(request()))
    assert billed(server) == dollars_of(pages) <= Decimal("0.3")


def test_a_look_around_buys_no_more_than_it_shows(server: XServer) -> None:
    burst(server, 300)
    pages = list(collector(server).collect(request(limit=15)))
    assert len(posts_of(pages)) == 15
    assert (server.sold, server.counts_sold) == (15, 0)


def test_an_answer_that_broke_off_counts_as_paid(server: XServer) -> None:
    burst(server, 30)
    cursor = last_cursor(list(collector(server).collect(request())))
    server.faults.append(Fault(body=b'{"data": [{"id": "1"', cut=True))
    later = NOW + timedelta(hours=2)
    pages, error = until_error(collector(server), request(cursor=cursor, dollars="0.5", now=later))
    assert isinstance(error, TryLater) and not isinstance(error, RateLimited)
    assert dollars_of(pages) == Decimal("0.495")  # 99 posts, and the price of a count kept back
    assert last_cursor(pages) is None


def test_a_purse_says_yes_only_to_what_it_can_pay() -> None:
    purse = Purse(Decimal("0.062"), Prices())
    assert purse.posts(100, keep_for_count=False) == 12
    assert purse.posts(100, keep_for_count=True) == 11
    purse.pay_posts(3)
    assert purse.posts(100, keep_for_count=False) == 0
    assert purse.can_count()
    assert not Purse(Decimal(-1), Prices()).can_count()


@pytest.mark.parametrize("seed", range(int(os.environ.get("EARSHOT_FUZZ", "2000")) // 250))
def test_whatever_happens_each_post_is_stored_or_in_a_gap_and_the_month_is_within_its_budget(
    server: XServer, seed: int
) -> None:
    """Bursts, kills between pages, faults and short money, in any order."""
    chance = Random(seed)
    budget = Decimal(chance.choice(["0.3", "1", "2.5", "50"]))
    now, spent, cursor, number = NOW, Decimal(0), None, 0
    stored: set[str] = set()
    gaps: list[Gap] = []
    start = NOW - timedelta(days=7)
    for _ in range(14):
        before, now = now, now + timedelta(minutes=chance.choice([5, 5, 60, 700, 5_000]))
        server.now = now
        for _ in range(chance.choice([0, 1, 15, 60])):
            number += 1
            server.publish(f"Post {number} #acme", before + (now - before) * chance.random(), number)
        if chance.random() < 0.3:
            fault = chance.choice([Fault(429), Fault(503), Fault(200, b'{"data": [', cut=True), Fault(reset=True)])
            server.faults.extend([None] * chance.randrange(3) + [fault])
        stop_after = chance.choice([1, 2, 3, 99])
        left = str(budget - spent)
        try:
            walk = collector(server, page=10).collect(request(cursor=cursor, since=start, now=now, dollars=left))
            for count, page in enumerate(walk, 1):
                spent += page.spent.dollars  # what was read is paid, whatever comes of it
                if count == stop_after:
                    break
                # At the end of X's window there is no lower bound, and ten minutes may be bought again.
                again = stored & {post.id for post in page.posts}
                assert all(moment(own[2:]) < now - timedelta(days=7, minutes=-10) for own in again)
                stored |= {post.id for post in page.posts}
                gaps += page.gaps
                cursor = page.cursor or cursor
        except TryLater:
            pass
        server.faults.clear()
        assert billed(server) <= spent <= budget
    pages = list(collector(server, page=10).collect(request(cursor=cursor, since=start, now=now)))
    stored |= {post.id for post in posts_of(pages)}
    gaps += gaps_of(pages)
    lost = [own for own in server.posts if f"x:{own}" not in stored]
    outside = [own for own in lost if not any(gap.since <= moment(own) <= gap.until for gap in gaps)]
    assert outside == []
    if budget > 10 and not any(gap.reason is GapReason.HISTORY_WINDOW for gap in gaps):
        assert lost == []


def test_money_is_kept_for_the_count_that_tells_the_size(server: XServer) -> None:
    burst(server, 40)
    cursor = last_cursor(list(collector(server).collect(request(since=HOUR_AGO))))
    burst(server, 60, ago=timedelta(minutes=40))
    later = NOW + timedelta(minutes=10)
    pages = list(collector(server).collect(request(cursor=cursor, dollars="0.2", now=later)))
    [gap] = gaps_of(pages)
    assert (len(posts_of(pages)), gap.estimated) == (39, 21)
    assert dollars_of(pages) == Decimal("0.2")
