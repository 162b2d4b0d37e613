"""Deleted upstream means deleted here: ask the servers what became of the Mastodon posts that we keep."""

from datetime import datetime
from hashlib import sha256

from collectors.mastodon.build import build
from listening.collecting import Page, Removal
from listening.errors import AccessDenied, TryLater
from pipeline.wiring import House
from store.protocol import Filters, Search

_TURNS = 12
"""With a run every hour each post is asked for twice a day; which turn is a post's own follows from its id."""


def recheck(house: House, now: datetime) -> int:
    """Remove what is gone or no longer public, take over edits; returns how many went.

    A server that does not answer ends this turn: its posts have another one in twelve hours.
    """
    if not house.settings.platforms.mastodon.all_servers:
        return 0
    turn = now.hour % _TURNS
    kept = house.index.stream(Search(filters=Filters(platforms=("mastodon",))))
    due = [(post.id, post.brands) for post in kept if not post.imported and _turn_of(post.id) == turn]
    collector, gone = build(house.settings), 0
    for post_id, brands in due:
        identity = house.ledger.vault.post(post_id)
        if identity is None:
            continue
        try:
            found = collector.still_there(post_id, identity.native_id, now)
        except (TryLater, AccessDenied) as error:
            print(f"mastodon: {error}")  # the task's log
            break
        if isinstance(found, Removal):
            gone += house.door.remove([post_id], found.reason.value, now)
        elif found is not None and brands:
            house.door.admit(Page(posts=(found,)), house.brand(brands[0]), "mastodon", now, move_cursor=False)
    return gone


def _turn_of(post_id: str) -> int:
    return int.from_bytes(sha256(post_id.encode()).digest()[:4], "big") % _TURNS
