"""Airflow on one machine: its home below ours, bound to this machine, SQLite and LocalExecutor."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from listening.settings import Settings
from pipeline.configuration import ROOT


def environment(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables under which our Airflow runs. Whatever the operator has set already (``AIRFLOW__…``) wins."""
    home = Path(settings.home) / "airflow"
    port = settings.airflow.port
    ours = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(max(2, os.cpu_count() or 2)),
        # One user, on this machine only: the address below is loopback, so a password would protect nothing.
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    path = os.pathsep.join(part for part in (str(ROOT), environ.get("PYTHONPATH", "")) if part)
    programs = os.pathsep.join((str(Path(sys.executable).parent), environ.get("PATH", "")))
    return {**ours, **environ, "PYTHONPATH": path, "PATH": programs, "EARSHOT_HOME": settings.home}
