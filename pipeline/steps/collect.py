"""One collection: pages from a platform through the write door, and a note of how the source is."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collectors.files import read_by_all
from collectors.protocol import Request
from collectors.registry import build
from listening.brands import Brand
from listening.errors import AccessDenied, ConfigError, RateLimited, TryLater
from pipeline.allowances import allowance, lacks_terms
from pipeline.wiring import House
from store.ledger import SourceState

_AFTER_OUTAGE = timedelta(minutes=2)
_AFTER_REFUSAL = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one collection brought. ``problem`` is a sentence if it ended early; what came before it is stored."""

    brand: str
    platform: str
    pages: int
    new: int
    changed: int
    unchanged: int
    refused: int
    unreadable: int
    removed: int
    withheld: int
    problem: str = ""
    come_back_at: datetime | None = None


def collect(house: House, brand_key: str, platform: str, now: datetime) -> Collected:
    """Collect what is new. A rate limit or an outage is not a failure of ours: it is noted, with when to come back."""
    brand = house.brand(brand_key)
    cursor = house.ledger.cursors.get(brand.key, platform)
    if cursor is not None and cursor.query_revision != brand.query.revision:
        cursor = None
    history = getattr(getattr(house.settings.platforms, platform), "history_days", brand.purpose.retention_days)
    request = Request(query=brand.query, cursor=cursor, since=now - timedelta(days=history), until=None, now=now)
    collected = collect_with(house, brand, platform, request)
    if platform == "files":
        empty_inbox(house)
    return collected


def empty_inbox(house: House) -> int:
    """Delete what every brand has read from the drop folder below our home; returns how many files.

    What is dropped names people, and posts are kept without names: the file must not outlive its reading. A folder that
    the operator chose is theirs and stays as it is.
    """
    if house.settings.platforms.files.inbox:
        return 0
    cursors = []
    for brand in house.brands:
        if "files" in brand.platforms:
            cursor = house.ledger.cursors.get(brand.key, "files")
            if cursor is None or cursor.query_revision != brand.query.revision:
                return 0
            cursors.append(cursor)
    done = read_by_all(house.home / "inbox", cursors)
    for path in done:
        path.unlink(missing_ok=True)
    return len(done)


def collect_with(house: House, brand: Brand, platform: str, request: Request, move_cursor: bool = True) -> Collected:
    """Collect what ``request`` asks for, through the write door and within the budget, and note how the source is.

    Raises :class:`ConfigError` for a platform whose terms are not recorded: it is not asked for anything.
    """
    count: Counter[str] = Counter()
    problem, come_back_at, resting = "", None, False
    now = request.now
    if waits := lacks_terms(house.settings, platform):
        raise ConfigError(f"platforms.{platform}: {waits}")
    try:
        with allowance(house, brand.key, platform, now) as allowed:
            for page in build(platform, house.settings).collect(replace(request, allowance=allowed)):
                admitted = house.door.admit(page, brand, platform, now, move_cursor)
                count["pages"] += 1
                count["withheld"] += page.withheld
                for name in ("new", "changed", "unchanged", "refused", "unreadable", "removed"):
                    count[name] += getattr(admitted, name)
    except TryLater as error:
        problem, come_back_at = str(error), error.until or now + _AFTER_OUTAGE
        resting = isinstance(error, RateLimited)
    except (AccessDenied, ConfigError) as error:  # waiting does not help, and a failed task would not either
        problem, come_back_at = str(error), now + _AFTER_REFUSAL
    _note(house, brand.key, platform, now, count["new"], problem, come_back_at, resting)
    fields = ("pages", "new", "changed", "unchanged", "refused", "unreadable", "removed", "withheld")
    return Collected(
        brand=brand.key,
        platform=platform,
        problem=problem,
        come_back_at=come_back_at,
        **{name: count[name] for name in fields},
    )


def _note(
    house: House,
    brand: str,
    platform: str,
    now: datetime,
    new: int,
    problem: str,
    come_back_at: datetime | None,
    resting: bool,
) -> None:
    before = house.ledger.sources.get(brand, platform) or SourceState(brand=brand, platform=platform)
    house.ledger.sources.note(
        replace(
            before,
            last_try=now,
            last_success=before.last_success if problem else now,
            come_back_at=come_back_at,
            failing_since=(before.failing_since or now) if problem else None,
            last_error=problem,
            posts_total=before.posts_total + new,
            resting=resting,
        )
    )
