"""The Sources page: who may see it, what it says, and that money is for those who run Earshot."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from listening.brands import Role
from listening.collecting import Gap, GapReason, Page, Spent
from listening.settings import Settings
from pipeline.wiring import House
from store.ledger import SourceState

from .conftest import client_of, served
from .seeding import NOW, fill, settings_at

HOUR = timedelta(hours=1)
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"


def settings(home: Path, role: Role) -> Settings:
    """Hollenbrook listens on three platforms, one of which is paid and has its terms recorded."""
    terms = {
        "plan": "pay per use",
        "approval": "contract <12>",
        "purpose": "brand care",
        "recorded_by": "Ioana",
        "recorded_on": "2026-11-03",
    }
    plain = settings_at(home, role=role)
    known = plain.platforms
    x = type(known.x).model_validate({"enabled": True, "monthly_dollars": "40", "terms": terms})
    mastodon = known.mastodon.model_copy(update={"enabled": True})
    first, second = plain.brand
    return plain.model_copy(
        update={
            "platforms": known.model_copy(update={"x": x, "mastodon": mastodon}),
            "brand": (first.model_copy(update={"platforms": ("files", "mastodon", "x")}), second),
        }
    )


@pytest.fixture(scope="module")
def admins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(settings(tmp_path_factory.mktemp("sources") / "home", Role.ADMIN)) as house:
        fill(house)
        brand = house.brand("hollenbrook")
        spent = Spent(posts=900, requests=9, dollars=Decimal("4.5"))
        gap = Gap(source="x", since=NOW - 30 * HOUR, until=NOW - 20 * HOUR, reason=GapReason.BUDGET, estimated=300)
        house.door.admit(Page(spent=spent, gaps=(gap,)), brand, "x", NOW - 30 * HOUR)
        state = SourceState(brand="hollenbrook", platform="x", last_try=NOW, last_success=NOW, last_post=NOW)
        house.ledger.sources.note(replace(state, posts_total=900))
        read = SourceState(brand="hollenbrook", platform="files", last_try=NOW, last_success=NOW)
        house.ledger.sources.note(replace(read, last_post=NOW - HOUR))
        yield house


@pytest.fixture
def admin(admins: House) -> Iterator[TestClient]:
    with client_of(admins) as opened:
        yield opened


def test_it_tells_states_gaps_and_costs(admin: TestClient) -> None:
    page = admin.get("/sources").text
    assert "failing" in page
    assert "asks to wait until 16:00" in page
    assert "budget spent" in page
    assert "$4.50 of US$40.00" in page or "US$4.50 of US$40.00" in page
    assert "contract &lt;12&gt;" in page
    assert 'class="hole"' in page


def test_brand_managers_see_no_money_and_hr_nothing(admin: TestClient) -> None:
    admin.cookies.set("earshot_role", "brand")
    page = admin.get("/sources").text
    assert "budget spent" in page
    assert "40.00" not in page
    assert "contract" not in page
    [source] = [s for s in admin.get("/api/sources").json()["sources"] if s["platform"] == "x"]
    assert source["gaps"]["count"] == 1
    assert "spent" not in source
    admin.cookies.set("earshot_role", "hr")
    assert admin.get("/sources").status_code == 404
    assert admin.get("/api/sources").status_code == 404
    assert 'href="/sources"' not in admin.get("/").text


def test_what_is_hidden_is_said(admin: TestClient, admins: House) -> None:
    admins.ledger.sources.set_unconfirmed("mastodon", ["mastodon:1", "mastodon:2"])
    assert "Mastodon: 2 posts are hidden" in admin.get("/sources").text
    admins.ledger.sources.set_unconfirmed("mastodon", [])
    assert "posts are hidden" not in admin.get("/sources").text


@pytest.mark.browser
@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("he", 1280), ("pl", 390)])
def test_it_looks_right_and_nothing_sticks_out(browser: Browser, admins: House, language: str, width: int) -> None:
    with served(admins) as address:
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.goto(f"{address}/sources?lang={language}", wait_until="load")
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"sources-{language}-{width}.png", full_page=True)
        spare = page.evaluate("document.documentElement.clientWidth - document.documentElement.scrollWidth")
        direction = page.evaluate("document.documentElement.dir")
        page.close()
    assert spare >= 0
    assert direction == ("rtl" if language == "he" else "ltr")
