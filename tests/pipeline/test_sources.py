"""Whether we hear, what it costs and what was missed; and that nothing is asked before its terms are recorded."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from listening.brands import Brand
from listening.collecting import Gap, GapReason, Page, Spent
from listening.errors import ConfigError, StoreUnavailable, TryLater
from listening.platforms import Terms
from listening.settings import Settings
from listening.sources import State
from pipeline.allowances import allowance
from pipeline.cli import app
from pipeline.configuration import read_settings
from pipeline.doctor import examine
from pipeline.platform_rules import most_posts_an_answer, recheck_rules
from pipeline.sources import Status, status_to_json, statuses
from pipeline.steps.collect import collect
from pipeline.steps.plan import plan
from pipeline.wiring import House
from store.ledger import SourceState
from store.protocol import Tally

from ..store.making import native
from .conftest import NOW

HOUR = timedelta(hours=1)
TERMS = Terms(plan="pay per use", approval="contract 12", purpose="brand care", recorded_by="Io", recorded_on=date.min)


def with_x(settings: Settings, **values: object) -> Settings:
    platforms = settings.platforms
    x = platforms.x.model_copy(update={"enabled": True, "monthly_dollars": Decimal(20), "terms": TERMS, **values})
    mastodon = platforms.mastodon.model_copy(update={"enabled": True})
    brand = settings.brand[0].model_copy(update={"platforms": ("files", "mastodon", "x")})
    changed = platforms.model_copy(update={"x": x, "mastodon": mastodon})
    return settings.model_copy(update={"platforms": changed, "brand": (brand,)})


@pytest.fixture
def paid(environ: dict[str, str]) -> Iterator[House]:
    with House(with_x(read_settings(environ))) as opened:
        yield opened


@pytest.fixture
def untold(environ: dict[str, str]) -> Iterator[House]:
    with House(with_x(read_settings(environ), terms=None)) as opened:
        yield opened


def of(house: House, platform: str, now: datetime = NOW) -> Status:
    return next(status for status in statuses(house, now) if status.platform == platform)


def read(house: House, platform: str, **values: object) -> None:
    source = SourceState(brand="veldhaven", platform=platform, last_try=NOW, last_success=NOW, last_post=NOW)
    house.ledger.sources.note(replace(source, **values))  # type: ignore[arg-type]  # values of tests


def test_a_platform_without_recorded_terms_is_not_asked_and_says_what_to_write(untold: House) -> None:
    assert "x" not in [turn.platform for turn in plan(untold, NOW)]
    with pytest.raises(
        ConfigError, match=r"plan, approval, purpose, recorded_by and recorded_on .*platforms\.x\.terms"
    ):
        collect(untold, "veldhaven", "x", NOW)
    status = of(untold, "x")
    assert status.state is State.WAITS_FOR_TERMS
    assert "docs/platforms/x.md" in status.sentence
    finding = next(f for f in examine(untold, NOW) if f.what == "x for veldhaven")
    assert not finding.ok


def test_with_terms_it_is_planned(paid: House) -> None:
    assert "x" in [turn.platform for turn in plan(paid, NOW)]
    assert status_to_json(of(paid, "x"))["terms"]["recorded"]["plan"] == "pay per use"


def test_off_not_read_yet_resting_failing_listening(paid: House) -> None:
    assert of(paid, "mastodon").state is State.NOT_READ
    read(paid, "mastodon")
    assert of(paid, "mastodon").state is State.LISTENING
    later = NOW + HOUR
    wait = {"last_error": "It asks to wait.", "failing_since": NOW, "come_back_at": later}
    read(paid, "mastodon", **wait, resting=True)
    assert of(paid, "mastodon").state is State.RESTING
    assert of(paid, "mastodon").come_back_at == later
    assert of(paid, "mastodon", later + HOUR).state is State.FAILING
    read(paid, "mastodon", **wait)
    assert of(paid, "mastodon").state is State.FAILING
    mastodon = paid.settings.platforms.mastodon.model_copy(update={"enabled": False})
    off = paid.settings.platforms.model_copy(update={"mastodon": mastodon})
    paid.settings = paid.settings.model_copy(update={"platforms": off})
    assert of(paid, "mastodon").state is State.OFF


def test_nobody_posted_is_not_the_same_as_we_went_deaf(paid: House) -> None:
    for n in range(28 * 24):
        start = NOW.replace(minute=0) - HOUR * (n + 1)
        paid.ledger.windows.mark([("veldhaven", start)])
        [dirty] = [one for one in paid.ledger.windows.dirty() if one.start == start]
        row = _row(start)
        paid.ledger.windows.replace(dirty, Tally(rows=(row,)))
    read(paid, "mastodon", last_post=NOW - 3 * HOUR)
    assert of(paid, "mastodon").state is State.DEAF
    assert "read without an error" in of(paid, "mastodon").sentence
    read(paid, "mastodon", last_post=NOW - 1.5 * HOUR)
    assert of(paid, "mastodon").state is State.SILENT
    read(paid, "mastodon", last_post=NOW - HOUR / 2)
    status = of(paid, "mastodon")
    assert status.state is State.LISTENING
    assert sum(status.strip) == 7 * 24 - 1
    read(paid, "mastodon", last_success=NOW - HOUR)
    assert of(paid, "mastodon").state is State.DEAF
    assert "every 5 minutes" in of(paid, "mastodon").sentence


def _row(start: datetime):  # type: ignore[no-untyped-def]
    from listening.assessments import SentimentLabel
    from listening.windows import WindowRow

    return WindowRow(
        brand="veldhaven",
        start=start,
        platform="mastodon",
        language="en",
        sentiment=SentimentLabel.NEUTRAL,
        posts=1,
        stories=1,
        authors=1,
        reach=0,
        late=0,
    )


def test_a_budget_is_what_is_left_of_the_month(paid: House) -> None:
    brand = paid.brand("veldhaven")
    with allowance(paid, brand.key, "x", NOW) as first:
        assert first is not None
        assert first.dollars == 20
        with pytest.raises(TryLater), allowance(paid, brand.key, "x", NOW):
            pass
        _buy(paid, brand, Decimal("1.50"))
    with allowance(paid, brand.key, "x", NOW) as second:
        assert second is not None
        assert second.dollars == Decimal("18.50")
    with allowance(paid, brand.key, "mastodon", NOW) as free:
        assert free is None
    status = of(paid, "x")
    assert status.money is not None
    assert status.money.forecast is None, "an hour is no pace"
    assert status.spent.dollars == Decimal("1.50")
    tomorrow = of(paid, "x", NOW + 25 * HOUR)
    assert tomorrow.money is not None
    assert tomorrow.money.forecast is not None
    assert tomorrow.money.forecast.spent == Decimal("1.50")
    assert Decimal("1.50") < tomorrow.money.forecast.month_end < 20
    form = status_to_json(status)
    assert form["budget"]["dollars"] == "20"
    assert "spent" not in status_to_json(status, money=False)


@pytest.mark.parametrize(
    ("error", "left"), [(TryLater("down"), "20"), (StoreUnavailable("full"), "17.5"), (KeyboardInterrupt(), "17.5")]
)
def test_what_may_have_been_bought_unnoted_counts_as_bought(paid: House, error: BaseException, left: str) -> None:
    with pytest.raises(type(error)), allowance(paid, "veldhaven", "x", NOW):
        raise error
    with allowance(paid, "veldhaven", "x", NOW) as allowed:
        assert allowed is not None
        assert allowed.dollars == Decimal(left)


def _buy(house: House, brand: Brand, dollars: Decimal) -> None:
    house.door.admit(Page(spent=Spent(posts=300, requests=3, dollars=dollars)), brand, "x", NOW)


def test_gaps_are_counted_for_their_platform(paid: House) -> None:
    gap = Gap(source="social.example", since=NOW - HOUR, until=NOW, reason=GapReason.OUTAGE, estimated=12)
    paid.door.admit(Page(gaps=(gap,)), paid.brand("veldhaven"), "mastodon", NOW)
    form = status_to_json(of(paid, "mastodon"))
    assert form["gaps"]["count"] == 1
    assert form["gaps"]["newest"]["estimated"] == 12
    assert not of(paid, "x").gaps


def test_the_command_shows_a_table_or_json(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("EARSHOT_")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    table = CliRunner().invoke(app, ["sources"])
    assert table.exit_code == 0, table.output
    assert "not read yet" in table.output
    lines = CliRunner().invoke(app, ["sources", "--json", "--brand", "veldhaven"])
    [form] = [json.loads(line) for line in lines.output.splitlines()]
    assert (form["platform"], form["state"], form["lag_seconds"]) == ("files", "not read yet", None)


def test_rules_are_for_platforms_and_ask_often_enough() -> None:
    for rule in recheck_rules().values():
        assert rule.hide_after == timedelta(hours=24)
        assert rule.every(timedelta(hours=2)) is not None
        ages = [age for age, _ in rule.steps]
        assert ages == sorted(ages)
        assert all(every < timedelta(hours=24) for _, every in rule.steps)
    assert most_posts_an_answer("x") == 500
    assert most_posts_an_answer("mastodon") is None


def test_exports_say_what_they_miss_beside_the_posts(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    with House(read_settings(environ)) as house:
        gap = Gap(source="x", since=NOW - 2 * HOUR, until=NOW - HOUR, reason=GapReason.BUDGET, estimated=1200)
        posts = [native(n, "Hello #LifeAtVeldhaven", created_at=NOW - n * HOUR) for n in (1, 3)]
        house.door.admit(Page(posts=tuple(posts), gaps=(gap,)), house.brand("veldhaven"), "x", NOW)
        house.ledger.sources.set_unconfirmed("mastodon", ["mastodon:1"])
    for name in [name for name in os.environ if name.startswith("EARSHOT_")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for command in (["export", "--brand", "veldhaven"], ["search", "*", "--json"]):
        answer = CliRunner().invoke(app, command)
        assert answer.exit_code == 0, answer.output
        assert {json.loads(line)["id"] for line in answer.stdout.splitlines()} == {"x:1", "x:3"}
        said = " ".join(answer.stderr.split())
        assert "Not seen: x, 2026-11-20 10:07 to 2026-11-20 11:07 UTC (budget, about 1,200 posts)." in said
        assert "Hidden: 1 post of mastodon" in said


def test_a_domain_is_written_bare(environ: dict[str, str]) -> None:
    wrong = {**environ, "EARSHOT_OPT_OUT__DOMAINS": '["https://social.example/"]'}
    with pytest.raises(ConfigError, match=r"EARSHOT_OPT_OUT__DOMAINS.* without https"):
        read_settings(wrong)
    assert read_settings({**environ, "EARSHOT_OPT_OUT__DOMAINS": '["social.example"]'}).opt_out.domains
