"""The command ``earshot``: one file a family of verbs; each verb imports what it needs when it runs."""

import sys

import typer

from listening.errors import ConfigError, EarshotError, TryLater
from pipeline.cli import alerting, collecting, desk, judging, operating, searching, sources, verdicts

app = typer.Typer(
    name="earshot",
    help="Listens to what people say in public about a company, and wakes the right person when it matters.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for family in (operating, collecting, sources, judging, searching, desk):
    family.register(app)
app.add_typer(alerting.app, name="alerts")
app.add_typer(verdicts.app, name="verdicts")
app.add_typer(desk.dead_letters, name="dead-letters")


def main() -> None:
    """Entry point. An error of ours is a sentence on stderr: exit 2 mend a setting, 75 try later, else 1."""
    try:
        app()
    except ConfigError as error:
        sys.exit(_say(error, 2))
    except TryLater as error:
        sys.exit(_say(error, 75))  # EX_TEMPFAIL of sysexits.h
    except EarshotError as error:
        sys.exit(_say(error, 1))
    except BrokenPipeError:
        sys.stderr.close()  # the reader had enough; Python would complain once more at exit
        sys.exit(0)


def _say(error: EarshotError, code: int) -> int:
    print(f"earshot: {error}", file=sys.stderr)
    return code
