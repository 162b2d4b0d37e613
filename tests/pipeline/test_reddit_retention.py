"""Reddit's text stays for two days: collected by its real client from a server of ours, and gone without a trace."""

import json
from datetime import timedelta
from pathlib import Path

from pipeline.configuration import read_settings
from pipeline.steps.collect import collect
from pipeline.steps.forget import forget
from pipeline.wiring import House

from ..servers.reddit import KEYS, RedditServer
from .conftest import NOW

_TERMS = {
    "plan": "Data API, contract", "approval": "no. 12", "purpose": "listening", "recorded_by": "Ana Ionescu",
    "recorded_on": "2026-11-20",
}  # fmt: skip


def test_reddits_text_is_gone_after_48_hours_and_the_counts_stay(environ: dict[str, str]) -> None:
    with RedditServer() as server:
        server.submit("Quiet shift at #LifeAtVeldhaven", NOW - timedelta(hours=46))
        thread = server.submit("Anybody at #LifeAtVeldhaven", NOW - timedelta(hours=3))
        server.comment("I am, #LifeAtVeldhaven", NOW - timedelta(hours=2), thread)
        variables = {
            **environ,
            "EARSHOT_PLATFORMS__REDDIT__ENABLED": "true",
            "EARSHOT_PLATFORMS__REDDIT__BASE_URL": server.address,
            "EARSHOT_PLATFORMS__REDDIT__CLIENT_ID": KEYS[0],
            "EARSHOT_PLATFORMS__REDDIT__CLIENT_SECRET": KEYS[1],
            "EARSHOT_PLATFORMS__REDDIT__TERMS": json.dumps(_TERMS),
        }
        with House(read_settings(variables)) as house:
            assert collect(house, "veldhaven", "reddit", NOW).new == 3
            assert forget(house, NOW).expired == 0
            assert forget(house, NOW + timedelta(hours=2, minutes=1)).expired == 1
            assert forget(house, NOW + timedelta(hours=48)).expired == 2
            assert house.index.count() == 0
            house.index.compact()
        files = [path for path in Path(environ["EARSHOT_HOME"]).rglob("*") if path.is_file()]
        assert files
        for word in ("Quiet shift", "Anybody at", "ana_popescu"):
            assert not [path for path in files if word.encode() in path.read_bytes()]
