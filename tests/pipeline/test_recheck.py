"""Deleted on the platform means deleted here, edits are taken over, a silent server costs nothing. A real server."""

from datetime import timedelta
from pathlib import Path

from pipeline.configuration import read_settings
from pipeline.steps.collect import collect
from pipeline.steps.forget import forget
from pipeline.wiring import House
from store.protocol import Search

from ..servers.mastodon import Fault, MastodonServer
from .conftest import NOW


def test_what_is_gone_on_the_platform_goes_here_within_twelve_hours(environ: dict[str, str]) -> None:
    with MastodonServer() as server:
        mastodon = f'[platforms.mastodon]\nenabled = true\nbase_url = "{server.address}"\n'
        Path(environ["EARSHOT_CONFIG"], "mastodon.toml").write_text(mastodon)
        gone, edited, _ = (
            server.publish(f"<p>{text} #LifeAtVeldhaven</p>", NOW - timedelta(hours=1), number)
            for number, text in enumerate(("Regretted", "Mistaken", "Steady"))
        )
        with House(read_settings(environ)) as house:
            assert collect(house, "veldhaven", "mastodon", NOW).new == 3
            server.delete(gone)
            server.edit(edited, "<p>Corrected #LifeAtVeldhaven</p>", NOW)

            server.always = Fault(503)
            assert forget(house, NOW).removed == 0
            assert house.index.count() == 3
            server.always = None

            removed = sum(forget(house, NOW + timedelta(hours=hour)).removed for hour in range(1, 13))

            assert removed == 1
            texts = sorted(post.text for post in house.index.stream(Search()))
            assert texts == ["Corrected #LifeAtVeldhaven", "Steady #LifeAtVeldhaven"]
            house.index.compact()
        files = [path for path in Path(environ["EARSHOT_HOME"]).rglob("*") if path.is_file()]
        assert not [path for path in files if b"Regretted" in path.read_bytes()]
