"""The dashboard as an ASGI application: pages, actions, JSON API, and what every answer carries."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response

from listening.errors import ConfigError
from listening.settings import Settings
from pipeline.wiring import House

from . import api, api_verdicts, problems, security
from .desk import Desk
from .pages import alerts, overview, post, posts, sources
from .viewers import switched

_THREADS = 4
"""Each worker thread holds its own connection and cache; four serve a team."""
_FOREVER = "public, max-age=31536000, immutable"


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(house: House, settings: Settings, clock: Callable[[], datetime] = _utc_now) -> FastAPI:
    """The application over ``house``, which stays open as long as it is used.

    Raises :class:`ConfigError` for a wrong time zone.
    """
    try:
        ZoneInfo(settings.dashboard.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"dashboard.zone is {settings.dashboard.zone!r}, which is no time zone: write one like Europe/Bucharest."
        ) from error
    desk = Desk(house, settings, clock)
    app = FastAPI(
        title="Earshot",
        summary="What people say in public about a brand, as JSON",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.include_router(api.router(desk))
    app.include_router(api_verdicts.router(desk))
    app.include_router(api.description(desk))
    for page in (overview, posts, post, alerts, sources):
        app.include_router(page.router(desk))
    _serve_static(app, desk)
    problems.install(app, desk)
    _guard(app, desk)
    return app


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield


def _serve_static(app: FastAPI, desk: Desk) -> None:
    @app.get("/static/{stamp}/{name}", include_in_schema=False)
    def static(stamp: str, name: str) -> Response:
        path = desk.assets.paths.get(name)
        if path is None:
            raise problems.NotFound(f"There is no file '{name[:40]}'.")
        current = stamp == desk.assets.stamp
        return FileResponse(path, headers={"Cache-Control": _FOREVER if current else "no-cache"})

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> Response:
        return FileResponse(desk.assets.paths["icon.svg"], media_type="image/svg+xml")


def _guard(app: FastAPI, desk: Desk) -> None:
    """Foreign host names are refused, switches answered, and every answer gets its headers."""
    hosts = security.known_hosts(desk.settings.dashboard.host)

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if not security.is_known(request, hosts):
            sentence = f"The dashboard is not called '{request.url.hostname}': open it at {desk.house.dashboard}."
            return security.secured(JSONResponse({"error": sentence}, status_code=421))
        if request.method == "GET" and (answer := switched(request, desk.settings.dashboard)):
            return security.secured(answer)
        return security.secured(await go_on(request))

    @app.exception_handler(Exception)
    async def broke(request: Request, error: Exception) -> Response:
        # The server logs the trace; the reader gets a sentence and nothing of the inside.
        words = desk.visit(request).words
        sentence = words.say("It was written to the log. Try again; if it stays, ask earshot doctor.")
        return security.secured(problems.answer(desk, request, 500, sentence))
