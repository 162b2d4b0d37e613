"""Comments of submissions that were found: search finds no comments, so the threads themselves are looked into."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from listening.collecting import Gap, GapReason, Page, Position, Removal, RemovalReason, Spent

from .door import MOST_AT_ONCE, Door
from .marks import Thread, number
from .posts import fullname, is_gone, post_id
from .reading import Reader
from .session import Closed

MOST_THREADS = 40
"""Read in one run, those that changed most first; Reddit allows 100 requests a minute. The others come next."""
_MOST_MORE = 10
_PREFIX = "thread "

Positions = dict[str, Position]


def forget_old(positions: Positions, since: datetime) -> None:
    """Threads from before ``since`` are no longer followed."""
    for key, position in list(positions.items()):
        thread = Thread.read(position.complete) if key.startswith(_PREFIX) else None
        if key.startswith(_PREFIX) and (thread is None or thread.created < since):
            del positions[key]


def follow(positions: Positions, reader: Reader) -> None:
    """Every submission that was given is a thread to look into."""
    for name, post in reader.found.items():
        if post.created_at is not None and f"{_PREFIX}{name}" not in positions:
            positions[f"{_PREFIX}{name}"] = Position(complete=str(Thread(post.created_at)))


def read_threads(door: Door, positions: Positions, reader: Reader) -> Iterator[Page]:
    """A page for each thread that changed. Counts and edits of its submission come along, and what is gone."""
    threads = {
        key.removeprefix(_PREFIX): thread
        for key, position in positions.items()
        if key.startswith(_PREFIX) and (thread := Thread.read(position.complete)) and thread.comments is not None
    }
    sizes = {name: post.counts.replies for name, post in reader.found.items() if name in threads}
    others = [name for name in threads if name not in sizes]
    for start in range(0, len(others), MOST_AT_ONCE):
        names = others[start : start + MOST_AT_ONCE]
        asked = door.requests
        there = door.things(names, reader.now)
        gone = {name for name in names if name not in there or is_gone(there[name])}
        sizes |= {name: _size(there[name]) for name in names if name not in gone}
        changed = [there[name] for name in names if name not in gone and sizes[name] != threads[name].comments]
        page = reader.read(changed, "threads")
        removed = tuple(Removal(post_id(name), RemovalReason.DELETED) for name in sorted(gone))
        for name in gone:
            positions[_PREFIX + name] = Position(complete=str(replace(threads[name], comments=None)))
        yield replace(page, removed=removed, spent=Spent(requests=door.requests - asked, posts=len(there)))
    grown = {name: abs((size or 0) - (threads[name].comments or 0)) for name, size in sizes.items()}
    due = sorted((name for name in grown if grown[name]), key=lambda name: -grown[name])
    for name in due[:MOST_THREADS]:
        asked = door.requests
        try:
            page, newest = _read(door, name, threads[name], reader)
        except Closed:
            positions[_PREFIX + name] = Position(complete=str(replace(threads[name], comments=None)))
            continue
        after = replace(threads[name], comments=sizes[name] or 0, newest=newest, read_at=reader.now)
        positions[_PREFIX + name] = Position(complete=str(after))
        yield replace(page, spent=Spent(requests=door.requests - asked, posts=page.spent.posts))


def _read(door: Door, name: str, thread: Thread, reader: Reader) -> tuple[Page, int]:
    """What is new, edited or gone in a thread, and the number of its newest comment."""
    found = door.thread(name, reader.now)
    things, waiting = list(found.things), _newer(found.left_out, thread.newest)
    for _ in range(_MOST_MORE):
        if not waiting:
            break
        found = door.more(name, waiting[:MOST_AT_ONCE], reader.now)
        things += found.things
        waiting = [*waiting[MOST_AT_ONCE:], *_newer(found.left_out, thread.newest)]
    names = [one for raw in things if (one := fullname(raw)) is not None]
    page = reader.read([raw for raw in things if _is_wanted(raw, thread)], f"thread {name}")
    left_out = Gap(
        source=f"reddit thread {name}",
        since=thread.read_at or thread.created,
        until=reader.now,
        reason=GapReason.PAGE_CAP,
        estimated=len(waiting),
    )
    newest = max((number(one) for one in [*names, *waiting]), default=thread.newest)
    return replace(page, gaps=(left_out,) if waiting else (), spent=Spent(posts=len(things))), max(
        newest, thread.newest
    )


def _newer(ids: Sequence[str], than: int) -> list[str]:
    return sorted({one for one in ids if number(one) > than}, key=number, reverse=True)


def _is_wanted(raw: Any, thread: Thread) -> bool:
    name = fullname(raw)
    inner = raw.get("data") if isinstance(raw, dict) else None
    edited = isinstance(inner, dict) and bool(inner.get("edited"))
    return name is None or number(name) > thread.newest or edited or is_gone(raw)


def _size(raw: Any) -> int | None:
    size = raw["data"].get("num_comments")
    return size if isinstance(size, int) and not isinstance(size, bool) else None
