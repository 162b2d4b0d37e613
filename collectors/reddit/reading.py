"""Things of one answer become a page: what answers the query, what is gone, and what could not be read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from listening.collecting import Page, Removal, RemovalReason, Unreadable
from listening.errors import UnreadableInput
from listening.posts import Kind, NativePost
from listening.query import Query

from ..matching import matches
from .posts import fullname, is_gone, post_id, to_post


@dataclass(slots=True)
class Reader:
    """One run. Several listings hold the same post: it is given once (``given``). ``found`` are submissions that were
    given in this run, with the number of their comments."""

    query: Query
    until: datetime | None
    now: datetime
    given: set[str] = field(default_factory=set)
    found: dict[str, NativePost] = field(default_factory=dict)

    def read(self, things: Sequence[Any], source: str) -> Page:
        """``things`` as Reddit gave them; newest first, and the page begins with the oldest."""
        posts: list[NativePost] = []
        removed: dict[str, Removal] = {}
        unreadable: list[Unreadable] = []
        for raw in reversed(things):
            name = fullname(raw)
            if name is not None and is_gone(raw):
                removed[name] = Removal(post_id(name), RemovalReason.DELETED)
                continue
            try:
                post = to_post(raw, self.now)
            except UnreadableInput as error:
                where = f"{source}, {name or 'a thing without id'}"
                unreadable.append(Unreadable(source=where, raw=_body(raw), reason=f"{where}: {error}."))
                continue
            in_time = self.until is None or post.created_at is None or post.created_at < self.until
            if post.id not in self.given and in_time and matches(self.query, post):
                self.given.add(post.id)
                posts.append(post)
                if post.kind is not Kind.COMMENT:
                    self.found[post.native_id] = post
        return Page(posts=tuple(posts), removed=tuple(removed.values()), unreadable=tuple(unreadable))


def _body(raw: Any) -> bytes:
    try:
        return json.dumps(raw).encode()
    except RecursionError:
        return b"nested too deeply to be written down"
