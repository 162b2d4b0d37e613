"""Houses, a client for each, and a real browser where there is one."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, sync_playwright

from dashboards.app import create_app
from pipeline.wiring import House

from .seeding import NOW, fill, settings_at

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Nothing in it yet."""
    with House(settings_at(tmp_path / "home")) as opened:
        yield opened


@pytest.fixture(scope="session")
def full_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The example company's posts; shared by all tests that only look."""
    with House(settings_at(tmp_path_factory.mktemp("full") / "home")) as opened:
        fill(opened)
        yield opened


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    with client_of(house) as opened:
        yield opened


@pytest.fixture(scope="session")
def full_client(full_house: House) -> Iterator[TestClient]:
    with client_of(full_house) as opened:
        yield opened


@pytest.fixture
def full(full_client: TestClient) -> TestClient:
    """Without a cookie of the test before."""
    full_client.cookies.clear()
    return full_client


def client_of(house: House) -> TestClient:
    app = create_app(house, house.settings, clock=lambda: NOW)
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install Debian's package chromium to open the pages in a browser")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def served(house: House) -> Iterator[str]:
    """The dashboard on a free port of this machine; gives its address."""
    app = create_app(house, house.settings, clock=lambda: NOW)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False))
    ready = threading.Event()
    server_ready: Callable[[], None] = ready.set

    async def run() -> None:
        config = server.config
        config.load()
        server.lifespan = config.lifespan_class(config)
        await server.startup()
        server_ready()
        await server.main_loop()
        await server.shutdown()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(20), "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def full_site(full_house: House) -> Iterator[str]:
    with served(full_house) as address:
        yield address
