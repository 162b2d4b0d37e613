"""Every connector, named in no list but the registry: it imports, and is built or refused with a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from collectors import registry
from listening.errors import ConfigError
from listening.settings import Settings

_NO_NETWORK = """
import socket, sys
def refuse(*args, **more): raise AssertionError("a connection was opened")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
"""


@pytest.mark.parametrize("name", registry.names())
def test_without_settings_a_platform_is_built_or_says_what_it_needs(name: str, tmp_path: Path) -> None:
    try:
        built = registry.build(name, Settings(home=str(tmp_path)))
    except ConfigError as error:
        said = str(error)
        assert len(said.split()) > 5
        assert f"platforms.{name}" in said or f"PLATFORMS__{name.upper()}" in said
    else:
        assert built.platform == name
    assert list(tmp_path.iterdir()) == []


def test_building_all_of_them_opens_no_connection_and_reads_no_environment(tmp_path: Path) -> None:
    code = f"""{_NO_NETWORK}
from collectors import registry
from listening.errors import ConfigError
from listening.settings import Settings
settings = Settings(home={str(tmp_path)!r})
for name in registry.names():
    try:
        registry.build(name, settings)
    except ConfigError:
        pass
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EARSHOT")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr


def test_a_dry_run_of_files_has_the_shape_of_a_post_and_its_native_names(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "config").mkdir()
    (inbox / "p.csv").write_text("text,author,platform,id\nGood day #acme,ana_p,linkedin,77\n")
    os.utime(inbox / "p.csv", (1_700_000_000, 1_700_000_000))
    environment = os.environ | {
        "EARSHOT_HOME": str(tmp_path / "home"), "EARSHOT_CONFIG": str(tmp_path / "config"),
        "EARSHOT_PLATFORMS__FILES__INBOX": str(inbox),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pipeline.cli", "collect", "files", "--query", "#acme", "--dry-run"],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    [form] = map(json.loads, done.stdout.splitlines())
    assert form["native"] == {"id": "77", "url": None, "author": "ana_p"}
    assert form["id"] == "linkedin:77"
    assert form.keys() >= {
        "id", "platform", "url", "author", "speaker", "audience", "kind", "text", "title", "created_at", "fetched_at",
        "edited_at", "language", "hashtags", "mentions", "links", "media", "counts", "in_reply_to", "reposted",
        "quoted", "matched", "native",
    }  # fmt: skip
    assert not (tmp_path / "home").exists()
