"""`talktime migrate`: bring the database's schema up to date."""

from typing import Annotated, Final

import typer

from worker.cli.output import JsonOption, print_json

MOST_CELLS: Final = 4096


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("migrate")(migrate)


def migrate(
    cells: Annotated[
        int | None,
        typer.Option(
            help="Cells that accounts are spread over, for ever; default 1.",
            min=1,
            max=MOST_CELLS,
            show_default=False,
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(
            help="Give this role what a worker needs, and no right to change the ledger.", show_default=False
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Apply what is missing of the schema, and make the ledger's days; safe at any time."""
    import asyncio

    from worker.postgres.migrate import CellsFixedError
    from worker.postgres.migrate import migrate as migrate_database
    from worker.settings.load import load

    settings = load(needs=("postgres",))
    limits = settings.limits
    try:
        applied = asyncio.run(
            migrate_database(
                settings.postgres.dsn,
                cells=cells,
                open_days=limits.open_days,
                days_ahead=limits.days_ahead,
                role=role,
            )
        )
    except CellsFixedError as error:
        raise typer.BadParameter(str(error), param_hint="--cells") from None
    if as_json:
        print_json(applied)
        return
    for name in applied:
        typer.echo(f"applied {name}")
    if not applied:
        typer.echo("the schema is up to date")
