"""Addresses that hold a whole selection of posts, so that every number can say "show me" and be sent to a colleague."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, cast, get_args
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import QueryParams

from listening.assessments import SentimentLabel
from listening.errors import QueryError
from listening.hashtags import fold_hashtag
from listening.posts import Kind
from listening.query import parse
from listening.sentences import sentence
from store.protocol import Filters, Search

FIELDS: Mapping[str, str] = {
    "brand": "brands",
    "platform": "platforms",
    "language": "languages",
    "sentiment": "sentiments",
    "hashtag": "hashtags",
    "risk": "risks",
    "theme": "themes",
    "kind": "kinds",
}
"""Name in an address → field of :class:`~store.protocol.Filters`."""

Order = Literal["newest", "oldest", "reach"]
PENDING = "pending"
_SENTIMENTS = (*(label.value for label in SentimentLabel), PENDING)
_MOST_VALUES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What somebody asks to see: query, filters, order, and where to go on. ``q`` is kept as typed, even if wrong."""

    q: str = ""
    filters: Filters = field(default_factory=Filters)
    order: Order = "newest"
    after: str | None = None

    def search(self, limit: int) -> Search:
        """Raises :class:`QueryError` if the query cannot be understood."""
        return Search(
            query=parse(self.q.strip() or "*"), filters=self.filters, order=self.order, limit=limit, after=self.after
        )

    @property
    def chosen(self) -> Iterator[tuple[str, str]]:
        """Each filter value that narrows this selection, as (name in the address, value)."""
        for name, column in FIELDS.items():
            for value in getattr(self.filters, column):
                yield name, value

    def pairs(self) -> list[tuple[str, str]]:
        """The parts of the address, without ``after``."""
        found = [("q", self.q)] if self.q.strip() else []
        found += self.chosen
        found += [("id", value) for value in self.filters.ids]
        for name in ("since", "until"):
            at = getattr(self.filters, name)
            if at:
                found.append((name, stamp(at)))
        if self.filters.dated_only:
            found.append(("dated", "yes"))
        if self.order != "newest":
            found.append(("order", self.order))
        return found

    def address(self, path: str = "/posts") -> str:
        pairs = self.pairs() + ([("after", self.after)] if self.after else [])
        return path + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else "")

    def narrowed(self, **values: Any) -> "Selection":
        """The same with some fields of the filters replaced, from the first page on."""
        return replace(self, filters=replace(self.filters, **values), after=None)

    def adding(self, name: str, value: str) -> "Selection":
        field = FIELDS[name]
        now = getattr(self.filters, field)
        return self.narrowed(**{field: now if value in now else (*now, value)})

    def removing(self, name: str, value: str) -> "Selection":
        field = FIELDS[name]
        return self.narrowed(**{field: tuple(v for v in getattr(self.filters, field) if v != value)})


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def post_path(post_id: str) -> str:
    """Address of one post's page; ids may hold any character."""
    return f"/posts/{quote(post_id, safe=':@')}"


def read_selection(params: QueryParams, zone: ZoneInfo) -> Selection:
    """The selection an address holds; raises :class:`QueryError` with a sentence for a part that makes no sense."""
    values: dict[str, tuple[str, ...]] = {}
    for name, column in FIELDS.items():
        given = tuple(dict.fromkeys(v for v in params.getlist(name) if v))
        if len(given) > _MOST_VALUES:
            raise QueryError(
                sentence(
                    "'%(name)s' is given %(many)s times; %(most)s values are the most.",
                    name=name,
                    many=len(given),
                    most=_MOST_VALUES,
                )
            )
        values[column] = given
    values["hashtags"] = tuple(dict.fromkeys(filter(None, map(fold_hashtag, values["hashtags"]))))
    _check("sentiment", values["sentiments"], _SENTIMENTS)
    _check("kind", values["kinds"], tuple(kind.value for kind in Kind))
    order = params.get("order") or "newest"
    _check("order", (order,), get_args(Order))
    return Selection(
        q=params.get("q") or "",
        filters=Filters(
            **values,
            ids=tuple(params.getlist("id"))[:_MOST_VALUES],
            since=read_time("since", params.get("since"), zone),
            until=read_time("until", params.get("until"), zone, end=True),
            dated_only=params.get("dated") == "yes",
        ),
        order=cast(Order, order),
        after=params.get("after") or None,
    )


def read_time(name: str, text: str | None, zone: ZoneInfo, end: bool = False) -> datetime | None:
    """A day (``2026-11-22``, whole in ``zone``: its end if ``end``) or a moment, in UTC."""
    if not text or not text.strip():
        return None
    try:
        if len(text.strip()) == 10:
            day = date.fromisoformat(text.strip()) + timedelta(days=1 if end else 0)
            return datetime.combine(day, time(), zone).astimezone(UTC)
        # An unescaped + in an address arrives as a space.
        written = text.strip()
        at = datetime.fromisoformat(written[:11].replace(" ", "T") + written[11:].replace(" ", "+"))
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise QueryError(
            sentence(
                "'%(name)s' is '%(value)s', which is not a time: write a day like 2026-11-22 "
                "or a moment like 2026-11-22T09:30:00Z.",
                name=name,
                value=text[:40],
            )
        ) from error


def _check(name: str, given: Sequence[str], known: Sequence[str]) -> None:
    for value in given:
        if value not in known:
            raise QueryError(
                sentence(
                    "'%(name)s' is '%(value)s', which does not exist: write one of %(known)s.",
                    name=name,
                    value=value[:40],
                    known=", ".join(known),
                )
            )
