"""The operator's and the privacy desk's tools: dead letters and erasure."""

import getpass
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.common import console, open_house, present

dead_letters = typer.Typer(help="Posts that could not be read: look at them, try them again.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command("erase")(erase)


@dead_letters.command("list")
def list_dead_letters() -> None:
    """What could not be read, where it stood and why. The raw bodies stay encrypted."""
    with open_house() as house:
        letters = house.ledger.dead_letters.list()
    if not letters:
        console.print("No dead letters: every post could be read.")
        return
    table = Table("id", "since (UTC)", "platform", "where", "why", box=None, pad_edge=False)
    for letter in letters:
        table.add_row(str(letter.id), f"{letter.at:%Y-%m-%d %H:%M}", letter.platform, letter.source, letter.reason)
    console.print(table)


@dead_letters.command("replay")
def replay() -> None:
    """Read them all again, for instance after an upgrade; those that succeed leave the list."""
    from pipeline.replaying import replay_dead_letters

    with open_house() as house:
        replayed = replay_dead_letters(house, present())
    console.print(f"{replayed.read} of {replayed.tried} could be read now; {replayed.tried - replayed.read} are left.")


def erase(
    author: Annotated[str | None, typer.Option("--author", help="a handle: everything this account wrote")] = None,
    post: Annotated[str | None, typer.Option("--post", help="one post's id")] = None,
    platform: Annotated[str | None, typer.Option("--platform", help="only on this platform")] = None,
) -> None:
    """Erase an author or a post everywhere; a salted tombstone keeps it from coming back."""
    if bool(author) == bool(post):
        console.print("Name one of the two: --author HANDLE or --post ID.")
        raise typer.Exit(2)
    from pipeline.erasing import erase_author, erase_post

    with open_house() as house:
        who, now = getpass.getuser(), present()
        gone = erase_author(house, author, platform, who, now) if author else erase_post(house, post or "", who, now)
    console.print(f"{gone} posts erased: text, index, windows, vault, dead letters. They will not come back.")
