"""The one JSON shape of a post: these keys are a promise to scripts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings

from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.errors import UnreadableInput
from listening.jsonform import assessment_from_json, moment, post_from_json, post_to_json, read_moment
from listening.posts import Post

from .examples import NOON, POSTS

POST = Post(id="files:1", platform="files", url=None, author=None, text="hi", created_at=NOON, fetched_at=NOON)
KEYS = [
    "id", "platform", "url", "author", "speaker", "audience", "kind", "text", "title", "created_at", "fetched_at",
    "edited_at", "dated", "imported", "language", "hashtags", "mentions", "links", "media", "counts", "in_reply_to",
    "reposted", "quoted", "matched",
]  # fmt: skip


def judged() -> Post:
    return Post(
        id="files:1", platform="files", url=None, author=None, text="hi", created_at=NOON, fetched_at=NOON,
        assessment=Assessment(
            language="en", sentiment=Sentiment(SentimentLabel.POSITIVE, {"positive": 0.9}), offensive=0.1,
            risks=(RiskMatch("disclosure", 0.7, "hi"),), themes=("pay",), model_revision="m", risk_revision="r",
        ),
    )  # fmt: skip


def test_the_shape() -> None:
    form = post_to_json(POST)
    assert list(form) == KEYS
    assert set(form["language"]) == {"platform", "detected"}
    assert set(form["counts"]) == {"likes", "reposts", "replies", "quotes", "views"}
    assert set(form["counts"].values()) == {None}
    assert form["created_at"] == "2026-11-22T12:00:00Z"


def test_the_shape_of_a_judged_post() -> None:
    form = post_to_json(judged())
    assert list(form) == [*KEYS, "assessment"]
    assert {"sentiment", "offensive", "risks", "model_revision", "risk_revision"} <= set(form["assessment"])
    assert set(form["assessment"]["sentiment"]) == {"label", "scores"}
    risk = {"category": "disclosure", "score": 0.7, "evidence": "hi", "found_by": "words"}
    assert form["assessment"]["risks"] == [risk]
    assert form["assessment"]["overruled"] == []
    assert form["assessment"]["verdict"] is None
    assert form["language"] == {"platform": None, "detected": "en"}


def test_the_reviewers_word_stands_beside_the_models() -> None:
    found = judged().assessment
    assert found
    reviewed = replace(
        found,
        verdict=SentimentLabel.NEGATIVE,
        risks=(RiskMatch("threat", 1.0, "a reviewer's word", "reviewer"),),
        overruled=found.risks,
    )
    form = post_to_json(replace(judged(), assessment=reviewed))["assessment"]
    assert (form["sentiment"]["label"], form["verdict"]) == ("positive", "negative")
    assert [risk["found_by"] for risk in (*form["risks"], *form["overruled"])] == ["reviewer", "words"]
    assert assessment_from_json(form) == reviewed


def test_a_vector_is_in_no_json() -> None:
    bare = judged()
    assert bare.assessment
    meant = replace(bare, assessment=replace(bare.assessment, vector=bytes(range(128)) * 3))
    assert json.dumps(post_to_json(meant)) == json.dumps(post_to_json(bare))


def test_what_earlier_versions_wrote_is_read() -> None:
    form = post_to_json(judged())
    for name in ("verdict", "overruled"):
        del form["assessment"][name]
    del form["assessment"]["risks"][0]["found_by"]
    assert post_from_json(form) == judged()


@settings(max_examples=150, deadline=None)
@given(POSTS)
def test_what_is_written_is_read_back(post: Post) -> None:
    form = json.loads(json.dumps(post_to_json(post), ensure_ascii=False))
    assert post_from_json(form) == post


def _assessed(**changes: Any) -> dict[str, Any]:
    return {**post_to_json(judged())["assessment"], **changes}


_FOUND = {"category": "disclosure", "score": 0.7, "evidence": "hi", "found_by": "magic"}
BROKEN = {
    "nothing": None,
    "a list": [],
    "a text": "post",
    "empty": {},
    "no id": {k: v for k, v in post_to_json(POST).items() if k != "id"},
    "unknown kind": {**post_to_json(POST), "kind": "haiku"},
    "no date": {**post_to_json(POST), "created_at": "yesterday"},
    "language of another shape": {**post_to_json(POST), "language": "en"},
    "unknown count": {**post_to_json(POST), "counts": {"hearts": 1}},
    "unknown verdict": {**post_to_json(judged()), "assessment": _assessed(verdict="joy")},
    "unknown way of finding": {**post_to_json(judged()), "assessment": _assessed(risks=[_FOUND])},
    "unknown label": {**post_to_json(judged()), "assessment": {"language": "en", "sentiment": {"label": "joy"}}},
}


@pytest.mark.parametrize("form", BROKEN.values(), ids=BROKEN)
def test_what_is_not_ours_is_refused(form: Any) -> None:
    with pytest.raises(UnreadableInput, match="cannot be read back"):
        post_from_json(form)


def test_moments_are_utc() -> None:
    bucharest = timezone(timedelta(hours=2))
    assert moment(datetime(2026, 11, 22, 14, tzinfo=bucharest)) == "2026-11-22T12:00:00Z"
    assert moment(NOON.replace(microsecond=5)) == "2026-11-22T12:00:00.000005Z"
    assert moment(None) is None
    assert read_moment("2026-11-22T14:00:00+02:00") == NOON
    assert read_moment("2026-11-22T12:00:00Z") == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert read_moment(None) is None
    assert read_moment("") is None
