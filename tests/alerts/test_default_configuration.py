"""The rules and routes that Earshot comes with."""

import tomllib
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from alerts.channels import build
from listening.settings import ChannelSettings, RouteSettings, RuleSettings

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config"


def entries(file: str, key: str) -> list[dict[str, object]]:
    return tomllib.loads((CONFIG / file).read_text(encoding="utf-8"))[key]  # type: ignore[no-any-return]


def test_every_kind_of_rule_is_there_and_says_what_to_do() -> None:
    rules = [TypeAdapter(RuleSettings).validate_python(entry) for entry in entries("alert_rules.toml", "rule")]
    assert {rule.kind for rule in rules} == {"risk", "reach", "negative-share", "spike"}
    assert all(rule.playbook for rule in rules)
    assert len({rule.name for rule in rules}) == len(rules)


def test_routes_lead_to_channels(tmp_path: Path) -> None:
    channels = [TypeAdapter(ChannelSettings).validate_python(entry) for entry in entries("routes.toml", "channel")]
    built = {build(entry, tmp_path).name for entry in channels}
    for entry in entries("routes.toml", "route"):
        assert set(RouteSettings.model_validate(entry).channels) <= built
    assert list(tmp_path.iterdir()) == []  # building touches nothing


def test_the_commented_examples_are_right(tmp_path: Path) -> None:
    lines = (CONFIG / "routes.toml").read_text(encoding="utf-8").splitlines()
    code = "\n".join(line.removeprefix("# ") for line in lines if line.startswith("# [[") or " = " in line[:20])
    parsed = tomllib.loads(code)
    channels = [TypeAdapter(ChannelSettings).validate_python(entry) for entry in parsed["channel"]]
    assert {build(entry, tmp_path).name for entry in channels} == {"mail", "hook"}
    assert RouteSettings.model_validate(parsed["route"][0]).channels == ("mail", "hook")


@pytest.mark.parametrize("word", ["folder", "email", "webhook", "risk", "reach", "negative-share", "spike"])
def test_the_documentation_has_every_kind(word: str) -> None:
    assert f"`{word}`" in (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
