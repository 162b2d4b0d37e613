"""Deleted on the platform means deleted here, edits are taken over, a silent server costs nothing. A real server."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from listening.brands import Role, Viewer
from listening.collecting import Allowance, Page, Removal, RemovalReason, Spent
from pipeline.configuration import read_settings
from pipeline.steps import recheck as recheck_step
from pipeline.steps.collect import collect
from pipeline.steps.forget import forget
from pipeline.wiring import House
from store.protocol import Search

from ..servers.mastodon import Fault, MastodonServer
from ..store.making import native
from .conftest import NOW
from .test_sources import with_x


def test_what_is_gone_on_the_platform_goes_here_within_twelve_hours(environ: dict[str, str]) -> None:
    with MastodonServer() as server:
        mastodon = f'[platforms.mastodon]\nenabled = true\nbase_url = "{server.address}"\n'
        Path(environ["EARSHOT_CONFIG"], "mastodon.toml").write_text(mastodon)
        gone, edited, _ = (
            server.publish(f"<p>{text} #LifeAtVeldhaven</p>", NOW - timedelta(hours=1), number)
            for number, text in enumerate(("Regretted", "Mistaken", "Steady"))
        )
        with House(read_settings(environ)) as house:
            assert collect(house, "veldhaven", "mastodon", NOW).new == 3
            server.delete(gone)
            server.edit(edited, "<p>Corrected #LifeAtVeldhaven</p>", NOW)

            server.always = Fault(503)
            assert forget(house, NOW).removed == 0
            assert house.index.count() == 3
            server.always = None

            removed = sum(forget(house, NOW + timedelta(hours=hour)).removed for hour in range(1, 13))

            assert removed == 1
            texts = sorted(post.text for post in house.index.stream(Search()))
            assert texts == ["Corrected #LifeAtVeldhaven", "Steady #LifeAtVeldhaven"]
            house.index.compact()
        files = [path for path in Path(environ["EARSHOT_HOME"]).rglob("*") if path.is_file()]
        assert not [path for path in files if b"Regretted" in path.read_bytes()]


def test_young_posts_are_asked_for_every_hour_and_what_cannot_be_asked_for_a_day_is_hidden(
    environ: dict[str, str],
) -> None:
    viewer = Viewer(role=Role.ADMIN, purpose="tests")
    with MastodonServer() as server:
        mastodon = f'[platforms.mastodon]\nenabled = true\nbase_url = "{server.address}"\n'
        Path(environ["EARSHOT_CONFIG"], "mastodon.toml").write_text(mastodon)
        gone, _ = (
            server.publish(f"<p>{text} #LifeAtVeldhaven</p>", NOW - timedelta(hours=1), number)
            for number, text in enumerate(("Regretted", "Steady"))
        )
        with House(read_settings(environ)) as house:
            assert collect(house, "veldhaven", "mastodon", NOW).new == 2
            server.delete(gone)
            assert forget(house, NOW + timedelta(hours=1)).removed == 1

            server.always = Fault(503)
            for hour in (2, 9, 25):
                forget(house, NOW + timedelta(hours=hour))
            [state] = house.ledger.sources.rechecks()
            assert state.failing_since == NOW + timedelta(hours=2)
            assert state.last_success == NOW + timedelta(hours=1)
            assert house.reader.search(viewer, Search()).total == 1

            forget(house, NOW + timedelta(hours=26))
            assert house.reader.hidden() == {"mastodon": 1}
            assert house.reader.search(viewer, Search()).total == 0
            assert list(house.reader.stream(viewer, Search())) == []
            assert house.reader.facets(viewer, Search(), ("platforms",)) == {"platforms": ()}
            assert house.index.count() == 1

            server.always = None
            forget(house, NOW + timedelta(hours=30))
            assert house.reader.search(viewer, Search()).total == 1
            assert house.reader.hidden() == {}
            [state] = house.ledger.sources.rechecks()
            assert state.failing_since is None


def test_one_dead_server_keeps_nobody_from_asking_the_others(environ: dict[str, str]) -> None:
    with MastodonServer() as alive, MastodonServer() as dead:
        servers = ", ".join(f'{{base_url = "{server.address}"}}' for server in (dead, alive))
        mastodon = f"[platforms.mastodon]\nenabled = true\nservers = [{servers}]\n"
        Path(environ["EARSHOT_CONFIG"], "mastodon.toml").write_text(mastodon)
        gone = alive.publish("<p>Regretted #LifeAtVeldhaven</p>", NOW - timedelta(hours=1), 1)
        dead.publish("<p>Lost #LifeAtVeldhaven</p>", NOW - timedelta(hours=2), 2)
        with House(read_settings(environ)) as house:
            assert collect(house, "veldhaven", "mastodon", NOW).new == 2
            alive.delete(gone)
            dead.always = Fault(503)
            assert forget(house, NOW + timedelta(hours=30)).removed == 1
            assert house.reader.hidden() == {"mastodon": 1}


class Paid:
    """Answers in pages that cost something, as X does."""

    def still_there_many(
        self, posts: Mapping[str, str], now: datetime, allowance: Allowance | None = None
    ) -> Iterator[Page]:
        assert allowance is not None
        yield Page(
            removed=tuple(Removal(post_id, RemovalReason.DELETED) for post_id in posts),
            spent=Spent(requests=1, posts=len(posts), dollars=Decimal("0.005") * len(posts)),
        )


@pytest.mark.parametrize(("wish", "gone"), [("all", 1), ("incidents", 0), ("never", 0)])
def test_looks_that_are_paid_are_counted_and_only_those_that_are_worth_it(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, wish: str, gone: int
) -> None:
    monkeypatch.setattr(recheck_step, "build", lambda platform, settings: Paid())
    with House(with_x(read_settings(environ), recheck=wish)) as house:
        post = native(1, "Hello #LifeAtVeldhaven", created_at=NOW, fetched_at=NOW)
        house.door.admit(Page(posts=(post,)), house.brand("veldhaven"), "x", NOW)
        assert recheck_step.recheck(house, NOW + timedelta(hours=24)) == gone
        assert house.ledger.spending.of_month("veldhaven", "x", NOW).posts == gone
