"""Addresses of the posts page: the posts behind a number."""

from datetime import UTC, datetime
from urllib.parse import urlencode


def moment(at: datetime) -> str:
    """``2026-11-22T09:30:00Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def posts_page(brand: str, since: datetime, until: datetime, **filters: str) -> str:
    """``/posts?q=*&brand=acme&sentiment=negative&since=…&until=…``; ``filters`` stand between brand and time."""
    parts = {"q": "*", "brand": brand, **filters, "since": moment(since), "until": moment(until)}
    return "/posts?" + urlencode(parts, safe="*:")
