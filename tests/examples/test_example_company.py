"""The example company keeps the promises of its README: it is the first thing that a user sees."""

import json
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import regex

from listening.brands import Brand
from listening.hashtags import find_hashtags, without_hashtags
from listening.posts import Kind
from listening.privacy import find_mentions
from listening.query import Searchable
from listening.settings import BrandSettings, RetentionSettings

Line = dict[str, Any]

HOME = Path(__file__).parents[2] / "examples" / "hollenbrook"
FIELDS = {
    "minutes_ago", "id", "platform", "author", "display_name", "followers", "kind", "text", "lang", "media", "likes",
    "reposts", "replies", "views", "in_reply_to", "reposted", "quoted", "url",
}  # fmt: skip
PLATFORMS = {"mastodon", "x", "bluesky", "reddit", "files"}
CRISIS = regex.compile(r"Valdar|Валдар|ולדרה|amoniac|amoniak|ammonia|аммиак|амми|אמוניה", regex.IGNORECASE)
# What the brands' queries must leave out, by the beginning of its text: the street, and replies that name nobody.
NOT_ABOUT_US = ("Road works on Hollenbrook Street", "iar s-a spart conducta", "same here, gave up", "a ile płacą?")


@cache
def lines() -> tuple[Line, ...]:
    return tuple(json.loads(line) for line in (HOME / "posts.jsonl").read_text(encoding="utf-8").splitlines())


@cache
def brands() -> tuple[Brand, ...]:
    with (HOME / "config" / "brands.toml").open("rb") as file:
        return tuple(BrandSettings(**entry).to_brand() for entry in tomllib.load(file)["brand"])


def matched(line: Line) -> tuple[str, ...]:
    text = line["text"]
    searchable = Searchable.of(text, find_hashtags(text), find_mentions(text))
    return tuple(brand.key for brand in brands() if brand.query.matches(searchable))


def crisis() -> list[Line]:
    recent = [line for line in lines() if line["minutes_ago"] <= 180 and "hollenbrook" in matched(line)]
    ids = {line["id"] for line in recent if CRISIS.search(line["text"])}
    return [line for line in recent if line["id"] in ids or line["reposted"] in ids or line["quoted"] in ids]


def test_every_line_has_the_promised_shape() -> None:
    by_id = {line["id"]: line for line in lines()}
    for line in lines():
        assert set(line) == FIELDS, line["id"]
        assert line["platform"] in PLATFORMS, line["id"]
        assert Kind(line["kind"]) is not Kind.ARTICLE, line["id"]
        assert line["text"].strip(), line["id"]
        assert all(set(media) == {"type", "alt"} for media in line["media"]), line["id"]
        for field in ("followers", "likes", "reposts", "replies", "views"):
            assert line[field] is None or line[field] >= 0, (line["id"], field)
        for field, kinds in (("in_reply_to", {"reply", "comment"}), ("reposted", {"repost"}), ("quoted", {"quote"})):
            assert (line[field] is not None) == (line["kind"] in kinds), (line["id"], field)
            if line[field] is not None:
                assert by_id[line[field]]["minutes_ago"] > line["minutes_ago"], f"{line['id']} answers a later post"
                assert by_id[line[field]]["platform"] == line["platform"], f"{line['id']} answers another network"


def test_ids_are_unique_and_there_are_enough_posts() -> None:
    assert len({line["id"] for line in lines()}) == len(lines()) >= 400


def test_nobody_real_is_named() -> None:
    """Handles follow the networks' forms, every server and address lies below .example, which nobody can own."""
    handle = regex.compile(r"[A-Za-z0-9_]+")
    forms = {
        "mastodon": regex.compile(r"[A-Za-z0-9_]+@[a-z]+\.example"),
        "bluesky": regex.compile(r"[a-z0-9-]+\.sky\.example"),
    }
    for line in lines():
        assert forms.get(line["platform"], handle).fullmatch(line["author"]), line["author"]
        for address in regex.findall(r"https?://[^\s/\"]+", f"{line['url']} {line['text']}"):
            assert address.endswith(".example"), (line["id"], address)
        own_page = regex.escape(line["author"].split("@")[0])
        assert not line["url"] or not regex.search(own_page, line["url"]), f"{line['id']}: its address names its author"


def test_times_lie_within_the_28_days_before_the_start() -> None:
    ages = [line["minutes_ago"] for line in lines()]
    assert min(ages) > 0 and max(ages) <= 28 * 24 * 60
    by_week = Counter(age // (7 * 24 * 60) for age in ages if age > 180)
    assert set(by_week) == {0, 1, 2, 3} and min(by_week.values()) >= 50, "every past week is needed for a baseline"


@pytest.mark.parametrize("platform, days", RetentionSettings().platforms.items())
def test_no_post_is_older_than_its_platform_lets_us_keep_it(platform: str, days: float) -> None:
    ages = [line["minutes_ago"] for line in lines() if line["platform"] == platform]
    assert all(age < days * 24 * 60 for age in ages)


def test_many_languages_the_five_first_ones_most() -> None:
    count = Counter(line["lang"] for line in lines() if line["lang"])
    assert {language for language, _ in count.most_common(5)} == {"ro", "ru", "he", "pl", "en"}
    assert len(count) >= 12
    assert min(count.values()) >= 3
    assert any(line["lang"] is None for line in lines()), "some platforms do not say"


def test_before_the_crisis_the_days_are_quiet() -> None:
    """No three hours of the past look like an alert: at least 20 posts are what the rules ask for."""
    ages = sorted(line["minutes_ago"] for line in lines() if line["minutes_ago"] > 180)
    assert max(sum(start <= age < start + 180 for age in ages) for start in ages) < 20


def test_texts_repeat_only_where_somebody_reposts() -> None:
    count = Counter(line["text"] for line in lines() if line["kind"] != "repost")
    assert [text for text, times in count.items() if times > 1] == []


def test_queries_find_all_but_the_deliberate_strangers() -> None:
    strangers = [line["text"] for line in lines() if not matched(line)]
    assert all(text.startswith(NOT_ABOUT_US) for text in strangers), strangers
    assert len(strangers) == len(NOT_ABOUT_US)


def test_both_brands_have_a_history() -> None:
    count = Counter(key for line in lines() if line["minutes_ago"] > 180 for key in matched(line))
    total = count.total()
    assert 0.45 <= count["hollenbrook"] / total <= 0.7
    assert 0.3 <= count["tamrik"] / total <= 0.55
    assert any(len(matched(line)) == 2 for line in lines()), "one post may belong to both"


def test_the_crisis_runs_in_three_languages_within_three_hours() -> None:
    story = crisis()
    assert 45 <= len(story) <= 70
    assert len({line["author"] for line in story}) >= 35
    count = Counter(line["lang"] for line in story)
    assert min(count["ro"], count["ru"], count["he"]) >= 9
    assert {"en", "pl"} <= set(count)
    assert all(5 <= line["minutes_ago"] <= 170 for line in story)
    newer = sum(line["minutes_ago"] <= 60 for line in story)
    older = sum(line["minutes_ago"] > 120 for line in story)
    assert newer > 2 * older, "it grows"
    assert sum((line["followers"] or 0) >= 20_000 for line in story) >= 4, "some have reach"
    assert sum(line["kind"] in ("quote", "repost") for line in story) >= 4


def test_the_rest_of_those_hours_is_ordinary() -> None:
    recent = [line for line in lines() if line["minutes_ago"] <= 180]
    story = {line["id"] for line in crisis()}
    beside = [line for line in recent if line["id"] not in story]
    assert 3 <= sum("hollenbrook" in matched(line) for line in beside) <= 8
    assert 3 <= sum("tamrik" in matched(line) for line in recent) <= 10


@pytest.mark.parametrize(
    "words",
    ["tępych krów", "тупая овца", "store wifi password", "לא לפרסם", "fără frâne", "искрит проводка",
     "don't want to be alive", "zabiję tego kierownika"],
)  # fmt: skip
def test_risky_posts_are_too_old_to_page_anybody(words: str) -> None:
    (risky,) = [line for line in lines() if words in line["text"]]
    assert risky["minutes_ago"] >= 2 * 24 * 60


@pytest.mark.parametrize(
    "fragment",
    ["<script>alert(1)</script>", "onerror=", "\u202e", "\u0337", "#Hollenbrook\u200cHero", "Hollenbrook Street",
     'another "wellbeing webinar"', "a virus going round", "ammonia drill", "związek zawodowy"],
)  # fmt: skip
def test_every_trap_of_the_readme_is_set(fragment: str) -> None:
    assert any(fragment in line["text"] for line in lines())


def test_shapes_that_break_careless_pages() -> None:
    bare = [line for line in lines() if not regex.search(r"\p{L}", without_hashtags(line["text"]))]
    assert sum(bool(line["media"]) for line in bare) >= 5, "photo-only posts"
    assert any(not line["media"] for line in bare), "emoji-only posts"
    assert max(len(line["text"]) for line in lines()) > 2_000
    assert any(regex.search(r"\p{Hebrew}.*\p{Latin}{3}.*\p{Hebrew}", line["text"]) for line in lines())
    assert dict.fromkeys(("post", "repost", "quote", "reply"), True).keys() <= {line["kind"] for line in lines()}
    copies = [line for line in lines() if "#FairScan" in line["text"] and line["kind"] == "post"]
    assert len(copies) == 6 and max(c["minutes_ago"] for c in copies) - min(c["minutes_ago"] for c in copies) < 120


def test_the_brands_say_why_they_listen_and_for_whom() -> None:
    assert [brand.key for brand in brands()] == ["hollenbrook", "tamrik"]
    for brand in brands():
        assert brand.platforms == ("files",)
        assert "(invented)" in brand.purpose.owner
        assert brand.purpose.retention_days >= 28, "or the demo forgets its own history"
