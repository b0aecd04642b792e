"""The talktime command: its parts, and what becomes of their failures."""

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.cli import (
    accounts,
    audit,
    bench,
    dead_letters,
    migrate,
    parked,
    positions,
    publish,
    rates,
    settings_command,
    simulate,
    topics,
    up,
    worker_command,
)
from worker.cli.exits import BUG, failure
from worker.settings.log_rate import RateLimit

STACK_OPTION: Final = "--stack"
STACK_VARIABLE: Final = "TALKTIME_STACK"

# In the order in which help names them.
COMMANDS: Final = (
    up,
    worker_command,
    migrate,
    topics,
    publish,
    simulate,
    settings_command,
    audit,
    bench,
    accounts,
    rates,
    parked,
    dead_letters,
    positions,
)

app: Final = typer.Typer(
    name="talktime",
    help="Meters prepaid telephone credit: prices finished calls, debits balances, asks for recharges.",
    no_args_is_help=True,
    # A plain page comes four times as fast as a drawn one, and a traceback is for the report.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def show_version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        from importlib.metadata import version

        typer.echo(f"talktime {version('talktime')}")
        raise typer.Exit


@app.callback()
def talktime(
    stack: Annotated[
        Path | None,
        typer.Option(
            STACK_OPTION,
            metavar="DIR",
            help="The local stack to talk to, where several run.",
            show_default=False,
        ),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options that stand before every command."""
    del version
    if stack is not None:
        os.environ[STACK_VARIABLE] = str(stack)


for command in COMMANDS:
    command.register(app)


def run() -> None:
    """Run the command that the command line names, and end with its exit code."""
    sys.exit(outcome(sys.argv[1:]))


def outcome(arguments: Sequence[str]) -> int:
    """Run a command; a failure becomes a sentence on standard error and its code."""
    log_plainly()
    try:
        app(stack_first(arguments), prog_name="talktime")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except BaseException as error:  # noqa: BLE001  # Whatever it is, a person gets a sentence and a code.
        found = failure(error)
        if found.code != BUG:
            typer.echo(f"talktime: {found.sentence}", err=True)
            return found.code
        from worker.cli.report import write_report

        typer.echo(
            f"talktime: this is a bug in talktime; {write_report(error, arguments)} tells of it", err=True
        )
        return BUG
    return 0


def stack_first(arguments: Sequence[str]) -> list[str]:
    """Move `--stack DIR` to the front, so that it may stand anywhere before a `--`."""
    rest, front = [], []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == STACK_OPTION:
            front += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        elif argument.startswith(f"{STACK_OPTION}="):
            front.append(argument)
        else:
            rest.append(argument)
    return [*front, *rest]


def log_plainly() -> None:
    """Let warnings of a short command be lines on standard error; long ones configure more."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainLines())
    handler.addFilter(RateLimit(lines=1))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class PlainLines(logging.Formatter):
    """Writes `warning: what happened`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one line, without a traceback."""
        return f"{record.levelname.lower()}: {record.getMessage()}"
