"""``earshot collect`` and ``earshot import``."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.common import console, moment, open_house, present, progress


def register(app: typer.Typer) -> None:
    app.command("collect")(collect)
    app.command("import")(import_file)


def collect(
    platform: Annotated[str, typer.Argument(help="files, mastodon, …")],
    query: Annotated[
        str | None, typer.Option("--query", help="""e.g. '#tag OR "Acme"'; default: the brand's own""")
    ] = None,
    brand: Annotated[str | None, typer.Option("--brand", help="whose query and purpose it is")] = None,
    since: Annotated[str | None, typer.Option("--since", help="ISO 8601; default: a week ago")] = None,
    until: Annotated[str | None, typer.Option("--until", help="ISO 8601")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="at most this many posts")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="print the posts as JSON Lines and touch nothing")] = False,
) -> None:
    """One collection. With --dry-run it prints normalised posts as JSON Lines and touches nothing."""
    from pipeline import looking

    now = present()
    start = moment(since, "since") or now - timedelta(days=7)
    with open_house() as house:
        if dry_run:
            for form in looking.dry_run(house, platform, query, brand, start, moment(until, "until"), limit, now):
                print(json.dumps(form, ensure_ascii=False), flush=True)
            return
        collected = looking.collect_now(house, platform, query, brand, start, moment(until, "until"), limit, now)
    for one in collected:
        console.print(
            f"{one.brand} from {one.platform}: {one.new} new, {one.changed} changed, {one.unchanged} known, "
            f"{one.unreadable} unreadable, {one.withheld} withheld at their author's wish."
        )
        if one.problem:
            progress.print(one.problem)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, JSON (also .gz), .xlsx, or a ZIP export")],
    brand: Annotated[str | None, typer.Option("--brand", help="the brand whose query the posts belong to")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", "--column", help="FIELD=COLUMN where the guess is wrong, e.g. text=Body"),
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="show the columns, the first posts and what is rejected; store nothing")
    ] = False,
) -> None:
    """Import a file; shows how its columns were mapped and what was rejected. A second import changes nothing."""
    from pipeline.cli.receipts import print_preview, print_receipt
    from pipeline.importing import import_posts, preview_posts

    if preview:
        with progress.status(f"Reading {file.name} …") as status:
            seen = preview_posts(file, column or [], present(), lambda rows: status.update(f"{rows:,} rows read …"))
        print_preview(console, seen)
        return
    with open_house() as house, progress.status(f"Reading {file.name} …") as status:
        imported = import_posts(
            house, file, brand, column or [], present(), lambda rows: status.update(f"{rows:,} rows read …")
        )
    print_receipt(console, imported)
