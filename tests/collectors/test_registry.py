"""Platforms by name."""

import subprocess
import sys
from pathlib import Path

import pytest

from collectors import registry
from collectors.files import FilesCollector
from collectors.mastodon import MastodonCollector
from listening.errors import ConfigError
from listening.settings import Settings


def test_every_name_builds_a_collector_of_that_name(tmp_path: Path) -> None:
    platforms = {
        "lemmy": {"base_url": "https://lemmy.example"},
        "mastodon": {"base_url": "https://social.example", "servers": [{"base_url": "https://two.example/"}]},
        "reddit": {
            "client_id": "my-app",
            "client_secret": "key",
            "terms": {
                "plan": "Data API",
                "approval": "no. 12",
                "purpose": "listening",
                "recorded_by": "Ana Ionescu",
                "recorded_on": "2026-11-20",
            },
        },
        "rss": {"feeds": ["https://news.example/feed.xml"]},
        "x": {
            "bearer_token": "token",
            "terms": {
                "plan": "pay per use",
                "approval": "app 12",
                "purpose": "listening",
                "recorded_by": "Ana Ionescu",
                "recorded_on": "2026-11-20",
            },
        },
        "youtube": {
            "api_key": "key",
            "terms": {
                "plan": "free quota",
                "approval": "project 12",
                "purpose": "listening",
                "recorded_by": "Ana Ionescu",
                "recorded_on": "2026-11-20",
            },
        },
    }
    settings = Settings.model_validate({"home": str(tmp_path), "platforms": platforms})
    built = {name: registry.build(name, settings) for name in registry.names()}
    assert {name: collector.platform for name, collector in built.items()} == {name: name for name in registry.names()}
    assert isinstance(built["files"], FilesCollector)
    assert isinstance(built["mastodon"], MastodonCollector)


def test_an_unknown_platform_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'myspace': write one of bluesky, "):
        registry.build("myspace", Settings(home=str(tmp_path)))


def test_mastodon_without_a_server_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="EARSHOT_PLATFORMS__MASTODON__BASE_URL"):
        registry.build("mastodon", Settings(home=str(tmp_path)))


def test_importing_the_registry_loads_no_platform() -> None:
    code = (
        "import sys, collectors.registry; "
        "print([name for name in sys.modules if name.split('.')[0] in ('mastodon', 'requests')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
