"""``earshot search`` and ``earshot export``."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.common import OPERATOR, console, open_house, present, progress

if TYPE_CHECKING:
    from listening.posts import Post
    from pipeline.wiring import House

_MOST_GAPS = 20


def register(app: typer.Typer) -> None:
    app.command("search")(search)
    app.command("export")(export)


def _say_what_is_missing(house: "House", since: datetime, until: datetime, brands: Sequence[str] = ()) -> None:
    """On standard error, so that the lines on standard output stay posts: gaps and what is hidden."""
    gaps = house.reader.gaps(OPERATOR, brands, since, until)
    for gap in gaps[-_MOST_GAPS:]:
        size = "" if gap.estimated is None else f", about {gap.estimated:,} posts"
        progress.print(
            f"Not seen: {gap.source}, {gap.since:%Y-%m-%d %H:%M} to {gap.until:%Y-%m-%d %H:%M} UTC "
            f"({gap.reason.value}{size})."
        )
    if len(gaps) > _MOST_GAPS:
        progress.print(f"And {len(gaps) - _MOST_GAPS} earlier stretches that were not seen.")
    for platform, posts in house.reader.hidden().items():
        progress.print(
            f"Hidden: {posts:,} post{'' if posts == 1 else 's'} of {platform}, "
            "which nobody could ask about for over a day."
        )


def _printed(posts: "Iterable[Post]") -> tuple[datetime, datetime]:
    """Prints posts as JSON Lines; returns when the first and the last of them were published."""
    from listening.jsonform import post_to_json

    first, last = present(), datetime.min.replace(tzinfo=UTC)
    for post in posts:
        first, last = min(first, post.created_at), max(last, post.created_at)
        print(json.dumps(post_to_json(post), ensure_ascii=False))
    return first, last


def search(
    query: Annotated[str, typer.Argument(help="""the query language, e.g. '#tag AND NOT "job fair"'; * is all""")],
    as_json: Annotated[bool, typer.Option("--json", help="stream every match as JSON Lines")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="rows of the table")] = 20,
) -> None:
    """Search the stored posts."""
    from listening.query import parse
    from store.protocol import Search

    with open_house() as house:
        wanted = Search(query=parse(query), limit=limit)
        if as_json:
            _say_what_is_missing(house, *_printed(house.reader.stream(OPERATOR, wanted)))
            return
        hits = house.reader.search(OPERATOR, wanted)
        if hits.posts:
            _say_what_is_missing(house, hits.posts[-1].created_at, hits.posts[0].created_at)
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
    from listening.query import parse
    from store.protocol import Filters, Search

    with open_house() as house:
        filters = Filters(brands=(house.brand(brand).key,)) if brand else Filters()
        wanted = Search(query=parse(query), filters=filters, order="oldest")
        _say_what_is_missing(house, *_printed(house.reader.stream(OPERATOR, wanted)), filters.brands)
