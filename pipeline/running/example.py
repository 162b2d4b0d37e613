"""The invented company of ``examples/``: its posts get times relative to the first start, so the demo is fresh."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from listening.jsonform import moment
from pipeline.configuration import EXAMPLE


def plant(home: Path, now: datetime) -> int:
    """Put the example's posts into the drop folder, once for a home; returns how many, 0 if that was done before.

    ``minutes_ago`` becomes ``created_at``. Safe to be killed in: the file appears whole or not at all.
    """
    inbox = home / "inbox"
    target = inbox / "example-hollenbrook.jsonl"
    planted = home / "run" / "example-planted"
    if planted.exists():
        return 0
    inbox.mkdir(parents=True, exist_ok=True)
    lines = []
    for line in (EXAMPLE / "posts.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        row["created_at"] = moment(now - timedelta(minutes=row.pop("minutes_ago")))
        lines.append(json.dumps(row, ensure_ascii=False))
    partial = target.with_suffix(".part")
    partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
    long_ago = (now - timedelta(minutes=1)).timestamp()
    os.utime(partial, (long_ago, long_ago))  # it is whole: the collector need not wait for it to settle
    partial.rename(target)
    planted.parent.mkdir(exist_ok=True)
    planted.touch()
    return len(lines)
