"""Pages without a browser: what they say, what they refuse, and what every answer carries."""

import json
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient

from dashboards.security import POLICY
from listening.assessments import SentimentLabel
from listening.posts import Counts
from pipeline.wiring import House

from .conftest import client_of
from .seeding import NOW, admit, assessment, judge, native, open_incident, settings_at

PAGES = ["/", "/?period=24h", "/?period=28d", "/?since=2026-11-20&until=2026-11-22", "/posts", "/alerts", "/api"]


def _token(client: TestClient, path: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


@pytest.mark.parametrize("language", ["en", "ro", "ru", "he", "pl"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_open_in_every_language(full: TestClient, path: str, language: str) -> None:
    answer = full.get(path, headers={"cookie": f"earshot_lang={language}"})
    assert answer.status_code == 200
    direction = "rtl" if language == "he" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in answer.text
    assert "%(" not in answer.text


@pytest.mark.parametrize(
    "path", [*PAGES, "/nowhere", "/posts/files:none", "/static/x/earshot.css", "/?lang=he", "/api/health"]
)
def test_every_answer_carries_the_policy(full: TestClient, path: str) -> None:
    headers = full.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_first_seconds_teach(client: TestClient) -> None:
    page = client.get("/").text
    assert "no post has arrived yet" in page
    assert "earshot import FILE" in page
    assert 'data-waits="yes"' in page
    assert "No post has arrived yet" in client.get("/posts").text
    assert "No alert is open." in client.get("/alerts").text


def test_every_number_of_the_sentence_leads_to_its_posts(full: TestClient) -> None:
    page = full.get("/?period=7d&brand=hollenbrook").text
    sentence = re.search(r'<p class="lead">(.*?)</p>', page, re.DOTALL)
    assert sentence
    links = re.findall(r'<a href="(/posts\?[^"]+)">([\d,]+) posts</a>', sentence[1])
    assert links
    for address, number in links:
        shown = full.get(address.replace("&amp;", "&")).text
        assert f">{number} posts</h2>" in shown
    assert "% negative" in sentence[1]
    assert "silent since" in sentence[1]


def test_every_number_of_the_table_leads_to_its_posts(full: TestClient) -> None:
    page = full.get("/?period=28d&brand=tamrik").text
    links = re.findall(r'<td class="n"><a href="(/posts\?[^"]+)">([\d,]+)</a>', page)
    assert len(links) > 20
    for address, number in links[::7]:
        asked = address.replace("&amp;", "&").replace("/posts?", "/api/posts?limit=1&")
        assert full.get(asked).json()["total"] == int(number)


def test_few_posts_give_no_percentage(house: House, client: TestClient) -> None:
    admit(house, [native(f"n{i}", "Hollenbrook is fine", NOW - timedelta(hours=2)) for i in range(9)])
    judge(house, lambda _: assessment(SentimentLabel.POSITIVE))
    page = client.get("/").text
    assert ">9 posts</a>" in page
    assert "Too few for a percentage." in page
    assert "% negative" not in page


def test_posts_that_wait_for_a_judgement_are_named(house: House, client: TestClient) -> None:
    admit(house, [native("n1", "Hollenbrook is fine", NOW - timedelta(hours=2))])
    page = client.get("/").text
    assert "1 more waits to be judged." in page
    assert "no posts" in page


def test_a_bad_query_is_explained_in_the_readers_language(full: TestClient) -> None:
    answer = full.get("/posts", params={"q": "acme (<b>late"}, headers={"cookie": "earshot_lang=ro"})
    assert "Paranteza &#39;(&#39; de la caracterul 6 nu este închisă: adăugați &#39;)&#39;." in answer.text
    answer = full.get("/posts", params={"q": "#<b>"}, headers={"cookie": "earshot_lang=ro"})
    assert "„#&lt;b&gt;”, la caracterul 1, nu este un hashtag" in answer.text
    told = full.get("/api/posts", params={"q": "acme (late"}, headers={"cookie": "earshot_lang=ro"})
    assert told.json()["error"] == "The '(' at character 6 is never closed: add a ')'."


def test_an_alert_explains_itself_in_the_readers_language(full: TestClient) -> None:
    page = full.get("/alerts/i-storm", headers={"cookie": "earshot_lang=he"}).text
    lines = re.findall(r'<dd dir="auto">(.*?)</dd>', page)
    assert lines[0] == "פוסטים שליליים ב־3 השעות האחרונות: 31 מתוך 38 שהוערכו (82%)."
    assert not re.search("[A-Za-z]", "".join(lines[:3]))
    assert "31 of 38 judged posts (82%) in the last 3 hours are negative." in full.get("/alerts/i-storm").text


def test_only_what_earshot_noted_is_translated(full: TestClient) -> None:
    page = full.get("/alerts/i-old", headers={"cookie": "earshot_lang=pl"}).text
    assert page.count("Żadna z jego reguł nie ma już nic do zgłoszenia.") == 1
    assert page.count("None of its rules has anything to report any more.") == 1  # what PR wrote


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("(acme", "is never closed"),
        ('"acme', "is never closed"),
        ("acme OR", "a term is missing"),
        ("#", "is empty"),
        ("x" * 4001, "are the most"),
    ],
)
def test_a_bad_query_is_kept_and_explained(full: TestClient, query: str, sentence: str) -> None:
    answer = full.get("/posts", params={"q": query})
    assert answer.status_code == 400
    assert sentence in answer.text
    assert f'value="{query.replace(chr(34), "&#34;")}"' in answer.text
    told = full.get("/api/posts", params={"q": query})
    assert told.status_code == 400
    assert sentence in told.json()["error"]


@pytest.mark.parametrize(
    "address",
    [
        "/posts?since=yesterday",
        "/posts?until=2026-13-40",
        "/posts?sentiment=angry",
        "/posts?kind=x",
        "/posts?order=loud",
        "/posts?after=nonsense",
        "/posts?" + "".join(f"brand=x{i}&" for i in range(60)),
        "/?period=year",
        "/?period=custom",
        "/?since=2026-11-20&until=2026-11-01",
        "/?since=0001-01-01&until=9999-12-31",
        "/?since=2020-01-01",
        "/api/posts?limit=0",
        "/api/posts?limit=many",
        "/api/posts?since=x",
        "/api/posts?order=loud",
        "/api/posts?after=%00",
        "/api/series?step=minute",
        "/api/series?period=year",
        "/api/series?since=x",
        "/api/series?since=2026-01-01&step=day&until=x",
        "/api/alerts?limit=-1",
        "/api/alerts?active=perhaps",
    ],
)
def test_wrong_parameters_get_a_sentence(full: TestClient, address: str) -> None:
    answer = full.get(address)
    assert answer.status_code in (400, 422)
    if address.startswith("/api"):
        assert set(answer.json()) == {"error"}
        assert answer.json()["error"].strip().endswith(".")
    else:
        assert re.search(r'class="problem"|class="lead"', answer.text)
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/posts/files:none", "/posts/x/y/z%00", "/alerts/none", "/api/nowhere", "/api/alerts/none"]
)
def test_what_is_not_there_is_404(full: TestClient, path: str) -> None:
    answer = full.get(path)
    assert answer.status_code == 404
    assert ("error" in answer.json()) if path.startswith("/api") else "<h1>Nothing here</h1>" in answer.text


def test_filters_show_their_counts_and_go_with_one_click(full: TestClient) -> None:
    page = full.get("/posts?sentiment=negative&language=ro&q=*").text
    chips = re.findall(r'<li><a href="([^"]+)" title="Remove this filter">', page)
    assert sorted(unquote(chip.replace("&amp;", "&")) for chip in chips) == [
        "/posts?q=*&language=ro",
        "/posts?q=*&sentiment=negative",
    ]
    counted = re.search(
        r'<a href="/posts\?([^"]*platform=files[^"]*)"[^>]*><bdi>Files</bdi> <span class="n">([\d,]+)</span>', page
    )
    assert counted
    assert f">{counted[2]} posts</h2>" in full.get("/posts?" + counted[1].replace("&amp;", "&")).text


def test_paging_shows_every_post_once(full: TestClient) -> None:
    seen: list[str] = []
    address: str | None = "/posts?brand=tamrik"
    while address:
        page = full.get(address).text
        seen += re.findall(r'<article class="post" id="([^"]+)"', page)
        following = re.search(r'class="pager"><a href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == len(set(seen)) == full.get("/api/posts?brand=tamrik").json()["total"]


def test_one_post(full: TestClient) -> None:
    post = full.get("/api/posts?limit=1").json()["posts"][0]
    page = full.get(f"/posts/{post['id']}").text
    assert post["text"].split()[0] in page
    assert "a pseudonym" in page


def test_unknown_is_not_zero(house: House, client: TestClient) -> None:
    admit(house, [native("n1", "Hollenbrook", NOW, counts=Counts(likes=0))])
    page = client.get("/posts/files:n1").text
    assert "likes <b>0</b>" in page
    assert "reposts <i>not given</i>" in page
    assert "views" not in page


def test_links_to_originals_name_nobody_and_tell_nobody(full: TestClient) -> None:
    page = full.get("/posts").text
    links = re.findall(r'<a class="out"[^>]*>', page)
    assert links
    assert all('rel="noopener noreferrer nofollow ugc"' in link for link in links)


@pytest.mark.parametrize(("role", "status"), [("brand", 403), ("hr", 403), ("pr", 303)])
def test_only_pr_finds_the_original_and_every_look_is_logged(
    house: House, client: TestClient, role: str, status: int
) -> None:
    admit(house, [native("n1", "Hollenbrook #HollenbrookHero", NOW - timedelta(hours=2))])
    judge(house, lambda _: assessment(SentimentLabel.POSITIVE))
    client.cookies.set("earshot_role", role)
    answer = client.get("/posts/files:n1/original")
    assert answer.status_code == status
    entries = house.ledger.audit.all()
    if status == 303:
        assert answer.headers["location"].startswith("https://social.example/@author-of-")
        assert [(e.role, e.action, e.subject) for e in entries] == [("pr", "look at the original", "files:n1")]
        assert client.get("/posts/files:none/original").status_code == 404
    else:
        assert "Only PR" in answer.text
        assert entries == []


def test_switches_are_remembered_and_leave_the_address(client: TestClient) -> None:
    answer = client.get("/posts?q=acme&lang=he&role=pr")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/posts?q=acme"
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    assert all("SameSite=lax" in cookie and "HttpOnly" in cookie for cookie in cookies)
    page = client.get("/posts").text
    assert 'dir="rtl"' in page
    assert client.get("/?lang=xx").headers.get_list("set-cookie") == []
    foreign = client.get("/?role=admin&lang=ru", headers={"sec-fetch-site": "cross-site"})
    assert foreign.headers.get_list("set-cookie") == []
    assert client.get("/?role=admin").headers.get_list("set-cookie") == []


def test_hr_sees_no_author_and_not_the_other_brand(full: TestClient) -> None:
    headers = {"cookie": "earshot_role=hr"}
    page = full.get("/posts", headers=headers).text
    assert "Tamrik" not in re.sub(r"<article.*?</article>", "", page, flags=re.DOTALL)
    posts = full.get("/api/posts?limit=200", headers=headers).json()["posts"]
    assert posts
    assert all(post["author"] is None and post["url"] is None for post in posts)
    assert full.get("/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("action", "undo", "notice", "state"),
    [
        ("acknowledge", "unacknowledge", "You have taken it.", "acknowledged"),
        ("silence", "unsilence", "It is silenced.", "open"),
        ("resolve", "reopen", "It is resolved.", "resolved"),
        ("dismiss", "reopen", "It is marked as not an alert.", "dismissed"),
    ],
)
def test_what_is_done_can_be_undone(
    house: House, client: TestClient, action: str, undo: str, notice: str, state: str
) -> None:
    admit(house, [native("n1", "Hollenbrook burns", NOW - timedelta(hours=1))])
    open_incident(house, "i1", NOW - timedelta(minutes=5), ("files:n1",))
    token = _token(client, "/alerts/i1")
    done = client.post(f"/alerts/i1/{action}", data={"token": token, "hours": "4"})
    assert done.status_code == 303
    page = client.get(done.headers["location"]).text
    assert notice in page
    assert client.get("/api/alerts/i1").json()["state"] == state
    assert f'action="/alerts/i1/{undo}"' in page
    undone = client.post(f"/alerts/i1/{undo}", data={"token": token})
    assert undone.status_code == 303
    after = client.get("/api/alerts/i1").json()
    assert after["state"] == "open"
    assert after["silenced_until"] is None
    assert [event["by"] for event in after["events"]] == ["earshot", "brand", "brand"]


def test_what_may_not_follow_is_refused_with_a_sentence(house: House, client: TestClient) -> None:
    open_incident(house, "i1", NOW - timedelta(minutes=5))
    token = _token(client, "/alerts/i1")
    answer = client.post("/alerts/i1/reopen", data={"token": token})
    assert answer.status_code == 409
    assert "it cannot be reopened now" in answer.text
    assert client.post("/alerts/i1/explode", data={"token": token}).status_code == 404
    assert client.post("/alerts/none/resolve", data={"token": token}).status_code == 404
    assert client.post("/alerts/i1/silence", data={"token": token, "hours": "0"}).status_code == 422


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (None, {}),
        ("", {}),
        ("x" * 43, {}),
        ("right", {"origin": "https://evil.example"}),
        ("right", {"origin": "null"}),
        ("right", {"origin": "http://127.0.0.1:8080"}),
        ("right", {"sec-fetch-site": "cross-site"}),
        ("right", {"sec-fetch-site": "same-site"}),
        ("right", {"cookie": "earshot_csrf="}),
    ],
)
def test_actions_come_from_our_own_forms(
    house: House, client: TestClient, token: str | None, headers: dict[str, str]
) -> None:
    open_incident(house, "i1", NOW - timedelta(minutes=5))
    right = _token(client, "/alerts/i1")
    if "cookie" in headers:
        client.cookies.clear()
    form = {} if token is None else {"token": right if token == "right" else token}
    assert client.post("/alerts/i1/resolve", data=form, headers=headers).status_code == 403
    assert house.reader.incident is not None
    assert client.get("/api/alerts/i1").json()["state"] == "open"


@pytest.mark.parametrize("path", ["/", "/posts", "/alerts", "/api/posts"])
def test_pages_change_nothing_by_being_posted_to(full: TestClient, path: str) -> None:
    assert full.post(path).status_code == 405


def test_a_foreign_name_for_this_machine_is_refused(full: TestClient) -> None:
    answer = full.get("/api/posts", headers={"host": "rebound.example:8000"})
    assert answer.status_code == 421
    assert "is not called" in answer.json()["error"]
    assert full.get("/api/health", headers={"host": "localhost:8000"}).status_code == 200


def test_hr_is_told_of_crowds_and_never_that_nobody_spoke(full: TestClient) -> None:
    page = full.get("/?period=28d", headers={"cookie": "earshot_role=hr"}).text
    assert "no posts about" not in page
    assert "0% negative" not in page
    assert "fewer than ten people made are not shown" in page
    assert re.search(r'<p class="lead">In the last 28 days <a href="[^"]+">\d+ posts</a>', page)
    quiet = full.get("/?period=24h", headers={"cookie": "earshot_role=hr"}).text
    assert "too few people to give a number" in quiet


def test_hr_may_not_search_for_a_person(full: TestClient) -> None:
    headers = {"cookie": "earshot_role=hr"}
    page = full.get("/posts?q=@somebody", headers=headers)
    assert page.status_code == 400
    assert "crowds, not persons" in page.text
    told = full.get("/api/posts?q=@somebody", headers=headers)
    assert told.status_code == 403
    assert "crowds, not persons" in told.json()["error"]


def test_hr_may_look_at_alerts_and_not_act(house: House) -> None:
    open_incident(house, "i1", NOW - timedelta(minutes=5), audience=("hr", "pr"), subject="condition")
    with client_of(house) as client:
        client.cookies.set("earshot_role", "hr")
        page = client.get("/alerts/i1")
        if page.status_code == 200:
            assert "/alerts/i1/resolve" not in page.text
        client.cookies.set("earshot_csrf", "t" * 43)
        assert client.post("/alerts/i1/resolve", data={"token": "t" * 43}).status_code in (403, 404)


def test_api_shapes(full: TestClient) -> None:
    health = full.get("/api/health").json()
    assert health["status"] == "deaf"
    assert health["posts"] > 200
    assert {source["platform"] for source in health["sources"]} >= {"mastodon"}
    posts = full.get("/api/posts?limit=3").json()
    assert len(posts["posts"]) == 3
    again = full.get("/api/posts", params={"limit": 3, "after": posts["next"]}).json()
    assert not {p["id"] for p in posts["posts"]} & {p["id"] for p in again["posts"]}
    assert {"id", "text", "author", "counts", "language", "matched", "assessment"} <= set(posts["posts"][0])
    series = full.get("/api/series?period=7d").json()
    assert len(series["series"]) == 28
    assert series["series"][0]["start"] == series["since"]
    assert series["gaps"]
    assert len(full.get("/api/series?period=28d").json()["series"]) == 28
    alerts = full.get("/api/alerts").json()["alerts"]
    assert [a["id"] for a in alerts] == ["i-storm", "i-old"]
    assert [a["id"] for a in full.get("/api/alerts?active=true").json()["alerts"]] == ["i-storm"]
    one = full.get("/api/alerts/i-storm").json()
    assert one["alerts"][0]["counted"]
    assert {d["channel"] for d in one["deliveries"]} == {"mail", "chat"}


def test_the_description_names_every_operation_and_loads_nothing_foreign(full: TestClient) -> None:
    document = full.get("/api/openapi.json").json()
    assert set(document["paths"]) == {
        "/api/health",
        "/api/posts",
        "/api/posts/{post_id}/verdicts",
        "/api/posts/{post_id}/verdicts/undo",
        "/api/series",
        "/api/sources",
        "/api/alerts",
        "/api/alerts/{incident_id}",
    }
    page = full.get("/api").text
    for path in document["paths"]:
        assert path in page
    for address in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert address.startswith(("/", "#"))


def test_static_files_are_kept_for_ever_under_an_address_that_changes(full: TestClient) -> None:
    page = full.get("/").text
    for name in ("earshot.css", "plot.css", "earshot.js", "plotly.min.js", "icon.svg"):
        found = re.search(rf'(?:src|href)="(/static/[0-9a-f]+/{re.escape(name)})"', page)
        assert found, name
        assert "immutable" in full.get(found[1]).headers["cache-control"]
    assert "immutable" not in full.get("/static/old/earshot.css").headers["cache-control"]
    assert full.get("/static/x/..%2fapp.py").status_code == 404
    assert full.get("/static/x/app.py").status_code == 404


def test_a_closed_store_is_said_calmly(tmp_path: Path) -> None:
    with House(settings_at(tmp_path / "home")) as house:
        admit(house, [native("n1", "Hollenbrook", NOW)])
        with client_of(house) as client:
            house.ledger.close()
            (tmp_path / "home" / "ledger.db").unlink()
            (tmp_path / "home" / "ledger.db").mkdir()
            answer = client.get("/api/health")
            assert answer.status_code == 503
            assert set(answer.json()) >= {"error"}
            assert client.get("/").status_code == 503


def test_the_figure_is_plain_json_with_addresses_of_our_own(full: TestClient) -> None:
    page = full.get("/").text
    found = re.search(r'data-figure="([^"]+)"', page)
    assert found
    figure = json.loads(found[1].replace("&#34;", '"').replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">"))
    bars = [trace for trace in figure["data"] if trace["type"] == "bar" and "customdata" in trace]
    assert bars
    assert all(address.startswith("/posts?") for trace in bars for address in trace["customdata"])
