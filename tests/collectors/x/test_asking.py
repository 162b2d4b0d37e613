"""Our query in X's own words: what X is asked, what it cannot be asked, and what comes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from collectors.matching import matches
from collectors.x import plan_for
from collectors.x.terms import measure
from listening.errors import ConfigError
from listening.query import And, Handle, Hashtag, Node, Not, Or, Phrase, Query, Word, parse
from tests.collectors.x.making import NOW, collector, posts_of, request
from tests.servers.x import XServer, matcher


@pytest.fixture
def server() -> Iterator[XServer]:
    with XServer() as running:
        yield running


@pytest.mark.parametrize(
    ("ours", "asked"),
    [
        ("#acme", "#acme"),
        ("#acme NOT jobs", "#acme -jobs"),
        ('#acme OR "Acme Corp" OR @acme_hq', '#acme OR "Acme Corp" OR @acme_hq'),
        ('("Acme Corp" AND NOT jobs) @acme', '"Acme Corp" -jobs @acme'),
        ("#acme (pay OR hours) -jobs", "#acme (pay OR hours) -jobs"),
        ("#acme NOT (jobs OR hiring)", "#acme -jobs -hiring"),
        ("#acme NOT (jobs AND hiring)", "#acme"),
        ("#acme work*", "#acme"),
        ("#acme (work* OR pay)", "#acme"),
        ("(#acme pay) OR (#acme hours)", "(#acme pay) OR (#acme hours)"),
        ("#acme OR NOT jobs", "#acme"),
        ("* #acme", "#acme"),
        ("#acme OR @acme@social.example", "#acme"),
        ("from:acme", '"from:acme"'),
        ("#acme or", '#acme "or"'),
        ("coca-cola", '"coca cola"'),
        ("#2026", '"2026"'),
        ("#întârziere #למידה #работа", "#întârziere #למידה #работа"),
        ('#צה"ל', '"צה ל"'),
        ("#acme 🔥", '#acme "🔥"'),
        ("@a-name-with-hyphens OR #acme", "#acme"),
    ],
)
def test_what_is_asked(ours: str, asked: str) -> None:
    plan = plan_for(parse(ours), 512)
    assert plan.asked == (asked,)
    matcher(plan.asked[0])  # X understands it


@pytest.mark.parametrize("ours", ["work*", "*", "NOT jobs", "NOT #a NOT #b", "@acme@social.example", "a* OR b*"])
def test_what_cannot_be_asked_at_all_is_refused(ours: str) -> None:
    with pytest.raises(ConfigError, match=r"add one, or take x off"):
        plan_for(parse(ours), 512)


def test_the_receipt_says_what_was_widened_and_what_is_not_asked() -> None:
    said = " ".join(plan_for(parse("(#acme work*) OR pay* OR @a@b.example OR x"), 512, ["ro", "en"]).sentences())
    for part in ("X is asked for", "cannot be asked for pay*", "filtered here after paying: work*", "@a@b.example"):
        assert part in said
    assert "other forms" in said and "ro, en" in said
    assert plan_for(parse("#acme"), 512).sentences() == (
        "X is asked for #acme.",
        "Posts that do not match the whole query are dropped after reading.",
    )


@pytest.mark.parametrize("most", [512, 1024])
def test_long_queries_are_asked_in_parts_that_fit(most: int) -> None:
    tags = " OR ".join(f"#tag{n}" for n in range(190))
    plan = plan_for(parse(tags), most, ["ro", "en"])
    assert all(measure(part) <= most and part.endswith(") (lang:ro OR lang:en)") for part in plan.asked)
    assert {tag for part in plan.asked for tag in part.replace("(", "").replace(")", "").split() if tag[0] == "#"} == {
        f"#tag{n}" for n in range(190)
    }
    assert "paid twice" in " ".join(plan.sentences())


def test_what_is_not_wanted_is_left_out_first() -> None:
    words = "(#acme OR #globex) " + " ".join(f"-unwanted{n}" for n in range(90))
    plan = plan_for(parse(words), 512)
    [asked] = plan.asked
    assert asked.startswith("(#acme OR #globex) -unwanted0 ")
    assert "-unwanted89" in plan.left_out
    emoji = plan_for(parse(" OR ".join("🔥" * 3 + f" x{n}" for n in range(60))), 512)
    assert all(measure(part) <= 512 for part in emoji.asked)


def test_a_single_term_that_is_too_long_is_refused() -> None:
    with pytest.raises(ConfigError, match="512 that X takes: shorten the phrase"):
        plan_for(parse('#a OR "' + "word " * 200 + '"'), 512)


def test_parts_bring_each_post_once(server: XServer) -> None:
    for n in range(190):
        server.publish(f"Hello #tag{n} #tag{(n + 95) % 190}", NOW - timedelta(minutes=n + 1), n)
    found = posts_of(list(collector(server).collect(request(" OR ".join(f"#tag{n}" for n in range(190))))))
    assert len(found) == len({post.id for post in found}) == 190


WORDS = ("zuvo", "kelim", "drano", "porux", "велум", "שלגמ", "x-ray")  # without forms in any language
TAGS = ("acme", "globex", "тегум")
NAMES = ("ana_p", "maria_k")


def _query(chance: Random, depth: int = 0) -> Node:
    kind = chance.random()
    if depth < 3 and kind < 0.5:
        parts = tuple(_query(chance, depth + 1) for _ in range(chance.randrange(2, 4)))
        return And(parts) if chance.random() < 0.5 else Or(parts)
    if depth < 4 and kind < 0.65:
        return Not(_query(chance, depth + 1))
    leaves: list[Node] = [
        Hashtag(chance.choice(TAGS)), Handle(chance.choice([*NAMES, "ana_p@social.example"])),
        Word(chance.choice(WORDS[:6])), Word(chance.choice(WORDS)[:2], prefix=True),
        Phrase(" ".join(chance.sample(WORDS[:6], 2))), Phrase("x-ray"),
    ]  # fmt: skip
    return chance.choice(leaves)


def test_random_queries_agree_with_brute_force(server: XServer) -> None:
    chance = Random(11)
    for n in range(90):
        pieces = [chance.choice([*WORDS, *WORDS, f"#{chance.choice(TAGS)}", f"@{chance.choice(NAMES)}"])
                  for _ in range(chance.randrange(1, 7))]  # fmt: skip
        server.publish(" ".join(pieces), NOW - timedelta(minutes=n + 1), n, lang="und")
    every = " OR ".join([*WORDS, *(f"#{tag}" for tag in TAGS), *(f"@{name}" for name in NAMES)])
    everything = posts_of(list(collector(server).collect(request(every))))
    assert len(everything) == 90
    compared = 0
    for _ in range(50):
        query = Query("random", _query(chance))
        expected = {post.id for post in everything if matches(query, post)}
        try:
            plan = plan_for(query, 512)
        except ConfigError:
            continue
        found = {post.id for post in posts_of(list(collector(server).collect(replace(request(), query=query))))}
        assert found <= expected
        if not plan.unasked:
            assert found == expected, str(query)
            compared += 1
    assert compared > 20


def test_only_the_languages_that_are_wanted_are_bought(server: XServer) -> None:
    for n, code in enumerate(("ro", "en", "pl", "und")):
        server.publish(f"{code} #acme", NOW - timedelta(minutes=n + 1), n, lang=code)
    found = posts_of(list(collector(server, languages=["ro", "pl"]).collect(request())))
    assert {post.text[:2] for post in found} == {"ro", "pl"}
    assert server.sold == 2


def test_reposts_need_not_be_bought(server: XServer) -> None:
    original = server.publish("Once #acme", NOW - timedelta(hours=2))
    server.publish("RT #acme", NOW - timedelta(hours=1), referenced_tweets=[{"type": "retweeted", "id": original}])
    assert len(posts_of(list(collector(server).collect(request("#acme OR pay"))))) == 2
    without = collector(server, reposts=False)
    assert "Reposts" in " ".join(without.plan(request().query).sentences())
    server.sold = 0
    assert [post.text for post in posts_of(list(without.collect(request("#acme OR pay"))))] == ["Once #acme"]
    assert server.sold == 1
