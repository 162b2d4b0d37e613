"""Filters as SQL over the narrow columns."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..protocol import FacetField, Filters
from .matching import Condition
from .rows import BRAND, HASHTAG, RISK, THEME, micros

COLUMN_OF: dict[FacetField, str] = {
    "platforms": "platform",
    "languages": "language",
    "sentiments": "sentiment",
    "kinds": "kind",
}
LABEL_OF: dict[FacetField, str] = {"brands": BRAND, "hashtags": HASHTAG, "risks": RISK, "themes": THEME}


def without(filters: Filters, field: FacetField) -> Filters:
    """``filters`` as the counts of ``field`` see them."""
    nothing: dict[str, Any] = {field: ()}
    return replace(filters, **nothing)


def conditions(filters: Filters) -> list[Condition]:
    """All of them must hold."""
    found: list[Condition] = []
    if filters.since is not None:
        found.append(Condition("p.created_at >= ?", (micros(filters.since),)))
    if filters.until is not None:
        found.append(Condition("p.created_at < ?", (micros(filters.until),)))
    if filters.dated_only:
        found.append(Condition("p.dated"))
    if filters.ids:
        found.append(Condition(f"p.id IN ({_marks(filters.ids)})", filters.ids))
    for field, column in COLUMN_OF.items():
        if wanted := getattr(filters, field):
            found.append(Condition(f"p.{column} IN ({_marks(wanted)})", wanted))
    for field, label in LABEL_OF.items():
        if wanted := getattr(filters, field):
            found.append(_labelled(label, wanted))
    if filters.without_themes:
        themed = _labelled(THEME, filters.without_themes)
        found.append(Condition(f"NOT {themed.sql}", themed.values))
    if filters.without_ids:  # there may be more than a statement has places for
        listed = json.dumps(filters.without_ids)
        found.append(Condition("p.id NOT IN (SELECT value FROM json_each(?))", (listed,)))
    return found


def _labelled(label: str, values: Sequence[str]) -> Condition:
    return Condition(
        f"p.number IN (SELECT number FROM labels WHERE field = ? AND value IN ({_marks(values)}))", (label, *values)
    )


def _marks(values: Sequence[str]) -> str:
    return ",".join("?" * len(values))
