"""Random schedules of bursts, cuts, changes of host and kills: every post is heard, and whatever went is gone."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from collectors.bluesky import BlueskyCollector
from collectors.bluesky.reading import Slice
from collectors.bluesky.wires import V1, V2
from collectors.protocol import Request
from listening.collecting import Cursor
from listening.errors import TryLater
from listening.query import parse
from tests.servers.jetstream import Jetstream, Refusal

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUERY = parse("#acme")


@pytest.mark.parametrize("seed", range(25))
def test_nothing_is_lost_and_nothing_is_there_twice(seed: int) -> None:
    rng = random.Random(seed)
    wire = rng.choice((V1(), V2()))
    with Jetstream(NOW) as one, Jetstream(NOW) as two:
        alive: dict[str, str] = {}
        kept: dict[str, str] = {}
        cursor: Cursor | None = None
        start = NOW - timedelta(hours=3)
        for turn in range(6):
            begun = start + turn * timedelta(minutes=5)
            end = begun + timedelta(minutes=5)
            for n in range(rng.randint(0, 30)):
                at = begun + timedelta(seconds=10 * n, microseconds=rng.randint(0, 900_000))
                text = f"{rng.choice(('#acme', 'Tea'))} {turn}-{n}"
                uri = one.publish(text, at, rkey=f"3k{turn}-{n}")
                two.publish(text, at + timedelta(seconds=rng.randint(-3, 3)), rkey=f"3k{turn}-{n}")
                if "#acme" in text:
                    alive[uri] = text
                if alive and rng.random() < 0.2:
                    gone = rng.choice(sorted(alive))
                    del alive[gone]
                    for server in (one, two):
                        server.delete(gone, at + timedelta(seconds=4))
            for server in (one, two):
                server.now = end
                server.cut_after = rng.choice((None, None, rng.randint(0, 20)))
                server.refusals = [Refusal(503)] if rng.random() < 0.2 else []
            for last in (False, False, True):
                if last:  # everybody is well again
                    one.cut_after = two.cut_after = None
                    one.refusals, two.refusals = [], []
                size = Slice(page=rng.choice((3, 7, 50)), events=rng.choice((20, 1_000)) if not last else 10_000)
                collector = BlueskyCollector([one.address, two.address], wire, None, size)
                dies_after = 1_000 if last else rng.randint(1, 6)
                request = Request(query=QUERY, cursor=cursor, since=start, until=None, now=end)
                try:
                    for count, page in enumerate(collector.collect(request)):
                        for removal in page.removed_if_kept:
                            kept.pop(removal.post_id, None)
                        kept |= {post.id: post.text for post in page.posts}
                        if count == dies_after:
                            break  # stored, and killed before the cursor was
                        cursor = page.cursor or cursor
                except TryLater:
                    assert not last
        assert sorted(kept.values()) == sorted(alive.values())
