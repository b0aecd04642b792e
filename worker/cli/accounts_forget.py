"""`talktime accounts forget-user`: take a person's id out of everything that is kept."""

from typing import Annotated

import typer

from worker.cli.accounts_credit import TenantArgument
from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption


def register(accounts: typer.Typer) -> None:
    """Add the command."""
    accounts.command("forget-user")(forget_user)


def forget_user(
    tenant: TenantArgument,
    user: Annotated[str, typer.Argument(metavar="USER", help="The user's id, as usage names it.")],
    as_json: JsonOption = False,
) -> None:
    """Remove one user's id at once; what the user's calls cost stays."""
    from worker.cli.accounts_forget_run import forget

    if not forget(tenant, user, as_json=as_json):
        raise typer.Exit(BAD_NEWS)
