"""Files with random scratches: a sentence or posts, never a crash."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from collectors.files import read_file
from listening.errors import UnreadableInput
from tests.collectors.files.archives import activity, outbox, packed, tweet, x_archive
from tests.collectors.files.test_archives import AT
from tests.collectors.files.test_workbooks import workbook

_COUNT = int(os.environ.get("EARSHOT_FUZZ", "400")) // 4
_MAKERS: dict[str, Callable[[Path], object]] = {
    "a.xlsx": lambda path: workbook(path, Posts=[["text", "date"], *[[f"Post {n}", "2026-11-20"] for n in range(9)]]),
    "b.zip": lambda path: x_archive(path, [tweet(n, f"Post {n}") for n in range(9)]),
    "c.zip": lambda path: packed(path, {"outbox.json": outbox([activity(n, f"<p>{n}</p>") for n in range(9)])}),
    "d.json": lambda path: path.write_text(json.dumps([tweet(n, f"Post {n}") for n in range(9)])),
}


@pytest.mark.parametrize("name", _MAKERS)
def test_a_scratched_file_is_posts_or_a_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    _MAKERS[name](path)
    whole = path.read_bytes()
    chance = random.Random(7)
    for _ in range(_COUNT):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 6)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.randrange(1, len(content))] if chance.random() < 0.2 else content)
        try:
            reading = read_file(path, at=AT)
            found = list(reading)
        except UnreadableInput as error:
            assert name in str(error)
            continue
        assert reading.receipt.rows == reading.rows_done
        assert sum(len(page.posts) for page in found) == reading.receipt.posts
