"""How people read the store: every question comes with a Viewer, and what a role may see is decided on the way."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from listening.alerting import Delivery, Incident
from listening.assessments import SentimentLabel
from listening.brands import Brand, Viewer
from listening.collecting import Gap
from listening.posts import Post
from listening.verdicts import Verdict, standing

from .access import Access
from .charts import WEEK, Point, Slice, Step, Usual, points, starts, usual
from .ledger import Ledger, SourceState
from .protocol import FacetCount, FacetField, Filters, Hits, PostsIndex, Search

By = Literal["brand", "platform", "language", "hashtag"]
_FIELDS: Mapping[By, FacetField] = {
    "brand": "brands",
    "platform": "platforms",
    "language": "languages",
    "hashtag": "hashtags",
}
_MOST_SLICES = 1_000


class Reader:
    """Read-only. Where ``brands`` is an argument, empty means all that the viewer may see."""

    def __init__(self, index: PostsIndex, ledger: Ledger, brands: Sequence[Brand]) -> None:
        self._index = index
        self._ledger = ledger
        self._brands = tuple(brands)

    def search(self, viewer: Viewer, search: Search) -> Hits:
        access, narrowed = self._narrowed(viewer, search)
        if narrowed is None:
            return Hits(posts=(), total=0, next=None)
        hits = self._index.search(narrowed)
        return replace(hits, posts=tuple(map(access.shown, hits.posts)))

    def stream(self, viewer: Viewer, search: Search) -> Iterator[Post]:
        access, narrowed = self._narrowed(viewer, search)
        return map(access.shown, self._index.stream(narrowed)) if narrowed else iter(())

    def post(self, viewer: Viewer, post_id: str) -> Post | None:
        """None if there is none, or none for this viewer."""
        hits = self.search(viewer, Search(filters=Filters(ids=(post_id,)), limit=1))
        return hits.posts[0] if hits.posts else None

    def verdicts(self, viewer: Viewer, post_id: str) -> tuple[Verdict, ...]:
        """What reviewers said of a post, oldest first; nothing for those who see no persons, reviewers being some."""
        if Access(viewer, self._brands).is_crowd_only or self.post(viewer, post_id) is None:
            return ()
        return self._ledger.verdicts.log(post_id)

    def standing(self, viewer: Viewer, post: Post) -> tuple[Verdict, ...]:
        """The corrections that count for the text that ``post`` has now, oldest first."""
        return standing(self.verdicts(viewer, post.id), self._ledger.verdicts.hash_of(post))

    def facets(
        self, viewer: Viewer, search: Search, fields: Sequence[FacetField], top: int = 20
    ) -> Mapping[str, tuple[FacetCount, ...]]:
        """Counts under the search, a field's own filter left out for its own counts."""
        access = Access(viewer, self._brands)
        allowed = access.brands_of_numbers()
        narrowed = access.narrowed(self._confirmed(search), access.brands_of_numbers(search.filters.brands))
        if narrowed is None:
            return dict.fromkeys(fields, ())
        found = {field: access.crowds(counts) for field, counts in self._index.facets(narrowed, fields, top).items()}
        if "brands" in found:
            found["brands"] = tuple(count for count in found["brands"] if count.value in allowed)
        return found

    def series(
        self, viewer: Viewer, brands: Sequence[str], since: datetime, until: datetime, step: Step, zone: str
    ) -> tuple[Point, ...]:
        """Posts by time and sentiment, oldest first; a step begins at ``since``, days begin at midnight in ``zone``."""
        access = Access(viewer, self._brands)
        allowed = access.brands_of_numbers(brands)
        if not allowed:
            return ()
        steps = list(starts(since, until, step, zone))
        if access.is_crowd_only:
            return tuple(
                Point(start, SentimentLabel(count.value), count.posts, count.authors, 0)
                for start, end in pairwise([*steps, until])
                for count in self._crowd_sentiments(access, allowed, Filters(since=start, until=end))
            )
        return points(self._ledger.windows.sums(allowed, since, until, "start"), steps)

    def breakdown(
        self, viewer: Viewer, by: By, brands: Sequence[str], since: datetime, until: datetime
    ) -> tuple[Slice, ...]:
        """Posts by ``by`` and sentiment. A post with two hashtags or brands is in two slices: never sum those."""
        access = Access(viewer, self._brands)
        allowed = access.brands_of_numbers(brands)
        if not allowed:
            return ()
        if access.is_crowd_only:
            return self._crowd_slices(access, by, allowed, since, until)
        return tuple(
            Slice(str(one.value), one.sentiment, one.posts)
            for one in self._ledger.windows.sums(allowed, since, until, by)
        )

    def usual(self, viewer: Viewer, brands: Sequence[str], since: datetime, until: datetime, weeks: int = 4) -> Usual:
        """The same hours of past weeks, as far back as there was listening. Nothing for HR: no crowd can be counted."""
        access = Access(viewer, self._brands)
        allowed = access.brands_of_numbers(brands)
        first = min((at for key in allowed if (at := self._ledger.windows.first(key))), default=None)
        if first is None or access.is_crowd_only:
            return usual([])
        past = [(since - week * WEEK, until - week * WEEK) for week in range(1, weeks + 1)]
        return usual(
            self._ledger.windows.sums(allowed, start, end, "platform") for start, end in past if start >= first
        )

    def gaps(self, viewer: Viewer, brands: Sequence[str], since: datetime, until: datetime) -> tuple[Gap, ...]:
        allowed = Access(viewer, self._brands).brands_of_numbers(brands)
        return tuple(self._ledger.gaps.between(allowed, since, until)) if allowed else ()

    def incidents(self, viewer: Viewer, active_only: bool = False, limit: int = 100) -> tuple[Incident, ...]:
        """Newest first."""
        access = Access(viewer, self._brands)
        allowed = access.brands_of_numbers()
        if not allowed:
            return ()
        found = self._ledger.incidents.all(limit, allowed, active_only=active_only)
        return tuple(incident for incident in found if access.may_see(incident))

    def incident(self, viewer: Viewer, incident_id: str) -> Incident | None:
        """None if there is none, or none for this viewer."""
        found = self._ledger.incidents.find(incident_id)
        return found if found and Access(viewer, self._brands).may_see(found) else None

    def deliveries(self, viewer: Viewer, incident_id: str) -> tuple[Delivery, ...]:
        return tuple(self._ledger.deliveries.of(incident_id)) if self.incident(viewer, incident_id) else ()

    def sources(self, viewer: Viewer) -> tuple[SourceState, ...]:
        allowed = Access(viewer, self._brands).brands_of_numbers()
        return tuple(state for state in self._ledger.sources.all() if state.brand in allowed)

    def hidden(self) -> Mapping[str, int]:
        """Posts by platform that no read shows, because for too long nobody could ask whether they are still there.

        Charts keep counting them.
        """
        return Counter(self._ledger.sources.unconfirmed().values())

    def _narrowed(self, viewer: Viewer, search: Search) -> tuple[Access, Search | None]:
        access = Access(viewer, self._brands)
        return access, access.narrowed(self._confirmed(search), access.brands_of_posts(search.filters.brands))

    def _confirmed(self, search: Search) -> Search:
        """``search`` without what is :meth:`hidden`, whoever looks."""
        hidden = tuple(self._ledger.sources.unconfirmed())
        return replace(search, filters=replace(search.filters, without_ids=hidden)) if hidden else search

    def _crowd_sentiments(self, access: Access, brands: tuple[str, ...], filters: Filters) -> list[FacetCount]:
        search = access.narrowed(Search(filters=replace(filters, dated_only=True)), brands)
        if search is None:
            return []
        counts = access.crowds(self._index.facets(search, ("sentiments",))["sentiments"])
        return [count for count in counts if count.value in tuple(SentimentLabel)]

    def _crowd_slices(
        self, access: Access, by: By, brands: tuple[str, ...], since: datetime, until: datetime
    ) -> tuple[Slice, ...]:
        found = []
        for label in SentimentLabel:
            filters = Filters(since=since, until=until, sentiments=(label.value,), dated_only=True)
            search = access.narrowed(Search(filters=filters), brands)
            if search is not None:
                counts = self._index.facets(search, (_FIELDS[by],), _MOST_SLICES)[_FIELDS[by]]
                found += [
                    Slice(count.value, label, count.posts)
                    for count in access.crowds(counts)
                    if by != "brand" or count.value in brands
                ]
        return tuple(sorted(found, key=lambda one: (one.value, one.sentiment)))
