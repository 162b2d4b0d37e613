"""``earshot sources``."""

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from pipeline.cli.common import console, open_house, present

_COLOURS = {"listening": "green", "silent": "", "deaf": "red", "failing": "red", "waits for terms": "yellow"}


def register(app: typer.Typer) -> None:
    app.command("sources")(sources)


def sources(
    as_json: Annotated[bool, typer.Option("--json", help="one line of JSON for each source")] = False,
    brand: Annotated[str | None, typer.Option("--brand", help="only this brand's")] = None,
) -> None:
    """How every source is: whether we hear, what was missed, what it costs. Exit 1 if one is deaf or failing."""
    from listening.sources import State
    from pipeline.sources import status_to_json, statuses

    now = present()
    with open_house() as house:
        found = statuses(house, now, [house.brand(brand)] if brand else None)
    if as_json:
        for status in found:
            print(json.dumps(status_to_json(status), ensure_ascii=False))
    else:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("brand", "platform", "state", "read", "last post", "gaps", "cost this month"):
            table.add_column(name, no_wrap=True)
        for status in found:
            costs = ""
            if status.money:
                costs = f"${status.spent.dollars:,.2f} of ${status.money.budget:,.2f}"
                if status.money.forecast:
                    costs += f", ${status.money.forecast.month_end:,.2f} at its end"
            table.add_row(
                status.brand,
                status.platform,
                Text(status.state.value, style=_COLOURS.get(status.state.value, "dim")),
                _ago(status.last_success, now),
                _ago(status.last_post, now),
                str(len(status.gaps) or ""),
                costs,
            )
        console.print(table)
        for status in found:
            if status.sentence:
                console.print(Text(f"{status.platform} for {status.brand}: {status.sentence}"))
            for gap in status.gaps[-1:]:
                size = "" if gap.estimated is None else f", about {gap.estimated:,} posts"
                console.print(
                    Text(
                        f"{status.platform} for {status.brand}: not seen {gap.since:%Y-%m-%d %H:%M} to "
                        f"{gap.until:%Y-%m-%d %H:%M} UTC ({gap.reason.value}{size})"
                    )
                )
            if status.terms:
                console.print(
                    Text(
                        f"{status.platform} for {status.brand}: terms {status.terms.plan}, {status.terms.approval}, "
                        f"recorded by {status.terms.recorded_by} on {status.terms.recorded_on}"
                    )
                )
    if any(status.state in (State.DEAF, State.FAILING) for status in found):
        raise typer.Exit(1)


def _ago(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    gone = now - at
    if gone < timedelta(hours=2):
        return f"{max(0, gone // timedelta(minutes=1))} min ago"
    return f"{gone // timedelta(hours=1)} h ago" if gone < timedelta(days=2) else f"{gone.days} days ago"
