"""Correcting a post on the pages and over the API: what is shown, what counts afterwards, and what is refused."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from dashboards.pages.post import _is_here
from listening.assessments import RiskMatch, SentimentLabel
from listening.posts import Post
from pipeline.wiring import House

from .seeding import NOW, admit, assessment, count, judge, native

NEGATIVE = SentimentLabel.NEGATIVE
VECTOR = bytes(range(1, 129)) * 3
RISK = RiskMatch("safety-hazard", 0.91, "the gas")
PATH = "/posts/files:n1"


@pytest.fixture
def judged(house: House) -> House:
    """Two negative posts, one with a risk."""
    posts = [native(f"n{n}", f"Hollenbrook and the gas {n} #HollenbrookHero", NOW - timedelta(hours=n)) for n in (1, 2)]
    admit(house, posts)

    def found(post: Post) -> object:
        risks = (RISK,) if post.id == "files:n1" else ()
        return replace(assessment(NEGATIVE, "en", risks), themes=(), vector=VECTOR)

    judge(house, found)  # type: ignore[arg-type]
    return house


@pytest.fixture
def token(judged: House, client: TestClient) -> str:
    found = re.search(r'name="token" value="([^"]+)"', client.get(PATH).text)
    assert found
    return found[1]


def _article(page: str, number: int = 0) -> str:
    """The words of a card, without markup."""
    cards = re.findall(r'<article class="post".*?</article>', page, re.DOTALL)
    words = re.sub(r"<details class=\"correct\">.*?</details>|<[^>]+>", " ", cards[number], flags=re.DOTALL)
    return " ".join(words.split())


def _assessment(client: TestClient) -> dict[str, object]:
    found: dict[str, object] = client.get("/api/posts?id=files:n1").json()["posts"][0]["assessment"]
    return found


def test_a_correction_is_shown_beside_what_the_model_said(judged: House, client: TestClient, token: str) -> None:
    assert "− negative 88%" in _article(client.get(PATH).text)
    form = {"token": token, "sentiment": "positive", "reason": "irony <b>", "back": "/posts?q=gas"}
    done = client.post(f"{PATH}/correct", data=form)
    assert done.status_code == 303
    assert re.fullmatch(r"/posts\?q=gas#p-[0-9a-f]{12}", done.headers["location"])
    shown = _article(client.get("/posts?q=gas").text)
    assert "+ positive corrected by a reviewer (the model: negative 88%)" in shown
    assert "Take the correction back" in shown
    page = client.get(PATH).text
    assert "positive, where the model said negative</s>" not in page
    assert "positive, where the model said negative" in page
    assert "irony &lt;b&gt;" in page

    number = re.search(r'name="number" value="(\d+)"', page)
    assert number
    for _ in range(2):  # a second click takes back nothing more
        undone = client.post(f"{PATH}/uncorrect", data={"token": token, "number": number[1]})
        assert undone.headers["location"].startswith(f"{PATH}#p-")
    page = client.get(PATH).text
    assert "− negative 88%" in _article(page)
    assert "uncorrect" not in page
    assert "<s>positive, where the model said negative</s>" in page
    assert page.count("takes back what was said") == 1


def test_it_counts_in_filters_and_charts(judged: House, client: TestClient, token: str) -> None:
    client.post(f"{PATH}/correct", data={"token": token, "sentiment": "positive", "dismissed": "safety-hazard"})
    assert client.get("/api/posts?sentiment=positive").json()["total"] == 1
    assert client.get("/api/posts?sentiment=negative").json()["total"] == 1
    assert client.get("/api/posts?risk=safety-hazard").json()["total"] == 0
    count(judged)
    series = client.get("/api/series?period=24h").json()["series"]
    assert sum(step["posts"].get("positive", 0) for step in series) == 1
    assert sum(step["posts"].get("negative", 0) for step in series) == 1


def test_risks(judged: House, client: TestClient, token: str) -> None:
    form = {"token": token, "sentiment": "", "dismissed": ["safety-hazard"], "missed": ["threats-self-harm", ""]}
    assert client.post(f"{PATH}/correct", data=form).status_code == 303
    shown = _article(client.get(PATH).text)
    assert "threats and self-harm says a reviewer" in shown
    assert "safety hazard not so, says a reviewer" in shown
    assert "the gas 1" in shown
    assert "negative 88%" in shown
    found = _assessment(client)
    assert found["verdict"] is None
    assert found["risks"] == [
        {"category": "threats-self-harm", "score": 1.0, "evidence": "a reviewer's word", "found_by": "reviewer"}
    ]
    assert [risk["category"] for risk in found["overruled"]] == ["safety-hazard"]  # type: ignore[index, attr-defined]


def test_confirming_is_called_so(judged: House, client: TestClient, token: str) -> None:
    client.post(f"{PATH}/correct", data={"token": token, "sentiment": "negative"})
    assert "negative confirmed by a reviewer (the model: negative 88%)" in _article(client.get(PATH).text)


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({}, 409, "A correction says something"),
        ({"sentiment": "unsure"}, 409, "is no correction"),
        ({"sentiment": "angry"}, 404, "no such action"),
        ({"missed": "safety-hazard"}, 409, "was found in this post already"),
        ({"missed": "weather"}, 409, "There is no risk category"),
        ({"dismissed": "harassment-insults"}, 409, "was not found in this post"),
        ({"sentiment": "positive", "reason": "x" * 501}, 409, "500 characters"),
    ],
)
def test_what_makes_no_sense_is_explained(
    judged: House, client: TestClient, token: str, form: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.post(f"{PATH}/correct", data={"token": token, **form})
    assert answer.status_code == status
    assert sentence in answer.text
    assert judged.ledger.verdicts.log("files:n1") == ()
    if status == 409:  # the form is still there, and leads to the post and not to the address of the form
        assert f'name="back" value="{PATH}"' in answer.text


def test_a_refusal_speaks_the_readers_language(judged: House, client: TestClient, token: str) -> None:
    client.cookies.set("earshot_lang", "he")
    answer = client.post(f"{PATH}/uncorrect", data={"token": token, "number": "7"})
    assert answer.status_code == 409
    assert "אין תיקון כזה" in answer.text


@pytest.mark.parametrize("action", ["correct", "uncorrect"])
@pytest.mark.parametrize(
    ("given", "headers"),
    [
        ("", {}),
        ("x" * 43, {}),
        ("right", {"origin": "https://evil.example"}),
        ("right", {"sec-fetch-site": "cross-site"}),
        ("right", {"cookie": "earshot_csrf="}),
    ],
)
def test_only_our_own_forms_correct(
    judged: House, client: TestClient, token: str, action: str, given: str, headers: dict[str, str]
) -> None:
    if "cookie" in headers:
        client.cookies.clear()
    form = {"token": token if given == "right" else given, "sentiment": "positive"}
    assert client.post(f"{PATH}/{action}", data=form, headers=headers).status_code == 403
    secret = {"x-earshot-token": form["token"], **headers}
    path = f"/api{PATH}/verdicts" + ("/undo" if action == "uncorrect" else "")
    body = {} if action == "uncorrect" else {"sentiment": "positive"}
    assert client.post(path, json=body, headers=secret).status_code == 403
    assert judged.ledger.verdicts.log("files:n1") == ()


def test_the_roles(judged: House, client: TestClient, token: str) -> None:
    client.post(f"{PATH}/correct", data={"token": token, "sentiment": "positive", "reason": "Dana said so"})
    client.cookies.set("earshot_role", "hr")
    page = client.get(PATH)
    assert "corrected by a reviewer" in page.text
    for hidden in ("/correct", "uncorrect", "Dana said so", "What reviewers said"):
        assert hidden not in page.text
    assert client.post(f"{PATH}/correct", data={"token": token, "sentiment": "neutral"}).status_code == 403
    assert client.get(f"/api{PATH}/verdicts").json()["verdicts"] == []
    secret = {"x-earshot-token": token}
    assert client.post(f"/api{PATH}/verdicts", json={"sentiment": "neutral"}, headers=secret).status_code == 403
    client.cookies.set("earshot_role", "pr")
    assert client.post(f"{PATH}/uncorrect", data={"token": token}).status_code == 303
    assert [(e.role, e.action) for e in judged.ledger.audit.all()] == [
        ("brand", "correct a post"),
        ("pr", "take a correction back"),
    ]


def test_nothing_is_offered_before_a_judgement(house: House, client: TestClient) -> None:
    admit(house, [native("n1", "Hollenbrook", NOW)])
    assert "/correct" not in client.get(PATH).text


def test_the_api(judged: House, client: TestClient, token: str) -> None:
    path, secret = f"/api{PATH}/verdicts", {"x-earshot-token": token}
    asked = {"sentiment": "neutral", "missed": ["threats-self-harm"], "reason": "a quote"}
    first = client.post(path, json=asked, headers=secret).json()
    assert first["post"]["assessment"]["verdict"] == "neutral"
    assert client.post(path, json=asked, headers=secret).json() == first
    (entry,) = first["verdicts"]
    assert (entry["number"], entry["by"], entry["said"], entry["reason"]) == (1, "brand", "negative", "a quote")
    assert "text" not in entry
    undone = client.post(f"{path}/undo", json={}, headers=secret).json()
    assert undone["post"]["assessment"]["verdict"] is None
    assert [one["undoes"] for one in undone["verdicts"]] == [None, 1]
    assert client.get(path).json() == undone


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("files:none/verdicts", {"sentiment": "neutral"}, 404),
        ("files:none/verdicts/undo", {}, 404),
        ("files:n1/verdicts", {"sentiment": "angry"}, 422),
        ("files:n1/verdicts", {"mood": "angry"}, 422),
        ("files:n1/verdicts", {"sentiment": "neutral", "reason": "x" * 501}, 422),
        ("files:n1/verdicts", {}, 409),
        ("files:n1/verdicts", {"sentiment": "unsure"}, 409),
        ("files:n1/verdicts", [1], 422),
        ("files:n1/verdicts/undo", {"number": "one"}, 422),
        ("files:n1/verdicts/undo", {"number": 3}, 409),
    ],
)
def test_the_api_refuses_with_a_sentence(
    judged: House, client: TestClient, token: str, path: str, body: object, status: int
) -> None:
    answer = client.post(f"/api/posts/{path}", json=body, headers={"x-earshot-token": token})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("/", True),
        ("/posts?q=a%20b&since=x", True),
        ("/alerts/i1", True),
        ("", False),
        ("posts", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("https://evil.example/", False),
        ("javascript:alert(1)", False),
        ("/posts#x", False),
    ],
)
def test_the_way_back_leads_to_us(address: str, ours: bool) -> None:
    assert _is_here(address) is ours


def test_the_vector_is_on_no_page_and_in_no_answer(judged: House, client: TestClient) -> None:
    (kept,) = judged.index.get(["files:n1"])
    assert kept.assessment
    assert kept.assessment.vector == VECTOR
    for path in ("/", "/posts", PATH, "/api/posts", f"/api{PATH}/verdicts"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert VECTOR[:16] not in answer.content
        assert "vector" not in answer.text.lower()
    (post,) = client.get("/api/posts?id=files:n1").json()["posts"]
    assert not [value for value in _values(post) if isinstance(value, list) and len(value) > 30]
    assert len(json.dumps(post)) < 2_000


def _values(form: object) -> list[object]:
    if isinstance(form, dict):
        return [form, *(below for value in form.values() for below in _values(value))]
    if isinstance(form, list):
        return [form, *(below for value in form for below in _values(value))]
    return [form]
