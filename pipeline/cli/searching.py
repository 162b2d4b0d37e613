"""``earshot search`` and ``earshot export``."""

import json
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.common import OPERATOR, console, open_house


def register(app: typer.Typer) -> None:
    app.command("search")(search)
    app.command("export")(export)


def search(
    query: Annotated[str, typer.Argument(help="""the query language, e.g. '#tag AND NOT "job fair"'; * is all""")],
    as_json: Annotated[bool, typer.Option("--json", help="stream every match as JSON Lines")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="rows of the table")] = 20,
) -> None:
    """Search the stored posts."""
    from listening.jsonform import post_to_json
    from listening.query import parse
    from store.protocol import Search

    with open_house() as house:
        wanted = Search(query=parse(query), limit=limit)
        if as_json:
            for post in house.reader.stream(OPERATOR, wanted):
                print(json.dumps(post_to_json(post), ensure_ascii=False))
            return
        hits = house.reader.search(OPERATOR, wanted)
    table = Table(box=None, pad_edge=False, expand=True)
    for name, ratio in (("when (UTC)", None), ("platform", None), ("judged", None), ("post", 1)):
        table.add_column(name, ratio=ratio, no_wrap=ratio is None)
    for post in hits.posts:
        label = post.assessment.label.value if post.assessment else "not yet"
        written = f"{post.created_at:%Y-%m-%d %H:%M}" if post.dated else "no date"
        shown = " ".join(post.text.split())
        table.add_row(written, post.platform, label, Text(shown[:300] + "…" * (len(shown) > 300)))
    console.print(table)
    console.print(
        f"{hits.total:,} post{'' if hits.total == 1 else 's'}"
        + (f", the newest {len(hits.posts)} shown" if hits.next else "")
    )


def export(
    query: Annotated[str, typer.Argument(help="which posts; * is all")] = "*",
    brand: Annotated[str | None, typer.Option("--brand", help="only this brand's")] = None,
) -> None:
    """Posts as JSON Lines on standard output, in the shape that `earshot import` reads. Nobody is named in it."""
    from listening.jsonform import post_to_json
    from listening.query import parse
    from store.protocol import Filters, Search

    with open_house() as house:
        filters = Filters(brands=(house.brand(brand).key,)) if brand else Filters()
        for post in house.reader.stream(OPERATOR, Search(query=parse(query), filters=filters, order="oldest")):
            print(json.dumps(post_to_json(post), ensure_ascii=False))
