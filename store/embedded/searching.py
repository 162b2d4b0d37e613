"""Search, stream and facets."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence

import apsw

from listening.errors import QueryError
from listening.posts import Post
from listening.sentences import sentence

from ..protocol import FacetCount, FacetField, Filters, Hits, Search
from . import filtering
from .connections import Connections
from .matching import Condition, condition, joined
from .rows import read

_CHUNK = 500
_FEW = 5_000  # so many matches are fetched and sorted; more are walked in order until the page is full
_Row = tuple[int | None, int, str, str]
_Place = tuple[int | None, int, str]
_ORDER_BY = {
    "newest": "p.created_at DESC, p.id DESC",
    "oldest": "p.created_at, p.id",
    "reach": "p.audience DESC, p.created_at DESC, p.id DESC",
}


class Searching:
    """Reads only; each answer is of one moment."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def search(self, search: Search) -> Hits:
        found = _condition(search, search.filters)
        place = _read_place(search.after) if search.after else None
        with self._connections.reading() as connection:
            total = _total(connection, found)
            rows = _page(connection, found, search.order, place, search.limit + 1, walk=total > _FEW)
        shown = rows[: search.limit]
        return Hits(
            posts=tuple(read(row[3]) for row in shown),
            total=total,
            next=_write_place(shown[-1]) if shown and len(rows) > search.limit else None,
        )

    def stream(self, search: Search) -> Iterator[Post]:
        """In chunks, each its own short read: a slow reader holds up no checkpoint."""
        found = _condition(search, search.filters)
        place: _Place | None = None
        while True:
            with self._connections.reading() as connection:
                rows = _page(connection, found, search.order, place, _CHUNK, walk=True)
            yield from (read(row[3]) for row in rows)
            if len(rows) < _CHUNK:
                return
            place = rows[-1][:3]

    def facets(self, search: Search, fields: Sequence[FacetField], top: int) -> Mapping[str, tuple[FacetCount, ...]]:
        with self._connections.reading() as connection:
            return {field: _facet(connection, search, field, top) for field in fields}


def _condition(search: Search, filters: Filters) -> Condition:
    return joined(" AND ", [condition(search.query.root), *filtering.conditions(filters)])


def _total(connection: apsw.Connection, found: Condition) -> int:
    return int(connection.execute(f"SELECT count(*) FROM posts p WHERE {found.sql}", found.values).get)


def _page(
    connection: apsw.Connection, found: Condition, order: str, place: _Place | None, limit: int, *, walk: bool
) -> list[_Row]:
    wanted = joined(" AND ", [found, _after(order, place)]) if place else found
    # A plus sign keeps SQLite from fetching all matches first; it then walks the index of the order.
    sql = wanted.sql.replace("p.number IN", "+p.number IN") if walk else wanted.sql
    rows = connection.execute(
        "SELECT p.audience, p.created_at, p.id, d.document FROM posts p CROSS JOIN documents d ON d.number = p.number"
        f" WHERE {sql} ORDER BY {_ORDER_BY[order]} LIMIT ?",
        (*wanted.values, limit),
    )
    return list(rows)


def _after(order: str, place: _Place) -> Condition:
    audience, created_at, post_id = place
    match order:
        case "oldest":
            return Condition("(p.created_at, p.id) > (?, ?)", (created_at, post_id))
        case "reach" if audience is not None:
            return Condition(
                "((p.audience, p.created_at, p.id) < (?, ?, ?) OR p.audience IS NULL)", (audience, created_at, post_id)
            )
        case "reach":
            return Condition("(p.audience IS NULL AND (p.created_at, p.id) < (?, ?))", (created_at, post_id))
        case _:
            return Condition("(p.created_at, p.id) < (?, ?)", (created_at, post_id))


def _write_place(row: _Row) -> str:
    return base64.urlsafe_b64encode(json.dumps(row[:3]).encode()).decode()


def _read_place(text: str) -> _Place:
    try:
        audience, created_at, post_id = json.loads(base64.urlsafe_b64decode(text))
        return (None if audience is None else int(audience), int(created_at), str(post_id))
    except (ValueError, TypeError) as error:
        raise QueryError(sentence("This page of the search does not exist: start again from the first one.")) from error


def _facet(connection: apsw.Connection, search: Search, field: FacetField, top: int) -> tuple[FacetCount, ...]:
    found = _condition(search, filtering.without(search.filters, field))
    if column := filtering.COLUMN_OF.get(field):
        value, source, values = f"p.{column}", "posts p", found.values
    else:
        value, source = "l.value", "posts p JOIN labels l ON l.number = p.number AND l.field = ?"
        values = (filtering.LABEL_OF[field], *found.values)
    rows = connection.execute(
        f"SELECT {value}, count(*), count(DISTINCT p.author) FROM {source} WHERE {found.sql}"
        " GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
        (*values, top),
    )
    return tuple(FacetCount(*row) for row in rows)
