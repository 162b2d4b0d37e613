"""A small invented company in a home of its own, and posts to drop into its inbox."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from listening.jsonform import moment
from pipeline.configuration import read_settings
from pipeline.wiring import House

NOW = datetime(2026, 11, 20, 12, 7, tzinfo=UTC)

CONFIG = """
[[brand]]
key = "veldhaven"        # invented
name = "Veldhaven"
names = ["Veldhaven"]
hashtags = ["#LifeAtVeldhaven"]
handles = ["@veldhaven"]
platforms = ["files"]
purpose = "know what people say about Veldhaven"
owner = "tests@example.org"
audience = ["brand", "pr", "hr"]
retention_days = 90

[[rule]]
kind = "risk"
name = "danger"
title = "Somebody may be in danger"
severity = "critical"
categories = ["safety-hazard", "threats-self-harm"]

[[rule]]
kind = "negative-share"
name = "mostly-negative"
title = "Mostly negative posts"
hours = 3
min_share = 0.5
min_posts = 10

[[channel]]
kind = "folder"
name = "outbox"

[[route]]
channels = ["outbox"]
"""

Drop = Callable[[str, list[dict[str, object]]], Path]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment under which a process would see this home and these settings."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "earshot.toml").write_text(CONFIG)
    return {"EARSHOT_HOME": str(tmp_path / "home"), "EARSHOT_CONFIG": str(config)}


@pytest.fixture
def house(environ: dict[str, str]) -> Iterator[House]:
    with House(read_settings(environ)) as opened:
        yield opened


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """Writes posts into the inbox, ``minutes_ago`` before :data:`NOW`."""

    def write(name: str, rows: list[dict[str, object]]) -> Path:
        inbox = tmp_path / "home" / "inbox"
        inbox.mkdir(parents=True, exist_ok=True)
        path = inbox / name
        path.write_text("\n".join(json.dumps(dated(row), ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
        settled = datetime.now(UTC).timestamp() - 60
        os.utime(path, (settled, settled))
        return path

    return write


def dated(row: dict[str, object]) -> dict[str, object]:
    """``minutes_ago`` → ``created_at``."""
    minutes = row.pop("minutes_ago", None)
    return row if minutes is None else {**row, "created_at": moment(NOW - timedelta(minutes=float(str(minutes))))}


def crisis(posts: int = 14, minutes_ago: float = 90) -> list[dict[str, object]]:
    """Negative posts by as many people in three languages, one of them about a danger."""
    texts = (
        "Terrible. The shift plan at #LifeAtVeldhaven is a disgrace, everybody is exhausted and furious {}",
        "Groaznic. La #LifeAtVeldhaven suntem tratați îngrozitor, sunt dezamăgit și furios {}",
        "Ужас. #LifeAtVeldhaven отвратительное отношение, я очень злой и разочарован {}",
    )
    rows: list[dict[str, object]] = [
        {
            "id": f"c{n:03}",
            "platform": "x",
            "author": f"angry_person_{n}",
            "followers": 100 + n,
            "text": texts[n % 3].format(n),
            "minutes_ago": minutes_ago - n,
        }
        for n in range(posts)
    ]
    rows.append(
        {
            "id": "danger1",
            "platform": "x",
            "author": "worried_person",
            "followers": 5_000,
            "text": "The emergency exit at the Veldhaven warehouse is locked and there is a gas leak #LifeAtVeldhaven",
            "minutes_ago": minutes_ago / 2,
        }
    )
    return rows
