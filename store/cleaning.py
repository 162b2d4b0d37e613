"""What no database can hold: halves of surrogate pairs and NUL characters, wherever they stand in a page."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any, TypeVar

import regex

from listening.collecting import Page

_UNSTORABLE = regex.compile("[\ud800-\udfff\x00]")
_MAY_BE = regex.compile(r"\\ud[89a-f]|\\x00")
"""In a ``repr``: one quick look at all texts of a post at once; nearly every post is clean."""
_Value = TypeVar("_Value")


def cleaned(page: Page) -> Page:
    """The same page with U+FFFD in their place."""
    return replace(
        page,
        posts=tuple(_clean(post) if _MAY_BE.search(repr(post)) else post for post in page.posts),
        removed=_clean(page.removed),
        removed_if_kept=_clean(page.removed_if_kept),
        removed_authors=_clean(page.removed_authors),
        unreadable=_clean(page.unreadable),
        gaps=_clean(page.gaps),
        cursor=_clean(page.cursor),
    )


def _clean(value: _Value) -> _Value:
    cleaned: Any = value
    if isinstance(value, str) and not isinstance(value, Enum):
        cleaned = _UNSTORABLE.sub("\ufffd", value)
    elif isinstance(value, tuple):
        cleaned = tuple(map(_clean, value))
    elif isinstance(value, Mapping):
        cleaned = {_clean(key): _clean(item) for key, item in value.items()}
    elif is_dataclass(value) and not isinstance(value, type):
        cleaned = replace(value, **{field.name: _clean(getattr(value, field.name)) for field in fields(value)})
    result: _Value = cleaned
    return result
