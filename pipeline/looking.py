"""A collection on request: a dry run that touches nothing, or one that stores what it finds."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from collectors.protocol import Request
from collectors.registry import build
from listening.brands import Brand
from listening.errors import ConfigError
from listening.jsonform import Json, post_to_json
from listening.posts import Match
from listening.privacy import pseudonymise
from listening.query import Query, parse
from pipeline.steps.collect import Collected, collect_with
from pipeline.wiring import House
from store.keys import Keys


def dry_run(
    house: House,
    platform: str,
    query: str | None,
    brand_key: str | None,
    since: datetime,
    until: datetime | None,
    limit: int | None,
    now: datetime,
) -> Iterator[Json]:
    """Normalised posts with ``native {id, url, author}``. Stores nothing, moves no cursor, makes no key."""
    brands = _brands(house, brand_key) if brand_key or not query else house.brands
    wanted = parse(query) if query else _only(brands).query
    own = frozenset(handle for brand in house.brands for handle in brand.own_handles)
    tags = frozenset(tag for brand in house.brands for tag in brand.own_hashtags)
    kept = Keys.existing(house.home)
    key = kept.author if kept else secrets.token_bytes(32)
    request = Request(query=wanted, cursor=None, since=since, until=until, now=now, limit=limit)
    for page in build(platform, house.settings).collect(request):
        for native in page.posts:
            post, identity = pseudonymise(native, key, own, _matches(brands, wanted, query), tags)
            native_form = {"id": native.native_id, "url": native.native_url, "author": identity.handle}
            yield {**post_to_json(post), "native": native_form}


def _matches(brands: tuple[Brand, ...], wanted: Query, query: str | None) -> list[Match]:
    return [] if query else [Match(brand.key, wanted.revision) for brand in brands]


def collect_now(
    house: House,
    platform: str,
    query: str | None,
    brand_key: str | None,
    since: datetime,
    until: datetime | None,
    limit: int | None,
    now: datetime,
) -> list[Collected]:
    """Collect and store. A ``query`` of one's own needs a brand, because nothing is stored without a purpose.

    A narrowed collection (own query, ``until`` or ``limit``) leaves the brand's cursor where it is.
    """
    if query and not brand_key:
        raise ConfigError(
            "A collection that is stored belongs to a brand's purpose: add --brand KEY, or --dry-run just to look."
        )
    narrowed = bool(query or until or limit)
    collected = []
    for brand in _brands(house, brand_key):
        asked = replace(brand, query=parse(query)) if query else brand
        cursor = None if narrowed else house.ledger.cursors.get(brand.key, platform)
        request = Request(query=asked.query, cursor=cursor, since=since, until=until, now=now, limit=limit)
        collected.append(collect_with(house, asked, platform, request, move_cursor=not narrowed))
    return collected


def _brands(house: House, key: str | None) -> tuple[Brand, ...]:
    return (house.brand(key),) if key else house.brands


def _only(brands: tuple[Brand, ...]) -> Brand:
    if len(brands) != 1:
        raise ConfigError("Which query? Add --query '…' or --brand with one of: " + ", ".join(b.key for b in brands))
    return brands[0]
