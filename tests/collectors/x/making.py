"""Collectors that speak to a local X, and what is asked of them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from collectors.protocol import Request
from collectors.x import Prices, Server, XCollector
from collectors.x.transport import client_for
from listening.collecting import Allowance, Cursor, Page
from listening.errors import EarshotError
from listening.posts import NativePost
from listening.query import parse
from tests.servers.x import XServer

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR_AGO = NOW - timedelta(hours=1)
PLENTY = Decimal(1_000)


class Pages(Server):
    """A server of smaller pages, so that tests need fewer posts."""

    size: int | None = None

    @property
    def largest_page(self) -> int:
        return self.size or super().largest_page


def collector(
    server: XServer, *, timeout: float = 5.0, token: str | None = None, page: int | None = None, archive: bool = False,
    monthly: Decimal = PLENTY, prices: Prices | None = None, languages: Sequence[str] = (), reposts: bool = True,
    clock: Any = None, at: str | None = None,
) -> XCollector:  # fmt: skip
    client = client_for(at or server.address, token or server.token, timeout)
    ticking = iter(range(10**9))
    reached = Pages(client, archive=archive, clock=clock or (lambda: float(next(ticking))))
    reached.size = page
    return XCollector(reached, monthly_dollars=monthly, prices=prices, languages=languages, reposts=reposts)


def request(
    query: str = "#acme", cursor: Cursor | None = None, *, until: datetime | None = None, now: datetime = NOW,
    since: datetime | None = None, limit: int | None = None, dollars: str | None = None,
) -> Request:  # fmt: skip
    return Request(
        query=parse(query),
        cursor=cursor,
        since=since or now - timedelta(days=7),
        until=until,
        now=now,
        limit=limit,
        allowance=None if dollars is None else Allowance(Decimal(dollars)),
    )


def until_error(of: XCollector, what: Request) -> tuple[list[Page], EarshotError | None]:
    pages: list[Page] = []
    try:
        pages.extend(of.collect(what))
    except EarshotError as error:
        return pages, error
    return pages, None


def posts_of(pages: Sequence[Page]) -> list[NativePost]:
    return [post for page in pages for post in page.posts]


def last_cursor(pages: Sequence[Page], before: Cursor | None = None) -> Cursor | None:
    return next((page.cursor for page in reversed(pages) if page.cursor), before)


def dollars_of(pages: Sequence[Page]) -> Decimal:
    return sum((page.spent.dollars for page in pages), Decimal(0))
