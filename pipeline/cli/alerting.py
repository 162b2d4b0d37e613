"""``earshot alerts``: list, show, ack, silence, resolve, try."""

import getpass
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.common import OPERATOR, console, open_house, present

app = typer.Typer(help="Incidents: look, take, silence, resolve; try a rule on history.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="the incident's id, as listed")]


@app.command("list")
def list_incidents(
    everything: Annotated[bool, typer.Option("--all", help="ended ones too")] = False,
) -> None:
    """Incidents, newest first."""
    with open_house() as house:
        incidents = house.reader.incidents(OPERATOR, active_only=not everything)
    if not incidents:
        console.print("No incident is open." if not everything else "There has been no incident yet.")
        return
    table = Table("id", "state", "since (UTC)", "severity", "brand", "what", "who", box=None, pad_edge=False)
    for one in incidents:
        opened = f"{one.opened_at:%Y-%m-%d %H:%M}"
        table.add_row(one.id, one.state, opened, one.severity, one.brand, one.title, one.owner or "nobody yet")
    console.print(table)


@app.command()
def show(incident: Id) -> None:
    """Why it fired, what has been done, who was told."""
    with open_house() as house:
        found = house.reader.incident(OPERATOR, incident)
        deliveries = house.reader.deliveries(OPERATOR, incident) if found else ()
    if found is None:
        console.print(f"There is no incident {incident}: `earshot alerts list --all` shows those that exist.")
        raise typer.Exit(1)
    console.print(f"[bold]{found.title}[/bold]  {found.severity}, {found.state}, {found.owner or 'nobody has it yet'}")
    for alert in found.alerts:
        console.print(f"  {alert.counted}\n  {alert.against}\n  {alert.why_now}\n")
    for event in found.events:
        console.print(f"{event.at:%Y-%m-%d %H:%M} {event.kind} by {event.by} {event.note}", style="dim")
    for one in deliveries:
        console.print(f"{one.channel}: {one.state} ({one.reason}), {one.attempts} attempts {one.last_error}")


@app.command()
def ack(incident: Id, undo: Annotated[bool, typer.Option("--undo", help="give it back")] = False) -> None:
    """Take it: reminders stop."""
    from pipeline import actions

    with open_house() as house:
        action = actions.unacknowledge if undo else actions.acknowledge
        after = action(house, OPERATOR, getpass.getuser(), incident, present())
    console.print(f"{incident} is {after.state}" + (f", {after.owner} has it." if after.owner else "."))


@app.command()
def silence(
    incident: Id,
    hours: Annotated[float, typer.Option("--hours", min=0.1, help="for how long")] = 4,
    undo: Annotated[bool, typer.Option("--undo", help="end the silence now")] = False,
) -> None:
    """No messages about it for some hours; it goes on counting."""
    from pipeline import actions

    now = present()
    with open_house() as house:
        who = getpass.getuser()
        if undo:
            actions.unsilence(house, OPERATOR, who, incident, now)
        else:
            actions.silence(house, OPERATOR, who, incident, now, now + timedelta(hours=hours))
    console.print(f"{incident} is no longer silenced." if undo else f"{incident} is silent for {hours:g} hours.")


@app.command()
def resolve(incident: Id, undo: Annotated[bool, typer.Option("--undo", help="open it again")] = False) -> None:
    """It is over."""
    from pipeline import actions

    with open_house() as house:
        action = actions.reopen if undo else actions.resolve
        after = action(house, OPERATOR, getpass.getuser(), incident, present())
    console.print(f"{incident} is {after.state}.")


@app.command("try")
def try_rule(
    rule: Annotated[str, typer.Argument(help="a rule's name")],
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="how far back")] = 90,
) -> None:
    """Replay a rule on history: when it would have fired, before anybody is woken by it."""
    from pipeline.trying import try_on_history

    with open_house() as house:
        fired = list(try_on_history(house, rule, days, present()))
    for alert in fired:
        console.print(f"{alert.at:%Y-%m-%d %H:%M}  {alert.brand}: {alert.counted} {alert.against}")
    console.print(
        f"Rule '{rule}' would have fired {'once' if len(fired) == 1 else f'{len(fired)} times'} in {days} days."
    )
