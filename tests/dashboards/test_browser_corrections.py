"""Correcting a post in a real Chromium: by hand, by key, without JavaScript, and from right to left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from listening.assessments import RiskMatch, SentimentLabel
from pipeline.wiring import House

from .conftest import served
from .seeding import NOW, admit, assessment, judge, native, settings_at
from .test_browser import SHOTS, opened

pytestmark = pytest.mark.browser
RISK = RiskMatch("safety-hazard", 0.91, "fire in the hall")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(settings_at(tmp_path / "home")) as one:
        texts = ("There was fire in the hall at Hollenbrook: what a show! #HollenbrookHero", "הולנברוק, ערב נפלא")
        admit(one, [native(f"n{n}", text, NOW - timedelta(hours=n + 1)) for n, text in enumerate(texts)])
        judge(
            one,
            lambda post: replace(
                assessment(SentimentLabel.NEGATIVE, "en", (RISK,) if "fire" in post.text else ()), themes=()
            ),
        )
        yield one


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    ("language", "correct", "say_so", "reviewer", "take_back"),
    [
        ("en", "Correct", "Say so", "corrected by a reviewer", "Take the correction back"),
        ("he", "תיקון", "אישור", "תוקן בידי בודק", "ביטול התיקון"),
    ],
)
def test_correct_and_take_back(
    browser: Browser, house: House, language: str, correct: str, say_so: str, reviewer: str, take_back: str, width: int
) -> None:
    with served(house) as address, opened(browser, address, language, width) as tab:
        page = tab.go("/posts?risk=safety-hazard&q=*")
        card = page.locator("article.post").first
        card.locator("summary", has_text=correct).click()
        page.screenshot(path=SHOTS / f"correcting-{language}-{width}.png")
        card.locator("select[name=sentiment]").select_option("positive")
        card.locator("select[name=missed]").select_option("harassment-insults")
        card.locator("input[name=reason]").fill("a show, not a fire")
        assert tab.width_to_spare() >= 0
        card.get_by_role("button", name=say_so).click()
        page.get_by_text(reviewer).wait_for()
        assert "risk=safety-hazard" in page.url
        page.screenshot(path=SHOTS / f"corrected-{language}-{width}.png")
        card.locator("a.when").click()
        page.locator("ol.log").wait_for()
        page.screenshot(path=SHOTS / f"corrected-post-{language}-{width}.png", full_page=True)
        assert tab.width_to_spare() >= 0
        page.get_by_role("button", name=take_back).click()
        page.locator("ol.log s").wait_for()
        page.screenshot(path=SHOTS / f"taken-back-{language}-{width}.png", full_page=True)
        assert page.get_by_text(reviewer).count() == 0
        assert tab.complaints == []


def test_one_key_corrects_and_one_takes_back(browser: Browser, house: House) -> None:
    with served(house) as address, opened(browser, address) as tab:
        page = tab.go("/posts/files:n0")
        page.keyboard.press("c")
        assert page.evaluate("document.activeElement.name") == "sentiment"
        page.keyboard.press("p")
        for _ in range(6):
            if page.evaluate("document.activeElement.tagName") == "BUTTON":
                break
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("corrected by a reviewer").wait_for()
        page.keyboard.press("u")
        page.get_by_text("takes back what was said").wait_for()
        assert [entry.undoes for entry in house.ledger.verdicts.log("files:n0")] == [None, 1]
        page = tab.go("/posts")
        page.keyboard.press("c")  # of two posts none is meant
        assert page.locator("details.correct[open]").count() == 0
        page.locator("article.post a.when").nth(1).focus()
        page.keyboard.press("c")
        assert page.locator("article.post").nth(1).locator("details.correct[open]").count() == 1
        assert tab.complaints == []


def test_without_javascript(browser: Browser, house: House) -> None:
    with served(house) as address, opened(browser, address, script=False) as tab:
        page = tab.page
        page.goto(f"{address}/posts/files:n0")
        page.locator("details.correct summary").click()
        page.get_by_label("safety hazard").check()
        page.get_by_role("button", name="Say so").click()
        page.get_by_text("not so, says a reviewer").wait_for()
        page.get_by_role("button", name="Take the correction back").click()
        page.locator(".risks q").wait_for()
