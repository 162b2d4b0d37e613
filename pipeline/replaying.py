"""``earshot dead-letters replay``: what could not be read, read again."""

from dataclasses import dataclass
from datetime import datetime

from collectors.registry import reread
from pipeline.wiring import House


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many letters were tried and how many of them could be read now."""

    tried: int
    read: int


def replay_dead_letters(house: House, now: datetime) -> Replayed:
    """Each letter that can be read now goes through the write door and leaves the list; the others stay."""
    letters = house.ledger.dead_letters.list()
    read = 0
    for letter in letters:
        page = reread(letter.platform, house.ledger.dead_letters.raw(letter.id), letter.source, now)
        if page.posts:
            house.door.admit(page, house.brand(letter.brand), letter.platform, now, move_cursor=False)
            house.ledger.dead_letters.done(letter.id)
            read += 1
    return Replayed(tried=len(letters), read=read)
