"""``earshot sources`` and the page of that name: every (brand, platform), how it is, what it misses, what it costs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from collectors.x.forecast import Forecast, forecast
from listening.brands import Brand
from listening.collecting import Gap, Spent
from listening.jsonform import Json, moment
from listening.platforms import Platform, PlatformOnTerms, Terms
from listening.sentences import sentence
from listening.sources import State, habit, heard
from pipeline.allowances import budget_of, lacks_terms
from pipeline.wiring import House
from store.ledger import SourceState

_WEEKS = timedelta(weeks=4)
STRIP = timedelta(days=7)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_LATE_TURNS = 3
_NO_HABIT = ("files",)
"""People drop files when they like, and the posts in them are of other platforms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """This calendar month's (UTC) costs under a budget, and what the pace so far makes of them (None: less than a day
    was seen of it)."""

    budget: Decimal
    forecast: Forecast | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One (brand, platform). ``sentence`` says why it is in its state and what to do, or is empty.

    ``lag``: how old what we know is. ``gaps``: those of the last four weeks. ``strip``: posts of each hour of the last
    seven days, oldest first. ``money``: None where reading is free. ``terms``: None where none are wanted or recorded.
    """

    brand: str
    platform: str
    state: State
    sentence: str
    last_success: datetime | None
    last_post: datetime | None
    come_back_at: datetime | None
    lag: timedelta | None
    posts: int
    gaps: tuple[Gap, ...]
    spent: Spent
    money: Money | None
    wants_terms: bool
    terms: Terms | None
    strip: tuple[int, ...]
    strip_since: datetime


def statuses(house: House, now: datetime, brands: Iterable[Brand] | None = None) -> tuple[Status, ...]:
    """All of ``brands`` (None: of every brand), in the order of the settings. Read-only."""
    known = {(source.brand, source.platform): source for source in house.ledger.sources.all()}
    found = []
    for brand in house.brands if brands is None else brands:
        counted = _Counted.read(house, brand.key, now)
        for platform in brand.platforms:
            state = known.get((brand.key, platform)) or SourceState(brand=brand.key, platform=platform)
            found.append(_status(house, state, counted, now))
    return tuple(found)


def _status(house: House, source: SourceState, counted: "_Counted", now: datetime) -> Status:
    section: Platform = getattr(house.settings.platforms, source.platform)
    gaps = tuple(house.ledger.gaps.of_source(source.brand, source.platform, now - _WEEKS, now))
    windows = counted.posts.get(source.platform, {})
    state, why = _state(house, section, source, windows, gaps, counted, now)
    since = now.replace(minute=0, second=0, microsecond=0) - STRIP + _HOUR
    by_hour: dict[int, int] = defaultdict(int)
    for start, count in windows.items():
        by_hour[(start - since) // _HOUR] += count
    return Status(
        brand=source.brand,
        platform=source.platform,
        state=state,
        sentence=why,
        last_success=source.last_success,
        last_post=source.last_post,
        come_back_at=source.come_back_at if source.come_back_at and source.come_back_at > now else None,
        lag=now - source.last_success if source.last_success else None,
        posts=source.posts_total,
        gaps=gaps,
        spent=house.ledger.spending.of_month(source.brand, source.platform, now),
        money=_money(house, source, now),
        wants_terms=isinstance(section, PlatformOnTerms),
        terms=section.terms if isinstance(section, PlatformOnTerms) else None,
        strip=tuple(by_hour[hour] for hour in range(STRIP // _HOUR)),
        strip_since=since,
    )


def _state(
    house: House,
    section: Platform,
    source: SourceState,
    windows: Mapping[datetime, int],
    gaps: tuple[Gap, ...],
    counted: "_Counted",
    now: datetime,
) -> tuple[State, str]:
    """The state, and a sentence where there is something to say."""
    if not section.enabled:
        written = f"[platforms.{source.platform}]"
        return State.OFF, sentence(
            "Switched off: write enabled = true below %(section)s in a file of config/.", section=written
        )
    if waits := lacks_terms(house.settings, source.platform):
        return State.WAITS_FOR_TERMS, waits
    if source.last_try is None:
        return State.NOT_READ, sentence("Its first turn has not come yet.")
    if source.last_error:
        resting = source.resting and source.come_back_at is not None and source.come_back_at > now
        return State.RESTING if resting else State.FAILING, source.last_error
    late = _LATE_TURNS * timedelta(minutes=section.every_minutes) + timedelta(minutes=10)
    if source.last_success is None or now - source.last_success > late:
        return State.DEAF, sentence(
            "Not read since %(since)s, though it should be every %(minutes)s minutes: see whether make up runs.",
            since=source.last_success or source.last_try,
            minutes=section.every_minutes,
        )
    usual = None
    if source.platform not in _NO_HABIT and counted.first is not None:
        unseen = [(gap.since, gap.until) for gap in gaps]
        usual = habit(windows, max(counted.first, now - _WEEKS), now, unseen)
    state = heard(usual, source.last_post, now)
    if state is State.LISTENING:
        return state, ""
    if source.last_post is None:
        return state, sentence("It is read without an error, and nobody has posted yet.")
    if state is State.SILENT:
        return state, sentence(
            "It is read without an error, and nobody has posted since %(since)s.", since=source.last_post
        )
    return state, sentence(
        "Nothing since %(since)s, twice as long as these hours are ever silent, though it is read without an error: "
        "see on the platform itself whether nobody posts.",
        since=source.last_post,
    )


def _money(house: House, source: SourceState, now: datetime) -> Money | None:
    budget = budget_of(house.settings, source.platform)
    if budget is None:
        return None
    hours = house.ledger.spending.by_hour(source.brand, source.platform, now - _WEEKS)
    seen = now - min(hours, default=now)
    return Money(budget=budget, forecast=forecast(hours, now, budget) if seen >= _DAY else None)


@dataclass(frozen=True, slots=True)
class _Counted:
    """Posts of one brand by platform and window, of the last four weeks; ``first``: when listening began."""

    posts: Mapping[str, Mapping[datetime, int]]
    first: datetime | None

    @classmethod
    def read(cls, house: House, brand: str, now: datetime) -> "_Counted":
        return cls(house.ledger.windows.by_platform(brand, now - _WEEKS, now), house.ledger.windows.first(brand))


def status_to_json(status: Status, money: bool = True) -> Json:
    """One shape for ``earshot sources --json`` and the API; ``money`` false leaves costs and terms out."""
    newest = max(status.gaps, key=lambda gap: gap.until, default=None)
    form: Json = {
        "brand": status.brand,
        "platform": status.platform,
        "state": status.state.value,
        "sentence": str(status.sentence),
        "last_success": moment(status.last_success),
        "last_post": moment(status.last_post),
        "come_back_at": moment(status.come_back_at),
        "lag_seconds": round(status.lag.total_seconds()) if status.lag is not None else None,
        "posts": status.posts,
        "gaps": {"count": len(status.gaps), "newest": gap_to_json(newest) if newest else None},
    }
    if not money:
        return form
    costs = status.money
    form["spent"] = {
        "requests": status.spent.requests,
        "posts": status.spent.posts,
        "dollars": str(status.spent.dollars),
    }
    form["budget"] = None
    if costs:
        form["budget"] = {
            "dollars": str(costs.budget),
            "forecast_dollars": str(round(costs.forecast.month_end, 2)) if costs.forecast else None,
            "runs_out_at": moment(costs.forecast.runs_out_at) if costs.forecast else None,
        }
    form["terms"] = {"wanted": status.wants_terms, "recorded": _terms_to_json(status.terms)}
    return form


def gap_to_json(gap: Gap) -> Json:
    return {
        "source": gap.source,
        "since": moment(gap.since),
        "until": moment(gap.until),
        "reason": gap.reason.value,
        "estimated": gap.estimated,
    }


def _terms_to_json(terms: Terms | None) -> Json | None:
    return terms.model_dump(mode="json") if terms else None
