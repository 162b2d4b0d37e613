"""What every posts index must do. A new one is the fixtures ``index``, ``another`` and ``files``, and one class line.

``files`` gives every byte that the index has on disk.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listening.assessments import SentimentLabel
from listening.errors import QueryError
from listening.posts import Counts, Kind, Match, Media, Post
from listening.query import parse
from listening.windows import LATE
from store.protocol import FacetCount, FacetField, Filters, Judgement, PostsIndex, Search
from tests.store.making import NOW, assessment, post, risky

HOUR = timedelta(hours=1)
VECTOR = bytes(range(1, 128)) * 3
SCRIPTS = {
    "ro": ("Livrarea a întârziat din nou", "intarziat"),
    "ru": ("Доставка ещё раз опоздала", "опоздала"),
    "he": ('המשלוח של צה"ל איחר', 'צה"ל'),
    "pl": ("Paczka się spóźniła 😡", "😡"),
    "ja": ("配達がまた遅れた", "遅"),
    "en": ("They don’t answer, ever", "don't"),
}


def judge(index: PostsIndex, stored: Post, label: str = "negative", **more: object) -> None:
    assert index.assess([Judgement(stored, assessment(label, **more))]) == 1


class StoreContract:
    # Saving

    def test_a_post_comes_back_as_it_was(self, index: PostsIndex) -> None:
        whole = post(
            1,
            "Všechno 🎉 \u200f\"quoted\" 'text'\n\ttwo lines",
            title="Title",
            url="https://x.example/1",
            audience=1200,
            kind=Kind.QUOTE,
            edited_at=NOW + HOUR,
            language="cs",
            hashtags=("AcmeLife", "צה״ל"),
            mentions=("acme", "someone-12345678"),
            links=("https://example.org/?a=1&b=2",),
            media=(Media("image", "A cake"), Media("video")),
            counts=Counts(likes=0, views=7),
            in_reply_to="x:0",
            quoted="x:9",
        )
        assert index.save([whole]).new == ("x:1",)
        assert index.get(["x:1"]) == (whole,)

    def test_ids_come_back_in_the_order_asked_for(self, index: PostsIndex) -> None:
        index.save([post(n) for n in range(3)])
        assert [p.id for p in index.get(["x:2", "x:7", "x:0"])] == ["x:2", "x:0"]

    def test_saving_twice_changes_nothing(self, index: PostsIndex) -> None:
        index.save([post(1)])
        assert index.save([post(1)]).unchanged == ("x:1",)
        assert index.count() == 1

    def test_nothing_is_saved_without_posts(self, index: PostsIndex) -> None:
        assert index.save([]).new == ()
        assert index.count() == 0

    def test_an_edit_replaces_and_an_older_copy_does_not(self, index: PostsIndex) -> None:
        old, new = post(1, "Before"), post(1, "After", edited_at=NOW + HOUR)
        assert index.save([old]).new
        assert index.save([new]).changed == ("x:1",)
        assert index.save([old]).unchanged == ("x:1",)
        assert index.get(["x:1"])[0].text == "After"
        assert index.search(Search(query=parse("before"))).total == 0
        assert index.search(Search(query=parse("after"))).total == 1

    def test_a_later_fetch_brings_new_counts_and_keeps_the_assessment(self, index: PostsIndex) -> None:
        index.save([post(1)])
        judge(index, post(1))
        later = post(1, counts=Counts(likes=5), fetched_at=NOW + HOUR)
        assert index.save([later]).changed == ("x:1",)
        (stored,) = index.get(["x:1"])
        assert stored.counts.likes == 5
        assert stored.assessment == assessment()

    def test_another_text_loses_the_assessment(self, index: PostsIndex) -> None:
        index.save([post(1)])
        judge(index, post(1))
        index.save([post(1, "Something else", edited_at=NOW + HOUR)])
        assert index.get(["x:1"])[0].assessment is None
        assert [p.id for p in index.unjudged("m1", "k1", 10)] == ["x:1"]

    def test_matches_are_united_even_by_an_older_copy(self, index: PostsIndex) -> None:
        index.save([post(1, edited_at=NOW + HOUR)])
        index.save([post(1, matched=(Match("zeta", "r1"), Match("beta", "r2")))])
        assert index.get(["x:1"])[0].brands == ("acme", "beta", "zeta")
        assert index.search(Search(filters=Filters(brands=("beta",)))).total == 1

    def test_undated_copies_keep_their_first_stand_in(self, index: PostsIndex) -> None:
        first = post(1, dated=False, created_at=NOW, fetched_at=NOW)
        again = replace(first, created_at=NOW + HOUR, fetched_at=NOW + HOUR)
        index.save([first])
        assert index.save([again]).unchanged == ("x:1",)
        assert index.get(["x:1"])[0].created_at == NOW

    @pytest.mark.parametrize("seed", range(5))
    def test_any_order_of_copies_gives_the_same_posts(
        self, index: PostsIndex, another: Callable[[], PostsIndex], seed: int
    ) -> None:
        chance = random.Random(seed)
        copies = [
            post(
                chance.randrange(8),
                chance.choice(("one", "two", "три")),
                edited_at=chance.choice((None, NOW + HOUR, NOW + 2 * HOUR)),
                fetched_at=NOW + chance.randrange(3) * HOUR,
                dated=chance.random() < 0.8,
                counts=Counts(likes=chance.randrange(3)),
                matched=(Match(chance.choice(("acme", "beta")), "r1"),),
            )
            for _ in range(40)
        ]
        index.save(copies)
        other = another()
        thrice = copies * 3
        chance.shuffle(thrice)
        for start in range(0, len(thrice), 7):
            other.save(thrice[start : start + 7])
        ids = sorted({copy.id for copy in copies})
        assert other.get(ids) == index.get(ids)

    # Judging

    def test_an_assessment_of_another_text_is_left_out(self, index: PostsIndex) -> None:
        index.save([post(1, "Now")])
        judgements = [Judgement(post(1, "Then"), assessment()), Judgement(post(2), assessment())]
        assert index.assess(judgements) == 0
        assert index.get(["x:1"])[0].assessment is None

    def test_unjudged_are_newest_first_and_limited(self, index: PostsIndex) -> None:
        index.save([post(n, created_at=NOW + n * HOUR) for n in range(5)])
        judge(index, post(4, created_at=NOW + 4 * HOUR))
        judge(index, post(3, created_at=NOW + 3 * HOUR), risk_revision="k0")
        judge(index, post(2, created_at=NOW + 2 * HOUR), model_revision="m0")
        assert [p.id for p in index.unjudged("m1", "k1", 3)] == ["x:3", "x:2", "x:1"]
        assert [p.id for p in index.unjudged("m1", "k1", 9)] == ["x:3", "x:2", "x:1", "x:0"]

    def test_the_detected_language_decides_about_word_forms(self, index: PostsIndex) -> None:
        index.save([post(1, "Deliveries delayed", language="xx")])
        assert index.search(Search(query=parse("delivery"))).total == 0
        judge(index, post(1, "Deliveries delayed"))
        assert index.search(Search(query=parse("delivery"))).total == 1
        assert index.search(Search(filters=Filters(languages=("en",)))).total == 1

    def test_the_vector_is_kept_for_those_who_judge(self, index: PostsIndex) -> None:
        index.save([post(1), post(2)])
        judge(index, post(1), vector=VECTOR)
        judge(index, post(2))
        assert [p.assessment.vector for p in index.get(["x:1", "x:2"]) if p.assessment] == [VECTOR, None]
        assert [p.assessment.vector for p in index.unjudged("m2", "k1", 9) if p.assessment] == [None, VECTOR]
        assert index.get(["x:1"])[0].assessment == assessment(vector=VECTOR)

    def test_the_vector_is_not_shown(self, index: PostsIndex) -> None:
        index.save([post(1)])
        judge(index, post(1), vector=VECTOR)
        for shown in (*index.search(Search()).posts, *index.stream(Search())):
            assert shown.assessment == assessment()

    def test_the_vector_changes_with_its_assessment(self, index: PostsIndex) -> None:
        index.save([post(1)])
        judge(index, post(1), vector=VECTOR)
        index.save([post(1, counts=Counts(likes=5), fetched_at=NOW + HOUR)])
        judge(index, post(1), "positive", vector=VECTOR)
        assert index.get(["x:1"])[0].assessment == assessment("positive", vector=VECTOR)
        judge(index, post(1), vector=VECTOR[::-1])
        assert index.get(["x:1"])[0].assessment == assessment(vector=VECTOR[::-1])
        judge(index, post(1))
        assert index.get(["x:1"])[0].assessment == assessment()

    def test_another_text_loses_the_vector_too(self, index: PostsIndex, files: Callable[[], bytes]) -> None:
        index.save([post(1)])
        judge(index, post(1), vector=VECTOR)
        index.save([post(1, "Something else", edited_at=NOW + HOUR)])
        judge(index, post(1, "Something else"))
        assert index.get(["x:1"])[0].assessment == assessment()
        index.compact()
        assert VECTOR not in files()

    def test_a_removed_post_leaves_no_byte_of_its_vector(self, index: PostsIndex, files: Callable[[], bytes]) -> None:
        index.save([post(1)])
        judge(index, post(1), vector=VECTOR)
        index.compact()
        assert VECTOR in files()
        index.remove(["x:1"])
        index.compact()
        assert VECTOR not in files()

    # Verdicts

    def test_the_reviewers_word_is_what_is_filtered_and_counted(self, index: PostsIndex) -> None:
        index.save([post(1), post(2)])
        kept = risky("safety")[0]
        judge(index, post(1), verdict=SentimentLabel.POSITIVE, risks=(kept,), overruled=risky("insult"))
        judge(index, post(2))
        assert [p.id for p in index.search(Search(filters=Filters(sentiments=("positive",)))).posts] == ["x:1"]
        assert [p.id for p in index.search(Search(filters=Filters(sentiments=("negative",)))).posts] == ["x:2"]
        assert index.search(Search(filters=Filters(risks=("insult",)))).total == 0
        assert index.facets(Search(), ("sentiments",))["sentiments"] == (
            FacetCount("negative", 1, 1),
            FacetCount("positive", 1, 1),
        )
        assert {row.sentiment.value: row.posts for row in index.tally("acme", NOW).rows} == {
            "negative": 1,
            "positive": 1,
        }
        (stored,) = index.get(["x:1"])
        assert stored.assessment == assessment(
            verdict=SentimentLabel.POSITIVE, risks=(kept,), overruled=risky("insult")
        )

    # Searching

    @pytest.mark.parametrize("language", SCRIPTS)
    def test_words_are_found_in_every_script(self, index: PostsIndex, language: str) -> None:
        text, word = SCRIPTS[language]
        index.save([post(1, text, language=language), post(2, "Nothing of the kind")])
        assert [p.id for p in index.search(Search(query=parse(word))).posts] == ["x:1"]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("*", "0123"),
            ("cake", "01"),
            ("cake AND tea", "1"),
            ("cake NOT tea", "0"),
            ("NOT cake", "23"),
            ("NOT (cake OR tea)", "23"),
            ("NOT NOT cake", "01"),
            ('"good cake"', "0"),
            ('"cake good"', ""),
            ("ca*", "01"),
            ("#AcmeLife", "2"),
            ("#acmelife OR tea", "12"),
            ("@acme", "23"),
            ("@acme@server.example", "3"),
            ("@server.example", ""),
            ("(NOT cake) @acme", "23"),
            ("tea OR NOT @acme", "01"),
        ],
    )
    def test_queries(self, index: PostsIndex, query: str, found: str) -> None:
        index.save(
            [
                post(0, "A good cake"),
                post(1, "Good tea, cake", title="Tea"),
                post(2, "Hello", hashtags=("ACMElife",), mentions=("acme",)),
                post(3, "Hello", mentions=("acme@server.example",)),
            ]
        )
        assert "".join(sorted(p.id[2:] for p in index.search(Search(query=parse(query))).posts)) == found

    @pytest.mark.parametrize("order", ["newest", "oldest", "reach"])
    def test_pages_hold_every_post_once(self, index: PostsIndex, order: str) -> None:
        index.save(
            [post(n, created_at=NOW + n % 3 * HOUR, audience=(None, 5, 5, 100)[n % 4]) for n in range(23)],
        )
        search = Search(order=order, limit=5)  # type: ignore[arg-type]
        seen: list[Post] = []
        while True:
            hits = index.search(search)
            assert hits.total == 23
            seen += hits.posts
            if hits.next is None:
                break
            search = replace(search, after=hits.next)
        assert len({p.id for p in seen}) == len(seen) == 23
        by_time = {
            "newest": lambda p: (p.created_at, p.id),
            "oldest": lambda p: (p.created_at, p.id),
            "reach": lambda p: (-1 if p.audience is None else p.audience, p.created_at, p.id),
        }[order]
        assert seen == sorted(seen, key=by_time, reverse=order != "oldest")
        assert [p.id for p in index.stream(replace(search, after=None))] == [p.id for p in seen]

    def test_a_forged_place_is_a_query_error(self, index: PostsIndex) -> None:
        with pytest.raises(QueryError):
            index.search(Search(after="nonsense"))

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            (Filters(), "012"),
            (Filters(brands=("beta",)), "2"),
            (Filters(brands=("beta", "acme")), "012"),
            (Filters(platforms=("y",)), "1"),
            (Filters(languages=("und",)), "02"),
            (Filters(languages=("pt",)), "1"),
            (Filters(sentiments=("pending",)), "12"),
            (Filters(sentiments=("negative", "pending")), "012"),
            (Filters(hashtags=("fun",)), "1"),
            (Filters(risks=("safety",)), "0"),
            (Filters(themes=("pay",)), "0"),
            (Filters(without_themes=("pay",)), "12"),
            (Filters(without_ids=("x:0", "x:9")), "12"),
            (Filters(kinds=("comment",)), "2"),
            (Filters(ids=("x:0", "x:2", "x:9")), "02"),
            (Filters(since=NOW + HOUR), "12"),
            (Filters(until=NOW + HOUR), "0"),
            (Filters(since=NOW, until=NOW + 2 * HOUR), "01"),
            (Filters(dated_only=True), "01"),
            (Filters(platforms=("x",), sentiments=("pending",)), "2"),
        ],
    )
    def test_filters(self, index: PostsIndex, filters: Filters, found: str) -> None:
        index.save(
            [
                post(0),
                post(1, platform="y", language="pt-BR", hashtags=("Fun",), created_at=NOW + HOUR),
                post(2, kind=Kind.COMMENT, dated=False, matched=(Match("beta", "r"),), created_at=NOW + 2 * HOUR),
            ]
        )
        judge(index, post(0), language="und", risks=risky("safety"), themes=("pay", "pride"))
        assert "".join(sorted(p.id[2:] for p in index.search(Search(filters=filters)).posts)) == found

    def test_facets_count_posts_and_people_and_leave_out_their_own_filter(self, index: PostsIndex) -> None:
        index.save(
            [
                post(0, "cake", platform="x", author="a", hashtags=("One", "Two")),
                post(1, "cake", platform="y", author="a", hashtags=("one",)),
                post(2, "cake", platform="y", author=None, matched=(Match("beta", "r"),)),
                post(3, "tea", platform="z", author="c"),
            ]
        )
        search = Search(query=parse("cake"), filters=Filters(platforms=("y",)))
        counts = index.facets(search, ("platforms", "hashtags", "brands", "sentiments"))
        assert counts["platforms"] == (FacetCount("y", 2, 1), FacetCount("x", 1, 1))
        assert counts["hashtags"] == (FacetCount("one", 1, 1),)
        assert counts["brands"] == (FacetCount("acme", 1, 1), FacetCount("beta", 1, 0))
        assert counts["sentiments"] == (FacetCount("pending", 2, 1),)
        assert index.facets(Search(), ("platforms",), top=1)["platforms"] == (FacetCount("y", 2, 1),)

    @pytest.mark.parametrize("field", ["languages", "risks", "themes", "kinds"])
    def test_every_facet_answers(self, index: PostsIndex, field: FacetField) -> None:
        index.save([post(0)])
        judge(index, post(0), risks=risky("safety"), themes=("pay",))
        assert len(index.facets(Search(), (field,))[field]) == 1

    # Counting

    def test_a_window_is_counted_by_platform_language_and_sentiment(self, index: PostsIndex) -> None:
        posts = [
            post(0, "Same words", author="a", audience=100, hashtags=("Acme",)),
            post(1, "same WORDS! https://x.example @someone-1 #acme", author="a", audience=50, hashtags=("acme",)),
            post(2, "Other words", author="b"),
            post(3, "Positive words", author="b"),
            post(4, "Waiting", author="c"),
            post(5, "Undated", dated=False),
            post(6, "Next window", created_at=NOW + timedelta(minutes=15)),
            post(7, "Other brand", matched=(Match("beta", "r"),)),
        ]
        index.save(posts)
        for one in (0, 1, 2, 5, 6, 7):
            judge(index, posts[one])
        judge(index, posts[3], "positive")
        tally = index.tally("acme", NOW)
        counted = {row.sentiment: (row.posts, row.stories, row.authors, row.reach, row.late) for row in tally.rows}
        assert counted == {SentimentLabel.NEGATIVE: (3, 2, 2, 150, 0), SentimentLabel.POSITIVE: (1, 1, 1, 0, 0)}
        assert [(row.hashtag, row.sentiment, row.posts, row.authors) for row in tally.hashtags] == [
            ("acme", SentimentLabel.NEGATIVE, 2, 1)
        ]
        assert [row.posts for row in index.tally("beta", NOW).rows] == [1]
        assert {row.start for row in tally.rows} == {NOW}

    def test_a_post_of_two_brands_counts_for_each(self, index: PostsIndex) -> None:
        both = post(0, matched=(Match("acme", "r"), Match("beta", "r")))
        index.save([both])
        judge(index, both)
        assert [sum(row.posts for row in index.tally(key, NOW).rows) for key in ("acme", "beta")] == [1, 1]

    def test_a_repost_tells_the_story_of_what_it_reposts(self, index: PostsIndex) -> None:
        posts = [
            post(0, "The original", created_at=NOW - HOUR),
            post(1, "RT: the orig…", kind=Kind.REPOST, reposted="x:0"),
            post(2, "", kind=Kind.REPOST, reposted="x:0"),
            post(3, "The original"),
            post(4, "", media=(Media("image"),)),
            post(5, "", media=(Media("image"),)),
        ]
        index.save(posts)
        for one in posts:
            judge(index, one)
        assert [(row.posts, row.stories) for row in index.tally("acme", NOW).rows] == [(5, 3)]

    @pytest.mark.parametrize(
        ("more", "late"),
        [
            ({}, 0),
            ({"fetched_at": NOW + LATE}, 0),
            ({"fetched_at": NOW + LATE + timedelta(microseconds=1)}, 1),
            ({"imported": True}, 1),
        ],
    )
    def test_late(self, index: PostsIndex, more: dict[str, Any], late: int) -> None:
        index.save([post(0, **more)])
        judge(index, post(0))
        assert [row.late for row in index.tally("acme", NOW).rows] == [late]

    def test_a_post_that_came_in_time_stays_in_time(self, index: PostsIndex) -> None:
        index.save([post(0)])
        index.save([post(0, fetched_at=NOW + 2 * LATE, counts=Counts(likes=1))])
        judge(index, post(0))
        assert [row.late for row in index.tally("acme", NOW).rows] == [0]

    # Leaving

    def test_removed_posts_are_returned_and_gone(self, index: PostsIndex) -> None:
        index.save([post(0, "cake"), post(1, "cake")])
        assert index.remove(["x:0", "x:7"]) == (post(0, "cake"),)
        assert index.remove(["x:0"]) == ()
        assert [p.id for p in index.search(Search(query=parse("cake"))).posts] == ["x:1"]
        index.compact()
        assert index.count() == 1

    def test_an_author_s_posts_and_the_reposts_of_a_post(self, index: PostsIndex) -> None:
        index.save([post(0, author="a"), post(1, author="b", reposted="x:0"), post(2, author="a")])
        assert index.ids_of_author("a") == ("x:0", "x:2")
        assert index.ids_of_author("nobody") == ()
        assert index.reposts_of(["x:0"]) == ("x:1",)

    def test_expired_posts_come_oldest_first(self, index: PostsIndex) -> None:
        index.save([post(n, created_at=NOW - n * HOUR, platform="xy"[n % 2]) for n in range(5)])
        index.save([post(9, created_at=NOW - 9 * HOUR, matched=(Match("beta", "r"),))])
        assert [p.id for p in index.expired("acme", None, NOW - HOUR, 2)] == ["x:4", "x:3"]
        assert [p.id for p in index.expired("acme", "x", NOW, 9)] == ["x:4", "x:2"]
