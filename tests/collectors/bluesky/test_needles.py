"""What is let pass unread never matches: random queries over random posts, by the evaluator that everybody uses."""

import json
import os
import random
from datetime import UTC, datetime

import pytest

from collectors.bluesky.needles import Needles
from collectors.bluesky.plan import plan_for
from collectors.bluesky.posts import to_post
from collectors.matching import matches
from listening.errors import QueryError
from listening.query import parse
from tests.servers.jetstream import ANA, BEN, POSTS, record

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FAMILIES = (
    ("work", "works", "working", "worked", "Werk", "gewerkt", "afgewerkt"), ("die", "dying", "dies", "dyes"),
    ("use", "using", "used", "user"), ("sky", "skies", "skiing"), ("spy", "spying", "spies"), ("fuel", "Füllung"),
    ("Acme", "ACME", "Acme's", "acmé", "Ａｃｍｅ", "ac\u00adme", "l'Acme"), ("întârziere", "INTARZIERE", "Întârzierea"),
    ("Straße", "STRASSE", "Strassen"), ("İstanbul", "istanbul", "ıstanbul'da", "ISTANBUL"), ("Ёлка", "елка", "ёлки"),
    ("ξένος", "ΞΕΝΟΣ", "ξένου"), ("العمل", "عمل", "والعمل"), ("menyapu", "sapu"), ("радник", "radnik", "radnika"),
    ("株式会社", "㈱", "アクメ", "ｱｸﾒ"), ('צה"ל', "צה״ל", "צהל"), ("한국", "한국어"), ("👩‍⚕️", "❤"), ("saya", "sais"),
)  # fmt: skip
LANGUAGES = (
    "en",
    "de",
    "nl",
    "fr",
    "ro",
    "tr",
    "id",
    "ar",
    "ja",
    "he",
    "ru",
    "sr",
    "fi",
    "et",
    "el",
    "es",
    "",
    "de-AT",
)


def frame_of(said: dict[str, object], ascii_only: bool) -> bytes:
    commit = {"rev": "r", "operation": "create", "collection": POSTS, "rkey": "3k", "record": said}
    event = {"did": ANA, "time_us": 1_795_000_000_000_000, "kind": "commit", "commit": commit}
    return json.dumps(event, ensure_ascii=ascii_only, separators=(",", ":")).encode()


def term(rng: random.Random) -> str:
    word = rng.choice(rng.choice(FAMILIES))
    other = rng.choice(rng.choice(FAMILIES))
    shapes = (word, f"#{word}", f'"{word} {other}"', f"{word[:3]}*", f"@{other}.example", f"NOT {word}")
    return rng.choice(shapes)


def a_post(rng: random.Random) -> dict[str, object]:
    words = [rng.choice(rng.choice(FAMILIES)) for _ in range(rng.randint(1, 6))]
    text = rng.choice((" ", " ", "\n", ", ")).join(rng.choice(("", "", "#", "@")) + word for word in words)
    language = rng.choice(LANGUAGES)
    more: dict[str, object] = {"langs": [language]} if language else {}
    if rng.random() < 0.3:
        more["tags"] = [rng.choice(rng.choice(FAMILIES))]
    if rng.random() < 0.3:
        name = f"@{rng.choice(rng.choice(FAMILIES))}.example"
        start = len((text + " ").encode())
        facet = {"$type": "app.bsky.richtext.facet#mention", "did": BEN}
        text = f"{text} {name}"
        more["facets"] = [
            {"index": {"byteStart": start, "byteEnd": start + len(name.encode())}, "features": [facet]},
            {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": rng.choice(rng.choice(FAMILIES))}]},
        ]
    return record(text, AT, **more)


def test_random_queries_lose_nothing() -> None:
    rng = random.Random(20261122)
    found = stopped = 0
    for _ in range(20_000 if os.environ.get("EARSHOT_FUZZ") else 500):
        try:
            query = parse(rng.choice((" OR ", " AND ", " ")).join(term(rng) for _ in range(rng.randint(1, 3))))
        except QueryError:  # a term that the query language does not have
            continue
        needles = Needles(query)
        for _ in range(4):
            said = a_post(rng)
            passes = needles.may_match(frame_of(said, ascii_only=rng.random() < 0.2))
            if matches(query, to_post(said, f"at://{ANA}/{POSTS}/3k", at=AT, seen=AT)):
                found += 1
                assert passes, (str(query), said)
            stopped += not passes
    assert found > 100
    assert stopped > 100


@pytest.mark.parametrize(
    ("query", "text", "passes"),
    [
        ("#acme", "Nothing of the kind", False),
        ("acme NOT jobs", "New jobs", False),
        ("NOT jobs", "New jobs", True),
        ("*", "New jobs", True),
        ('#acme OR "Acme Corp" OR @acme.bsky.social', "Tea with frienɗs 🔥", False),
        ("a", "Tea", True),
    ],
)
def test_what_is_let_pass(query: str, text: str, passes: bool) -> None:
    assert Needles(parse(query)).may_match(frame_of(record(text, AT), ascii_only=False)) is passes


def test_the_receipt_says_what_nobody_can_find() -> None:
    assert plan_for(parse("@acme.bsky.social OR acme")).unheard == ()
    plan = plan_for(parse("@acme OR NOT jobs"))
    assert "@acme finds nobody" in plan.sentences()[1]
    assert "every post has to be understood" in plan.sentences()[2]
