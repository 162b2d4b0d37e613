"""Deleted upstream means deleted here: ask the platforms what became of the posts that we keep."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from collectors.registry import build, names
from listening.brands import Brand
from listening.collecting import Allowance, Page, Removal
from listening.errors import AccessDenied, ConfigError, TryLater
from listening.posts import NativePost, Post
from pipeline.allowances import allowance, lacks_terms
from pipeline.platform_rules import RecheckRule, recheck_rules
from pipeline.wiring import House
from store.ledger import RecheckState
from store.protocol import Filters, Search

_BATCH = 100
_MOST_REFUSALS = 3
"""Servers that may fail in one turn before the others are left in peace as well."""
_MOST_INCIDENTS = 1_000


def recheck(house: House, now: datetime) -> int:
    """Remove what is gone or no longer public, take over edits; returns how many went.

    Every platform that has a rule (``platform_rules.toml``) and whose collector can be asked. What cannot be asked for
    longer than the rule allows is hidden until it can.
    """
    collected = {source.platform for source in house.ledger.sources.all()}
    return sum(
        _recheck(house, platform, rule, now)
        for platform, rule in recheck_rules().items()
        if platform in collected and platform in names()
    )


def _recheck(house: House, platform: str, rule: RecheckRule, now: datetime) -> int:
    due = _due(house, platform, rule, now)
    if not due:
        house.ledger.sources.set_unconfirmed(platform, ())
        return 0
    turn = _Turn(house, platform, now)
    for key in dict.fromkeys(post.brands[0] for post in due):
        turn.ask(key, [post for post in due if post.brands[0] == key])
    lost = [post.id for post in due if post.id in turn.unasked and now - post.fetched_at > rule.hide_after]
    house.ledger.sources.set_unconfirmed(platform, lost)
    before = next((state for state in house.ledger.sources.rechecks() if state.platform == platform), None)
    known = before or RecheckState(platform=platform)
    house.ledger.sources.note_recheck(
        replace(
            known,
            last_success=known.last_success if turn.problem else now,
            failing_since=(known.failing_since or now) if turn.problem else None,
            last_error=turn.problem,
        )
    )
    if turn.problem:
        print(f"{platform}: {turn.problem}")  # the task's log
    return turn.gone


def _due(house: House, platform: str, rule: RecheckRule, now: datetime) -> list[Post]:
    """Those that were not confirmed for longest first: where not all can be asked, none is forgotten."""
    worth = _worth_it(house, platform)
    due = [
        post
        for post in house.index.stream(Search(filters=Filters(platforms=(platform,))))
        if not post.imported
        and post.brands
        and (worth is None or post.id in worth)
        and (every := rule.every(now - post.created_at)) is not None
        and now - post.fetched_at >= every
    ]
    return sorted(due, key=lambda post: (post.fetched_at, post.id))


def _worth_it(house: House, platform: str) -> set[str] | None:
    """The posts that may be looked up where each look is paid; None: all of them."""
    wish = getattr(getattr(house.settings.platforms, platform), "recheck", "all")
    if wish == "all":
        return None
    if wish == "never":
        return set()
    active = house.ledger.incidents.all(_MOST_INCIDENTS, active_only=True)
    return {post_id for incident in active for alert in incident.alerts for post_id in alert.post_ids}


class _Turn:
    """One turn on one platform. ``unasked``: posts about which an error kept us from learning anything."""

    def __init__(self, house: House, platform: str, now: datetime) -> None:
        self._house, self._platform, self._now = house, platform, now
        self.gone = 0
        self.problem = ""
        self.unasked: set[str] = set()

    def ask(self, brand_key: str, posts: list[Post]) -> None:
        house = self._house
        natives: dict[str, str] = {}
        for post in posts:
            identity = house.ledger.vault.post(post.id)
            if identity is not None:
                natives[post.id] = identity.native_id
        self.unasked |= natives.keys()
        brand = next((brand for brand in house.brands if brand.key == brand_key), None)
        try:
            if waits := lacks_terms(house.settings, self._platform):
                raise ConfigError(str(waits))
            collector = build(self._platform, house.settings)
            with allowance(house, brand_key, self._platform, self._now) as allowed:
                self._ask(collector, natives, brand, allowed)
        except (TryLater, AccessDenied, ConfigError) as error:
            self.problem = str(error)

    def _ask(self, collector: Any, natives: Mapping[str, str], brand: Brand | None, allowed: Allowance | None) -> None:
        if hasattr(collector, "still_there_many"):
            money = {} if allowed is None else {"allowance": allowed}
            for some in _batches(natives):
                found = collector.still_there_many(some, self._now, **money)
                for page in (_page(found.values()),) if isinstance(found, Mapping) else found:
                    self._take(page, brand)
                self.unasked -= some.keys()
        elif hasattr(collector, "still_there"):
            self._ask_one_by_one(collector, natives, brand)
        else:
            self.unasked.clear()

    def _ask_one_by_one(self, collector: Any, natives: Mapping[str, str], brand: Brand | None) -> None:
        """A server that fails is asked no more in this turn; the others are. Its error is raised at the end."""
        failed: dict[str, TryLater | AccessDenied] = {}
        for post_id, native_id in natives.items():
            server = native_id.rpartition("/")[0]
            if server in failed:
                continue
            try:
                found = collector.still_there(post_id, native_id, self._now)
            except (TryLater, AccessDenied) as error:
                failed[server] = error
                if len(failed) == _MOST_REFUSALS:
                    break
                continue
            self._take(_page([found]), brand)
            self.unasked.discard(post_id)
        for failure in failed.values():
            raise failure

    def _take(self, page: Page, brand: Brand | None) -> None:
        if brand is None:  # of a brand that is no longer listened for: what goes goes, nothing new is learned
            self.gone += sum(
                self._house.door.remove([removal.post_id], removal.reason.value, self._now) for removal in page.removed
            )
        elif page != Page():
            admitted = self._house.door.admit(page, brand, self._platform, self._now, move_cursor=False)
            self.gone += admitted.removed


def _page(found: Iterable[NativePost | Removal | None]) -> Page:
    several = list(found)
    return Page(
        posts=tuple(one for one in several if isinstance(one, NativePost)),
        removed=tuple(one for one in several if isinstance(one, Removal)),
    )


def _batches(natives: Mapping[str, str]) -> Iterator[dict[str, str]]:
    items = list(natives.items())
    for start in range(0, len(items), _BATCH):
        yield dict(items[start : start + _BATCH])
