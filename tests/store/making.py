"""Posts, brands and pages for tests of the store. All companies and people are invented."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from listening.assessments import Assessment, RiskMatch, Sentiment, SentimentLabel
from listening.brands import Brand, Purpose, Role
from listening.collecting import Cursor, Page, Position
from listening.posts import Author, Match, NativePost, Post
from listening.query import parse

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACME = (Match("acme", "r1"),)


def post(number: int | str = 1, text: str = "A fine day", **more: Any) -> Post:
    """A post of brand ``acme``, as stored."""
    values: dict[str, Any] = {
        "id": f"x:{number}",
        "platform": "x",
        "url": None,
        "author": f"{abs(hash_of(str(number))):032x}",
        "text": text,
        "created_at": NOW,
        "fetched_at": NOW + timedelta(minutes=1),
        "matched": ACME,
    }
    return Post(**{**values, **more})


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()[:15])


def assessment(label: str = "negative", **more: Any) -> Assessment:
    values: dict[str, Any] = {
        "language": "en",
        "sentiment": Sentiment(SentimentLabel(label), {"negative": 0.8, "neutral": 0.1, "positive": 0.1}),
        "offensive": 0.1,
        "model_revision": "m1",
        "risk_revision": "k1",
    }
    return Assessment(**{**values, **more})


def risky(*categories: str) -> tuple[RiskMatch, ...]:
    return tuple(RiskMatch(category, 0.9, "words") for category in categories)


def brand(key: str = "acme", query: str = "#acme", audience: Iterable[Role] = tuple(Role), **more: Any) -> Brand:
    values: dict[str, Any] = {
        "key": key,
        "name": key.title(),
        "hashtags": (f"{key}Life",),
        "handles": (key,),
        "query": parse(query),
        "platforms": ("x",),
        "purpose": Purpose(reason="care", owner="Ioana", audience=tuple(audience), retention_days=90),
    }
    return Brand(**{**values, **more})


def native(
    number: int | str = 1, text: str = "Hello #acme", handle: str | None = "somebody", **more: Any
) -> NativePost:
    """A post as collected."""
    values: dict[str, Any] = {
        "id": f"x:{number}",
        "platform": "x",
        "native_id": str(number),
        "native_url": f"https://x.example/{handle}/{number}",
        "url": None,
        "author": Author(handle=handle) if handle else None,
        "text": text,
        "created_at": NOW,
        "fetched_at": NOW + timedelta(minutes=1),
        "hashtags": ("acme",),
    }
    return NativePost(**{**values, **more})


def page(*posts: NativePost, at: str | None = None, **more: Any) -> Page:
    cursor = Cursor("q1", {"x": Position(complete=at)}) if at else None
    return Page(posts=posts, cursor=cursor, **more)
