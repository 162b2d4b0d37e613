"""What became of posts that were bought: looked up by the hundred, for money."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from collectors.x.build import collector_for
from listening.collecting import Allowance, Page, Removal, RemovalReason
from listening.errors import AccessDenied, ConfigError, TryLater
from listening.platforms import XSettings
from tests.collectors.x.making import HOUR_AGO, NOW, collector, dollars_of, posts_of
from tests.servers.x import Fault, XServer


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as running:
        yield running


def test_deleted_suspended_and_edited_posts_are_told(server: XServer) -> None:
    own = [server.publish(f"{n} #acme", HOUR_AGO, n) for n in range(6)]
    server.delete(own[0])
    server.delete(own[1], "not-authorized-for-resource")
    server.delete(own[2], "a-new-kind-of-problem")
    server.posts[own[3]]["withheld"] = {"copyright": True}
    newer = server.edit(own[4], "edited #acme", HOUR_AGO + timedelta(minutes=3))
    pages = list(collector(server).still_there_many({f"x:{i}": i for i in own}, NOW))
    assert {removal for page in pages for removal in page.removed} == {
        Removal(f"x:{own[0]}", RemovalReason.DELETED),
        Removal(f"x:{own[1]}", RemovalReason.WITHDRAWN),
        Removal(f"x:{own[3]}", RemovalReason.WITHDRAWN),
    }
    assert {(post.id, post.native_id, post.text) for post in posts_of(pages)} == {
        (f"x:{own[5]}", own[5], "5 #acme"),
        (f"x:{own[4]}", newer, "edited #acme"),
    }
    assert dollars_of(pages) == Decimal("0.005") * server.sold
    assert all(page.cursor is None for page in pages)


def test_a_hundred_at_a_time_and_no_more_than_can_be_paid(server: XServer) -> None:
    own = [server.publish(f"{n} #acme", HOUR_AGO, n) for n in range(250)]
    pages: list[Page] = []
    with pytest.raises(TryLater, match="42 posts cannot be looked up"):
        pages.extend(collector(server).still_there_many({f"x:{i}": i for i in own}, NOW, Allowance(Decimal("1.04"))))
    assert server.sold == 208
    assert [query["ids"].count(",") + 1 for _, query in server.asked] == [100, 100, 8]
    with pytest.raises(TryLater, match="monthly_dollars"):
        list(collector(server).still_there_many({"x:1": "1"}, NOW, Allowance(Decimal(0))))
    assert list(collector(server).still_there_many({}, NOW)) == []
    with pytest.raises(ConfigError, match="monthly_dollars"):
        list(collector(server, monthly=Decimal(0)).still_there_many({"x:1": "1"}, NOW))


def test_an_allowance_is_spent_once_however_often_it_is_handed_in(server: XServer) -> None:
    own = [server.publish(f"{n} #acme", HOUR_AGO, n) for n in range(30)]
    asking, allowed = collector(server), Allowance(Decimal("0.10"))
    assert len(posts_of(list(asking.still_there_many({f"x:{i}": i for i in own[:15]}, NOW, allowed)))) == 15
    with pytest.raises(TryLater):
        list(asking.still_there_many({f"x:{i}": i for i in own[15:]}, NOW, allowed))
    assert server.sold == 20


def test_a_post_that_cannot_be_read_and_a_refusal(server: XServer) -> None:
    own = server.publish("1 #acme", HOUR_AGO, created_at="yesterday")
    [page] = collector(server).still_there_many({f"x:{own}": own}, NOW)
    assert (page.posts, page.removed, len(page.unreadable)) == ((), (), 1)
    server.faults.append(Fault(body=b'{"data": [', cut=True))
    pages: list[Page] = []
    with pytest.raises(TryLater, match="broke off"):
        pages.extend(collector(server).still_there_many({f"x:{own}": own}, NOW))
    assert dollars_of(pages) == Decimal("0.005")  # it may have been paid
    server.always = Fault(402)
    with pytest.raises(AccessDenied, match="prepaid"):
        list(collector(server).still_there_many({f"x:{own}": own}, NOW))


def test_the_setting_says_whose_turn_it_is() -> None:
    from collectors.x.transport import client_for

    client = client_for("https://api.x.com", "t", 1)
    assert collector_for(XSettings(), client).recheck == "incidents"
    assert collector_for(XSettings(recheck="never"), client).recheck == "never"
