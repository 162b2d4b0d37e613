"""A real Airflow parses the DAGs and runs them, twice, against a fresh metadata database."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.configuration import ROOT, read_settings
from pipeline.running import airflow
from pipeline.wiring import House
from store.protocol import Search

from .conftest import NOW, Drop, crisis

pytestmark = pytest.mark.airflow

_PARSE = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
before = set(sys.modules)
bag = DagBag(sys.argv[1])
heavy = {name.partition(".")[0] for name in set(sys.modules) - before}
print("FOUND " + json.dumps({"errors": bag.import_errors, "dags": sorted(bag.dags), "loaded": sorted(heavy)}))
"""
_HEAVY = {
    "torch",
    "tweepy",
    "praw",
    "elasticsearch",
    "transformers",
    "onnxruntime",
    "mastodon",
    "apsw",
    "pipeline",
    "store",
}


@pytest.fixture
def variables(environ: dict[str, str]) -> dict[str, str]:
    """The environment of an Airflow of its own."""
    settings = read_settings(environ)
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "EARSHOT", "PYTEST"))}
    return {**airflow.environment(settings, ours), **environ, "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING"}


def _run(variables: dict[str, str], *command: str) -> str:
    ran = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout[-4_000:] + ran.stderr[-4_000:]
    return ran.stdout


def test_parsing_a_dag_loads_no_heavy_module(variables: dict[str, str]) -> None:
    _run(variables, "airflow", "db", "migrate")
    printed = _run(variables, sys.executable, "-c", _PARSE, str(ROOT / "dags"))
    found = json.loads(next(line for line in printed.splitlines() if line.startswith("FOUND ")).removeprefix("FOUND "))
    assert found["errors"] == {}
    assert found["dags"] == ["collect", "forget", "judge"]
    assert not _HEAVY & set(found["loaded"])


def test_collect_and_judge_run_twice_with_the_same_final_state(
    variables: dict[str, str], environ: dict[str, str], drop: Drop
) -> None:
    drop("posts.jsonl", crisis())
    _run(variables, "airflow", "db", "migrate")
    states = []
    for minute in (0, 1):
        at = (NOW + timedelta(minutes=minute)).isoformat()
        for name in ("collect", "judge"):
            _run(variables, "airflow", "dags", "test", name, at)
        states.append(_state(environ))
    assert states[0] == states[1]
    posts, messages = states[0]
    assert len(posts) == 15
    assert "assessment" in posts[0]
    assert messages


def _state(environ: dict[str, str]) -> tuple[list[str], list[str]]:
    with House(read_settings(environ)) as house:
        posts = [repr(post) for post in house.index.stream(Search(order="oldest"))]
        return posts, sorted(path.name for path in Path(environ["EARSHOT_HOME"], "outbox").rglob("*.eml"))
