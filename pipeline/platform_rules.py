"""What platforms ask of us, read from ``platform_rules.toml`` beside this file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class RecheckRule:
    """How often a post is looked up again, by its age; and for how long that may fail before old posts are hidden."""

    steps: tuple[tuple[timedelta, timedelta], ...]
    hide_after: timedelta

    def every(self, age: timedelta) -> timedelta | None:
        """Time between two looks at a post of this age; None: it is not looked up any more."""
        return next((every for until, every in self.steps if age <= until), None)


@cache
def recheck_rules() -> Mapping[str, RecheckRule]:
    """By platform; those that are not in it have no deletions that can be followed."""
    return {
        platform: RecheckRule(
            tuple((timedelta(days=days), timedelta(hours=hours)) for days, hours in duties["recheck"]["hours"]),
            timedelta(hours=duties["recheck"]["hide_after"]),
        )
        for platform, duties in _duties().items()
        if "recheck" in duties
    }


def most_posts_an_answer(platform: str) -> int | None:
    """How many posts one answer of a paid platform can cost; None: nobody knows."""
    found: int | None = _duties().get(platform, {}).get("money", {}).get("most_posts_an_answer")
    return found


@cache
def _duties() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
