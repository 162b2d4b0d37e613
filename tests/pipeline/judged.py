"""Posts that were judged already, as if by the model in the settings: quick, for tests of what comes afterwards."""

from collections.abc import Iterable
from datetime import timedelta

from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.collecting import Page
from listening.hashtags import find_hashtags
from listening.posts import Author, NativePost
from listening.privacy import find_mentions
from pipeline.steps.judge import judge
from pipeline.wiring import House
from store.protocol import Judgement

from .conftest import NOW

VECTOR = bytes(range(1, 129)) * 3


def admit(house: House, texts: dict[str, str], minutes_ago: float = 90) -> None:
    """Posts ``x:name`` about the brand, by accounts called ``canary_name``."""
    at = NOW - timedelta(minutes=minutes_ago)
    posts = tuple(
        NativePost(
            id=f"x:{name}",
            platform="x",
            native_id=name,
            native_url=None,
            url=None,
            author=Author(handle=f"canary_{name}", followers=900_000),
            text=text,
            created_at=at,
            fetched_at=at,
            hashtags=find_hashtags(text),
            mentions=find_mentions(text),
        )
        for name, text in texts.items()
    )
    house.door.admit(Page(posts=posts), house.brand("veldhaven"), "x", NOW, move_cursor=False)


def assess(
    house: House, name: str, label: str = "negative", language: str = "en", risks: Iterable[RiskMatch] = ()
) -> None:
    (post,) = house.index.get([f"x:{name}"])
    sentiment = Sentiment(SentimentLabel(label), {"negative": 0.8, "neutral": 0.1, "positive": 0.1})
    assessment = Assessment(
        language=language,
        sentiment=sentiment,
        offensive=0.1,
        risks=tuple(risks),
        model_revision=house.model_revision,
        risk_revision=house.risk_revision,
        vector=VECTOR,
    )
    house.door.judge([Judgement(post, assessment)], NOW)


def count(house: House) -> None:
    """The rest of a cycle; no post lacks an assessment, so that no model is loaded."""
    assert judge(house, NOW).classified == 0
