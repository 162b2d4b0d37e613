"""Reddit as the settings describe it, up to the command line; and gone after 48 hours."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from collectors.reddit.build import build
from listening.errors import ConfigError
from listening.platforms import RedditSettings
from listening.settings import Settings
from tests.servers.reddit import KEYS, RedditServer

TERMS = {
    "plan": "Data API, contract", "approval": "no. 12", "purpose": "listening", "recorded_by": "Ana Ionescu",
    "recorded_on": "2026-11-20",
}  # fmt: skip
ALLOWED = {"terms": TERMS, "client_id": KEYS[0], "client_secret": KEYS[1]}


def settings(tmp_path: Path, reddit: Mapping[str, Any]) -> Settings:
    return Settings.model_validate({"home": str(tmp_path), "platforms": {"reddit": reddit}})


def test_it_is_off_until_the_approval_is_recorded(tmp_path: Path) -> None:
    without = {name: value for name, value in ALLOWED.items() if name != "terms"}
    with pytest.raises(ConfigError, match="by approval only, and none is recorded"):
        build(settings(tmp_path, {**without, "base_url": "http://127.0.0.1:9"}))
    assert build(settings(tmp_path, ALLOWED)).platform == "reddit"
    assert Settings(home=str(tmp_path)).platforms.reddit.enabled is False


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_missing_keys_are_named(tmp_path: Path, missing: str) -> None:
    with pytest.raises(ConfigError, match="EARSHOT_PLATFORMS__REDDIT__CLIENT_SECRET") as caught:
        build(settings(tmp_path, {**ALLOWED, missing: ""}))
    assert KEYS[1] not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "reddit"},
        {"subreddits": ["not a name"]},
        {"subreddits": ["../../api/v1/me"]},
        {"watched_subreddits": ["a?b"]},
        {"user_agent": "two\nlines"},
        {"user_agent": "short"},
        {"client_id": "a:b"},
        {"history_days": 0},
    ],
)
def test_wrong_settings_are_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RedditSettings.model_validate(wrong)


def test_subreddits_may_be_written_as_people_do() -> None:
    found = RedditSettings.model_validate({"subreddits": ["r/Nursing", "/r/retail/", "nursing"]})
    assert found.subreddits == ("Nursing", "retail")


def test_a_dry_run_works_by_environment_variables_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.cli import app

    with RedditServer() as server:
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        name = server.submit("We love it at #acme, says u/ion_v", at)
        variables = {"BASE_URL": server.address, "CLIENT_ID": KEYS[0], "CLIENT_SECRET": KEYS[1]}
        for variable, value in {**variables, "TERMS": json.dumps(TERMS)}.items():
            monkeypatch.setenv(f"EARSHOT_PLATFORMS__REDDIT__{variable}", value)
        monkeypatch.delenv("EARSHOT_FUZZ", raising=False)  # of these tests, and no setting
        monkeypatch.setenv("EARSHOT_HOME", str(tmp_path / "home"))
        done = CliRunner().invoke(app, ["collect", "reddit", "--query", '#acme OR "Acme Corp"', "--dry-run"])
    assert done.exit_code == 0, done.output
    [line] = done.stdout.splitlines()
    form = json.loads(line)
    assert form["id"] == f"reddit:{name}"
    assert form["native"]["author"] == "ana_popescu"
    assert datetime.fromisoformat(form["created_at"]) == at
    assert "ion_v" not in form["text"] and "ana_popescu" not in json.dumps({**form, "native": None})
