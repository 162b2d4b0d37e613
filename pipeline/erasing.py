"""The privacy desk: erase an author or a post, everywhere, and leave a tombstone that names nobody."""

from datetime import datetime

from pipeline.letters import forget_letters
from pipeline.turns import one_at_a_time
from pipeline.wiring import House

_WAIT = 300.0


def erase_author(house: House, handle: str, platform: str | None, by: str, at: datetime) -> int:
    """Everything that account wrote, and the messages that quoted it; returns how many posts."""
    with one_at_a_time(house.home, "judge", _WAIT):
        posts = house.door.erase_author(handle, platform, by, at).posts
        forget_letters(house)
        return posts


def erase_post(house: House, post_id: str, by: str, at: datetime) -> int:
    """One post; returns 1, or 0 if there was none (its tombstone is left all the same)."""
    with one_at_a_time(house.home, "judge", _WAIT):
        posts = house.door.erase_post(post_id, by, at).posts
        forget_letters(house)
        return posts
