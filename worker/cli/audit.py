"""`talktime audit`: prove the guarantees on live data."""

from typing import Annotated

import typer

from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("audit")(audit)


def audit(
    tenant: Annotated[
        str | None, typer.Option("--tenant", help="Only this tenant's books.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that the books balance and that nothing is lost or doubled; exit code 1 when they do not."""
    from worker.cli.audit_run import run

    if not run(tenant, as_json=as_json):
        raise typer.Exit(BAD_NEWS)
