"""`talktime positions`: how far every partition was read, and how to go on after a loss."""

from typing import Annotated, Final

import typer

from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption

positions: Final = typer.Typer(
    no_args_is_help=True, help="Read positions: where each partition stands, how to go on after a loss."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(positions, name="positions")


@positions.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List every partition: its position, its log, what became of its records; exit 1 when one is lost."""
    from worker.cli.positions_run import show_positions, with_servers

    if not with_servers(lambda servers: show_positions(servers, as_json=as_json)):
        raise typer.Exit(BAD_NEWS)


@positions.command()
def skip(
    topic: Annotated[str, typer.Argument(help="The topic, by its whole name.")],
    partition: Annotated[int, typer.Argument(min=0)],
    as_json: JsonOption = False,
) -> None:
    """Let a partition whose position is not in its log go on, and keep the gap on record.

    What the log holds is read from its start: what was charged before is not charged again.
    """
    from worker.cli.positions_run import skip_position, with_servers

    if not with_servers(lambda servers: skip_position(servers, topic, partition, as_json=as_json)):
        raise typer.Exit(BAD_NEWS)
