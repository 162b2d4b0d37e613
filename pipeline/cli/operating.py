"""``earshot up``, ``down``, ``init`` and ``doctor``."""

import os

import typer

from pipeline.cli.common import console, open_house, present


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("up")(up)
    app.command("down")(down)
    app.command("doctor")(doctor)


def up() -> None:
    """Start the dashboard and Airflow, and keep them running until Ctrl-C."""
    from pipeline.configuration import read_settings
    from pipeline.running.up import up as start

    start(read_settings(os.environ), console)


def down() -> None:
    """Stop what `up` started."""
    from pipeline.configuration import read_settings
    from pipeline.running.up import down as stop

    stopped = stop(read_settings(os.environ))
    console.print("Stopped." if stopped else "Nothing was running.")


def init() -> None:
    """Ask for a brand, its hashtags and platforms, and write your own config/brands.toml."""
    from pipeline.beginning import ask_and_write
    from pipeline.configuration import config_folder

    path = ask_and_write(config_folder(os.environ))
    console.print(f"Written to {path}. `make up` starts with it; edit the file whenever you like.")


def doctor() -> None:
    """Check everything Earshot depends on, and say what to do."""
    from pipeline.doctor import examine

    with open_house() as house:
        findings = list(examine(house, present()))
    for finding in findings:
        sign = "[green]ok[/green]  " if finding.ok else "[red]mend[/red]"
        console.print(f"{sign} {finding.what}: {finding.sentence}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
