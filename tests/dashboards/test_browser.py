"""The pages in a real Chromium: no error, no violation of our policy, nothing from elsewhere, nothing that sticks out.

Screenshots go to ``build/screenshots/``: look at them after a change.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Page

from listening.assessments import RiskMatch, SentimentLabel
from listening.posts import Author, Media
from pipeline.wiring import House

from .conftest import served
from .payloads import ADDRESSES, LIE, RUN
from .seeding import NOW, admit, assessment, judge, native, open_incident, settings_at

pytestmark = pytest.mark.browser
SHOTS = Path(__file__).parents[2] / "build" / "screenshots"
_WATCH = """
window.seen = [];
for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => window.seen.push(name);
addEventListener('securitypolicyviolation', e =>
  window.seen.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
addEventListener('error', e => window.seen.push('error ' + e.message), true);
"""


@dataclass
class Opened:
    """A page, and everything it should not have done."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str, status: int = 200) -> Page:
        answer = self.page.goto(self.address + path, wait_until="load")
        assert answer
        assert answer.status == status, path
        if self.page.query_selector("[data-figure]"):
            self.page.wait_for_selector('[data-figure][data-drawn="yes"]', timeout=20_000)
        self.complaints += [f"{path}: {seen}" for seen in self.page.evaluate("window.seen")]
        return self.page

    def width_to_spare(self) -> int:
        """Negative if the page scrolls sideways."""
        spare = self.page.evaluate("document.documentElement.clientWidth - document.documentElement.scrollWidth")
        return int(spare)


@contextmanager
def opened(
    browser: Browser, address: str, language: str = "en", width: int = 1280, dark: bool = False, script: bool = True
) -> Iterator[Opened]:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "earshot_lang", "value": language, "url": address}])
    context.add_init_script(_WATCH)
    page = context.new_page()
    watched = Opened(page, address)
    complaints = watched.complaints
    page.on("console", lambda m: complaints.append(f"console: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))

    def dismiss(dialog: Dialog) -> None:
        complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on(
        "request",
        lambda r: None if r.url.startswith((address, "data:")) else complaints.append(f"request to {r.url}"),
    )
    try:
        yield watched
    finally:
        context.close()


PAGES = {
    "overview": "/?period=7d&brand=hollenbrook",
    "overview-28d": "/?period=28d",
    "posts": "/posts",
    "search": '/posts?q="shift" OR Hollenbrook&sentiment=negative',
    "alerts": "/alerts",
    "alert": "/alerts/i-storm",
    "api": "/api",
}


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("language", ["en", "he"])
def test_full_pages(browser: Browser, full_site: str, language: str, width: int) -> None:
    with opened(browser, full_site, language, width) as tab:
        for name, path in PAGES.items():
            page = tab.go(path)
            SHOTS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SHOTS / f"{name}-{language}-{width}.png", full_page=name != "posts")
            assert tab.width_to_spare() >= 0, f"{name} scrolls sideways at {width}"
        post = page.context.request.get(f"{full_site}/api/posts?limit=1").json()["posts"][0]["id"]
        tab.go(f"/posts/{post}").screenshot(path=SHOTS / f"post-{language}-{width}.png")
        assert tab.complaints == []


@pytest.mark.parametrize("language", ["en", "he"])
def test_empty_pages(browser: Browser, tmp_path: Path, language: str) -> None:
    with House(settings_at(tmp_path / "home")) as house, served(house) as address:
        for width in (1280, 390):
            with opened(browser, address, language, width) as tab:
                for name in ("overview", "posts", "alerts"):
                    page = tab.go("/" if name == "overview" else f"/{name}")
                    page.screenshot(path=SHOTS / f"empty-{name}-{language}-{width}.png")
                    assert tab.width_to_spare() >= 0
                assert tab.complaints == []


def test_dark(browser: Browser, full_site: str) -> None:
    with opened(browser, full_site, dark=True) as tab:
        for name in ("overview", "alert", "posts"):
            tab.go(PAGES[name]).screenshot(path=SHOTS / f"{name}-dark.png")
        assert tab.complaints == []


def test_print(browser: Browser, full_site: str) -> None:
    with opened(browser, full_site) as tab:
        page = tab.go(PAGES["overview"])
        page.emulate_media(media="print")
        page.screenshot(path=SHOTS / "overview-print.png", full_page=True)
        assert not page.locator("header.top").is_visible()


def test_errors_and_bad_queries(browser: Browser, full_site: str) -> None:
    with opened(browser, full_site) as tab:
        tab.go("/posts?q=(acme", 400).screenshot(path=SHOTS / "bad-query.png")
        assert tab.page.locator("#q").input_value() == "(acme"
        tab.go("/nowhere", 404).screenshot(path=SHOTS / "nothing-here.png")
        # The browser itself reports answers of 4xx in the console; nothing else may stand there.
        assert [c for c in tab.complaints if "Failed to load resource" not in c] == []


_TALLEST_NEGATIVE = """() => {
  const bars = [...document.querySelectorAll('[data-figure] .bars .point path')].filter(
    path => getComputedStyle(path).fill === 'rgb(213, 94, 0)');
  const boxes = bars.map(path => path.getBoundingClientRect()).sort((a, b) => b.height - a.height);
  return [boxes[0].x + boxes[0].width / 2, boxes[0].y + boxes[0].height / 2];
}"""


def test_a_bar_leads_to_its_posts(browser: Browser, full_site: str) -> None:
    with opened(browser, full_site) as tab:
        page = tab.go(PAGES["overview"])
        assert page.locator("[data-figure] .bars .point path").count() > 20
        x, y = page.evaluate(_TALLEST_NEGATIVE)
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        page.wait_for_url("**/posts?*")
        assert "since=" in page.url
        assert "sentiment=negative" in page.url
        assert page.locator("article.post").count() > 0
        assert tab.complaints == []


def test_everything_works_without_javascript(browser: Browser, full_site: str) -> None:
    with opened(browser, full_site, script=False) as tab:
        page = tab.page
        page.goto(full_site + PAGES["overview"])
        page.locator("details.table summary").first.click()
        page.locator("details.table td a").first.click()
        assert page.locator("article.post").count() > 0
        page.goto(full_site + "/alerts/i-storm")
        assert page.get_by_role("button", name="Take it").is_visible()


def test_the_keyboard_reaches_the_content_first(browser: Browser, full_site: str) -> None:
    with opened(browser, full_site) as tab:
        page = tab.go("/posts")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"


def test_take_an_alert_and_undo(browser: Browser, tmp_path: Path) -> None:
    with House(settings_at(tmp_path / "home")) as house:
        admit(house, [native("n1", "Hollenbrook burns", NOW - timedelta(hours=1))])
        judge(house, lambda _: assessment(SentimentLabel.NEGATIVE))
        open_incident(house, "i1", NOW - timedelta(minutes=5), ("files:n1",))
        with served(house) as address, opened(browser, address) as tab:
            page = tab.go("/alerts/i1")
            page.get_by_role("button", name="Take it").click()
            page.get_by_text("You have taken it.").wait_for()
            page.screenshot(path=SHOTS / "alert-taken.png")
            page.get_by_role("button", name="Undo").click()
            page.get_by_role("button", name="Take it").wait_for()
            assert tab.complaints == []
        assert [e.kind.value for e in house.ledger.incidents.get("i1").events] == [
            "opened",
            "acknowledged",
            "unacknowledged",
        ]


def test_new_posts_are_announced_and_nothing_jumps(browser: Browser, tmp_path: Path) -> None:
    with House(settings_at(tmp_path / "home")) as house:
        admit(house, [native("n1", "Hollenbrook", NOW - timedelta(hours=1))])
        with served(house) as address, opened(browser, address) as tab:
            tab.page.clock.install()
            page = tab.go("/posts")
            assert not page.locator("#fresh").is_visible()
            admit(house, [native("n2", "Hollenbrook again", NOW - timedelta(minutes=30))])
            page.clock.fast_forward(21_000)
            page.locator("#fresh").wait_for(state="visible")
            assert page.locator("article.post").count() == 1
            page.locator("#fresh a").click()
            page.wait_for_function("document.querySelectorAll('article.post').length === 2")
            assert tab.complaints == []


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Every payload in every field of a post and of an alert."""
    assert len(RUN) >= 60
    with House(settings_at(tmp_path_factory.mktemp("hostile") / "home")) as house:
        posts = [
            native(
                f"{i}<b>{payload[:40]}" if i % 7 == 0 else f"h{i}",
                payload,
                NOW - timedelta(minutes=i + 1),
                title=payload,
                hashtags=(payload[:60], "HollenbrookHero"),
                author=Author(handle=payload[:60], display_name=payload, followers=5),
                url=ADDRESSES[i % len(ADDRESSES)],
                native_url=ADDRESSES[i % len(ADDRESSES)],
                links=(ADDRESSES[i % len(ADDRESSES)], "https://аcme.example/" + payload[:20]),
                media=(Media("image", payload),),
            )
            for i, payload in enumerate(RUN)
        ]
        posts += [
            native(f"lie{i}", f"Hollenbrook {lie}", NOW - timedelta(hours=3, minutes=i), title=lie)
            for i, lie in enumerate(LIE)
        ]
        admit(house, posts)
        judge(
            house,
            lambda post: assessment(SentimentLabel.NEGATIVE, "en", (RiskMatch("safety-hazard", 0.9, post.text[:300]),)),
        )
        for i, payload in enumerate(RUN):
            said = dict.fromkeys(("title", "counted", "against", "why_now", "query"), payload)
            open_incident(house, f"i{i}", NOW - timedelta(minutes=i), (posts[i].id,), **said)
        with served(house) as address:
            yield address


_STRANGERS = """() => {
  const bad = [];
  const addresses = ['href', 'src', 'action', 'formaction'];
  for (const element of document.querySelectorAll('*')) {
    const drawn = element.closest('.chart') !== null;
    for (const name of element.getAttributeNames()) {
      const value = element.getAttribute(name);
      if (name.startsWith('on') || name === 'srcdoc') bad.push(element.tagName + ' ' + name);
      if (name === 'style' && element.closest('main') && !drawn) bad.push(element.tagName + ' style');
      if (addresses.includes(name) && !/^(\\/|#|https?:|data:,)/.test(value)) bad.push(element.tagName + ' ' + value);
    }
  }
  const strange = 'script, img, iframe, object, embed, base, style, link, video, audio, math, dialog, svg:not(.bar)';
  for (const element of document.querySelectorAll(`main :is(${strange})`))
    if (!element.closest('.chart')) bad.push(element.outerHTML.slice(0, 80));
  return bad;
}"""


def test_hostile_texts_do_nothing(browser: Browser, hostile_site: str) -> None:
    with opened(browser, hostile_site) as tab:
        paths = ["/", "/?period=24h", "/alerts"]
        paths += [f"/alerts/i{i}" for i in range(0, len(RUN), 9)]
        after: str | None = "/posts"
        while after:
            page = tab.go(after)
            assert page.evaluate(_STRANGERS) == []
            more = page.locator(".pager a")
            after = more.get_attribute("href") if more.count() else None
        page.screenshot(path=SHOTS / "hostile-last.png")
        for path in paths:
            assert tab.go(path).evaluate(_STRANGERS) == [], path
        ids = [p["id"] for p in page.context.request.get(f"{hostile_site}/api/posts?limit=200").json()["posts"]]
        for post_id in ids[::12]:
            path = f"/posts/{quote(post_id, safe='')}"
            assert tab.go(path).evaluate(_STRANGERS) == [], path
        assert tab.complaints == []


def test_hostile_addresses_do_nothing(browser: Browser, hostile_site: str) -> None:
    with opened(browser, hostile_site) as tab:
        page = tab.page
        for i, payload in enumerate(RUN):
            path = ("/posts?q=*&hashtag={0}&brand={0}&risk={0}&q={0}", "/?brand={0}&period={0}", "/nowhere/{0}")[i % 3]
            address = hostile_site + path.format(quote(payload, safe=""))
            answer = page.context.request.get(address)
            assert answer.status < 500, address
            assert payload not in answer.text() or "<" not in payload, address
        for payload in RUN[::6]:
            page.goto(f"{hostile_site}/posts?q={quote(payload, safe='')}")
            assert page.evaluate(_STRANGERS) == []
            assert [s for s in page.evaluate("window.seen") if s] == []


def test_text_cannot_lie_about_its_neighbours(browser: Browser, hostile_site: str) -> None:
    """Bidi controls stay in their element: the words around a post stand where they stand beside an honest one."""
    with opened(browser, hostile_site) as tab:
        page = tab.go("/posts?q=Hollenbrook")
        orders = page.evaluate(
            """() => [...document.querySelectorAll('article.post')].map(article =>
              [...article.querySelectorAll('.facts > *')].map(e => Math.round(e.getBoundingClientRect().left)))"""
        )
        assert len(orders) >= 10
        for order in orders:
            assert order == sorted(order), "facts are out of order"
        text = page.evaluate("[...document.querySelectorAll('article .text')].map(e => e.textContent).join(' ')")
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff") & set(text)
        assert "RLO" in text
        assert page.locator(".facts .badge").count() >= 6
        tall = page.evaluate(
            """() => [...document.querySelectorAll('article.post')].filter(a => a.textContent.includes('algo')).map(a =>
              Math.max(...[...a.querySelectorAll('.text')].map(t => t.getBoundingClientRect().height)))"""
        )
        assert tall
        assert max(tall) <= 48, "a line grew beyond twice its height"
        page.screenshot(path=SHOTS / "lies.png", full_page=True)
        assert tab.width_to_spare() >= 0
        assert tab.complaints == []
