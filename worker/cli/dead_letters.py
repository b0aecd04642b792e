"""`talktime dead-letters`: records that can never be charged as they stand."""

from typing import Annotated, Final
from uuid import UUID

import typer

from worker.cli.choice import AllOption, DryRunOption, IdsArgument, ReasonOption, read_choice, read_reason
from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption

dead_letters: Final = typer.Typer(
    no_args_is_help=True, help="Dead letters: records that can never be charged as they stand."
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(dead_letters, name="dead-letters")


@dead_letters.command("list")
def list_(reason: ReasonOption = None, as_json: JsonOption = False) -> None:
    """List dead letters that nobody has settled; exit code 1 when there is none."""
    from worker.cli.dead_letters_run import show_letters

    if not show_letters(read_reason(reason, dead=True), as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@dead_letters.command()
def show(
    ids: Annotated[list[UUID], typer.Argument(metavar="ID...", help="As the list shows them.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Do not mask what may be a telephone number.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show dead letters whole: reason, place, headers and bytes."""
    from worker.cli.dead_letters_show import show_whole

    if not show_whole(ids, reveal=reveal, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@dead_letters.command()
def replay(
    ids: IdsArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Publish the records again as they were: what is mended by now is charged, once."""
    from worker.cli.dead_letters_run import replay as run

    choice = read_choice(ids, everything=everything, reason=read_reason(reason, dead=True))
    if not run(choice, dry_run=dry_run, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@dead_letters.command()
def discard(
    ids: IdsArgument = None,
    everything: AllOption = False,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Settle dead letters that nobody wants any more."""
    from worker.cli.dead_letters_run import discard as run

    choice = read_choice(ids, everything=everything, reason=read_reason(reason, dead=True))
    if not run(choice, dry_run=dry_run, as_json=as_json):
        raise typer.Exit(BAD_NEWS)
