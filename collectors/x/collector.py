"""Posts of X that answer a query, bought within what may be spent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from listening.collecting import Allowance, Cursor, Page, Position, Removal, RemovalReason, Spent, Unreadable
from listening.errors import ConfigError, TryLater, UnreadableInput
from listening.posts import NativePost
from listening.query import Query

from ..matching import matches
from ..protocol import Request
from .answers import Answer, Includes
from .budget import Prices, Purse
from .ids import id_at, read_id, time_of
from .posts import is_withheld, to_post
from .query import Plan, plan_for
from .server import BrokenOff, Server
from .walk import Step, Walk

_LOOKED = " looked"
_BATCH = 100
"""Ids in one look-up."""


class XCollector:
    """``monthly_dollars`` bound a collection for which nobody keeps an account (``Request.allowance`` is None).

    ``recheck`` says which posts may be looked up again: ``incidents``, ``all`` or ``never``.
    """

    platform = "x"

    def __init__(
        self,
        server: Server,
        *,
        monthly_dollars: Decimal,
        prices: Prices | None = None,
        languages: Sequence[str] = (),
        reposts: bool = True,
        recheck: str = "incidents",
    ) -> None:
        self._server, self._monthly, self._prices = server, monthly_dollars, prices or Prices()
        self._languages, self._reposts, self.recheck = tuple(languages), reposts, recheck
        self._opened: tuple[Allowance, Purse] | None = None

    def plan(self, query: Query) -> Plan:
        """What X is asked for, and what it cannot be."""
        return plan_for(query, self._server.longest_query, self._languages, self._reposts)

    def collect(self, request: Request) -> Iterator[Page]:
        """Positions are by X's query. ``complete`` is the newest post of a finished walk; ``walk_from`` and ``walk_at``
        the newest and the oldest post of one that is not. A second position says until when a walk looked, whatever it
        found. No more is asked for than can be paid."""
        plan = self.plan(request.query)
        purse = self._purse(request.allowance)
        kept = request.cursor if request.cursor and request.cursor.query_revision == request.query.revision else None
        positions = dict(kept.positions) if kept else {}
        keys = [sha256(words.encode()).hexdigest()[:12] for words in plan.asked]
        if positions and not any(key in positions for key in keys):
            positions |= _in_a_new_form(positions, keys)
        seen: set[str] = set()
        left = request.limit
        for number, (key, words) in enumerate(zip(keys, plan.asked, strict=True), 1):
            source = f"x, {'archive' if self._server.archive else 'recent search'}"
            source += f", part {number} of {len(plan.asked)}" if len(plan.asked) > 1 else ""
            before = positions.get(key, Position())
            for step in Walk(self._server, words, source, purse, request, _looked(positions, key)).steps(before):
                page = _read(step, source, request, seen)
                if left is not None:
                    yield replace(page, posts=page.posts[:left])
                    left -= len(page.posts[:left])
                    if left <= 0:
                        return
                    continue
                if step.position is not None:
                    positions[key] = step.position
                    if step.looked:
                        positions[key + _LOOKED] = Position(complete=str(id_at(request.now)))
                    page = replace(page, cursor=Cursor(request.query.revision, dict(positions)))
                yield page

    def still_there_many(
        self, posts: Mapping[str, str], now: datetime, allowance: Allowance | None = None
    ) -> Iterator[Page]:
        """What became of posts that were collected (our id → X's): their present form, or their removal.

        Each that is found is paid. Posts that X says nothing about are on no page. Raises as :meth:`collect` does, and
        :class:`~listening.errors.TryLater` for those that can no longer be paid."""
        purse = self._purse(allowance)
        waiting = list(posts.items())
        while waiting:
            most = min(_BATCH, int(purse.left // self._prices.post))
            if most == 0:
                raise TryLater(
                    f"What X may cost this month is used up: {len(waiting)} posts cannot be looked up again. Raise "
                    "platforms.x.monthly_dollars, or wait for the next month."
                )
            batch, waiting = waiting[:most], waiting[most:]
            try:
                answer = self._server.posts([native for _, native in batch], now)
            except BrokenOff:  # it may have been paid
                yield Page(spent=Spent(requests=1, dollars=purse.pay_posts(len(batch))))
                raise
            page, newer = _compared(batch, answer, now)
            dollars = purse.pay_posts(len(answer.items))
            waiting = [*newer, *waiting]
            yield replace(page, spent=Spent(requests=1, posts=len(answer.items), dollars=dollars))

    def _purse(self, allowance: Allowance | None) -> Purse:
        """One allowance is one purse, however often it is handed in."""
        if self._monthly <= 0:
            raise ConfigError(
                "platforms.x.monthly_dollars is 0, so nothing is bought from X: write what each brand may cost a month "
                "in dollars, there or as EARSHOT_PLATFORMS__X__MONTHLY_DOLLARS."
            )
        if allowance is None:
            return Purse(self._monthly, self._prices)
        if self._opened is None or self._opened[0] is not allowance:
            self._opened = allowance, Purse(allowance.dollars, self._prices)
        return self._opened[1]


def _looked(positions: Mapping[str, Position], key: str) -> datetime | None:
    at = positions.get(key + _LOOKED, Position()).complete
    return time_of(int(at)) if at else None


def _in_a_new_form(positions: Mapping[str, Position], keys: Sequence[str]) -> dict[str, Position]:
    """A query that X is now asked for in other words goes on where all the old ones were complete."""
    made: dict[str, Position] = {}
    for ending in ("", _LOOKED):
        old = [at.complete for name, at in positions.items() if name.endswith(_LOOKED) == bool(ending)]
        complete = [int(at) for at in old if at is not None]
        if complete and len(complete) == len(old):
            made |= {key + ending: Position(complete=str(min(complete))) for key in keys}
    return made


def _read(step: Step, source: str, request: Request, seen: set[str]) -> Page:
    includes = step.answer.includes
    posts: list[NativePost] = []
    unreadable: list[Unreadable] = []
    withheld = 0
    for raw in step.answer.items:
        if is_withheld(raw, includes):
            withheld += 1
            continue
        try:
            post = to_post(raw, includes, request.now)
        except UnreadableInput as error:
            unreadable.append(_letter(raw, includes, source, error))
            continue
        in_time = request.until is None or post.created_at is None or post.created_at < request.until
        if in_time and post.id not in seen and matches(request.query, post):
            seen.add(post.id)
            posts.append(post)
    return Page(
        posts=tuple(posts),
        removed=step.answer.removed,
        unreadable=tuple(unreadable),
        gaps=step.gaps,
        withheld=withheld,
        spent=step.spent,
    )


def _letter(raw: Any, includes: Includes, source: str, error: UnreadableInput) -> Unreadable:
    """With all that belongs to the post, so that it can be read again."""
    name = read_id(raw.get("id")) if isinstance(raw, dict) else None
    where = f"{source}, post {name or 'without id'}"
    try:
        body = json.dumps({"data": raw, "includes": includes.about(raw)}).encode()
    except RecursionError:
        body = b"nested too deeply to be written down"
    return Unreadable(source=where, raw=body, reason=f"{where}: {error}.")


def _compared(batch: Sequence[tuple[str, str]], answer: Answer, now: datetime) -> tuple[Page, list[tuple[str, str]]]:
    """What a look-up says of each post, and newer versions that are still to be looked up."""
    given = {str(raw.get("id")): raw for raw in answer.items if isinstance(raw, dict)}
    gone = {removal.post_id: removal.reason for removal in answer.removed}
    posts: list[NativePost] = []
    removed: list[Removal] = []
    unreadable: list[Unreadable] = []
    newer: list[tuple[str, str]] = []
    for id_here, native in batch:
        raw = given.get(native)
        if raw is None:
            if reason := gone.get(f"x:{native}"):
                removed.append(Removal(id_here, reason))
        elif is_withheld(raw, answer.includes):
            removed.append(Removal(id_here, RemovalReason.WITHDRAWN))
        elif (newest := _newest_version(raw)) and newest > int(native):
            newer.append((id_here, str(newest)))
        else:
            try:
                post = to_post(raw, answer.includes, now)
            except UnreadableInput as error:
                unreadable.append(_letter(raw, answer.includes, "x, look-up", error))
                continue
            if post.id == id_here:
                posts.append(post)
    return Page(posts=tuple(posts), removed=tuple(removed), unreadable=tuple(unreadable)), newer


def _newest_version(raw: Mapping[str, Any]) -> int | None:
    history = raw.get("edit_history_tweet_ids")
    ids = [read_id(item) for item in history] if isinstance(history, list) else []
    return max((item for item in ids if item is not None), default=None)
