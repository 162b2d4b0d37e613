"""Starting: on this machine only, and with a sentence when it cannot."""

import socket
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dashboards.app import create_app
from dashboards.security import POLICY
from dashboards.serve import serve
from listening.errors import ConfigError, NotReady
from listening.settings import DashboardSettings
from pipeline.wiring import House

from .seeding import NOW, settings_at


def test_by_default_only_this_machine_is_served() -> None:
    assert DashboardSettings().host == "127.0.0.1"


def test_a_taken_port_is_a_sentence(house: House) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = settings_at(house.home, port=port)
        with pytest.raises(NotReady, match=rf"cannot listen on 127\.0\.0\.1:{port}.*EARSHOT_DASHBOARD__PORT"):
            serve(house, settings)


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd"])
def test_a_wrong_zone_is_a_sentence(tmp_path: Path, zone: str) -> None:
    with House(settings_at(tmp_path / "home", zone=zone)) as house, pytest.raises(ConfigError, match="no time zone"):
        create_app(house, house.settings)


def test_what_breaks_inside_stays_inside(house: House) -> None:
    app = create_app(house, house.settings, clock=lambda: NOW)

    @app.get("/api/break")
    def break_it() -> None:
        raise RuntimeError("secret of the inside")

    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        answer = client.get("/api/break")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.headers["content-security-policy"] == POLICY
