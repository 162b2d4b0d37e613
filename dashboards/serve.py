"""Runs the dashboard with uvicorn, on this machine only unless the settings say otherwise."""

import socket

import uvicorn

from listening.errors import NotReady
from listening.settings import Settings
from pipeline.wiring import House

from .app import create_app


def serve(house: House, settings: Settings, log_level: str = "warning") -> None:
    """Blocks until interrupted. Raises :class:`NotReady` with a sentence if the port is taken."""
    host, port = settings.dashboard.host, settings.dashboard.port
    _check_free(host, port)
    uvicorn.run(
        create_app(house, settings), host=host, port=port, log_level=log_level, access_log=False, server_header=False
    )


def _check_free(host: str, port: int) -> None:
    """uvicorn would end with a log line; people get a sentence instead."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NotReady(
                f"The dashboard cannot listen on {host}:{port} ({error.strerror}): stop what uses that port, or set "
                "EARSHOT_DASHBOARD__PORT to another."
            ) from error
