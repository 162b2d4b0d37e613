"""Posts for the tests of this folder: one with everything in it, and a strategy for any."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.posts import Author, Counts, Kind, Match, Media, NativePost, Post, Speaker

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def native(text: str = "", author: str | None = "maria_p", **fields: object) -> NativePost:
    """A collected post by an invented person."""
    given: dict[str, object] = {
        "id": "mastodon:1",
        "platform": "mastodon",
        "native_id": "1",
        "native_url": None,
        "url": None,
        "author": Author(handle=author) if author else None,
        "text": text,
        "created_at": NOON,
        "fetched_at": NOON,
    }
    return NativePost(**{**given, **fields})  # type: ignore[arg-type]


_MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
_TEXT = st.text(max_size=20)
_SOME = st.lists(_TEXT, max_size=3).map(tuple)
_COUNT = st.none() | st.integers(0, 10**9)
_FOUND_BY = st.sampled_from(["words", "meaning", "reviewer"])
_RISKS = st.lists(st.builds(RiskMatch, _TEXT, st.floats(0, 1), _TEXT, _FOUND_BY), max_size=2).map(tuple)
_ASSESSMENTS = st.builds(
    Assessment,
    language=st.sampled_from(["en", "he", "und"]),
    sentiment=st.builds(
        Sentiment,
        st.sampled_from(SentimentLabel),
        st.dictionaries(st.sampled_from(["negative", "neutral", "positive"]), st.floats(0, 1)),
    ),
    offensive=st.none() | st.floats(0, 1),
    risks=_RISKS,
    overruled=_RISKS,
    verdict=st.none() | st.sampled_from(SentimentLabel),
    vector=st.none(),
    themes=_SOME,
    model_revision=_TEXT,
    risk_revision=_TEXT,
)
POSTS = st.builds(
    Post,
    id=_TEXT,
    platform=_TEXT,
    url=st.none() | _TEXT,
    author=st.none() | _TEXT,
    speaker=st.sampled_from(Speaker),
    audience=_COUNT,
    kind=st.sampled_from(Kind),
    text=st.text(max_size=80),
    title=st.none() | _TEXT,
    created_at=_MOMENTS,
    fetched_at=_MOMENTS,
    edited_at=st.none() | _MOMENTS,
    dated=st.booleans(),
    imported=st.booleans(),
    language=st.none() | _TEXT,
    hashtags=_SOME,
    mentions=_SOME,
    links=_SOME,
    media=st.lists(st.builds(Media, _TEXT, st.none() | _TEXT), max_size=2).map(tuple),
    counts=st.builds(Counts, likes=_COUNT, reposts=_COUNT, replies=_COUNT, quotes=_COUNT, views=_COUNT),
    in_reply_to=st.none() | _TEXT,
    reposted=st.none() | _TEXT,
    quoted=st.none() | _TEXT,
    matched=st.lists(st.builds(Match, _TEXT, _TEXT), max_size=2).map(tuple),
    assessment=st.none() | _ASSESSMENTS,
)
