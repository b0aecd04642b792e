"""`talktime accounts`: open, list and show accounts, and change their settings."""

from enum import StrEnum
from typing import Annotated, Final

import typer

from worker.cli import accounts_credit, accounts_forget, accounts_settings, accounts_statement
from worker.cli.accounts_credit import TenantArgument, carry
from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption

accounts: Final = typer.Typer(
    no_args_is_help=True, help="Accounts: a tenant's balance, credit and auto-recharge."
)

CreditLimitOption = Annotated[
    str | None,
    typer.Option("--credit-limit", help="How far below 0 the balance may go; whole minor units."),
]
NameOption = Annotated[str | None, typer.Option("--name", help="How people call the tenant.")]


class Status(StrEnum):
    """What an account can be."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    accounts_credit.register(accounts)
    accounts_settings.register(accounts)
    accounts_statement.register(accounts)
    accounts_forget.register(accounts)
    app.add_typer(accounts, name="accounts")


@accounts.command("open")
def open_(
    tenant: TenantArgument,
    currency: Annotated[str, typer.Option("--currency", help="ISO 4217 code; an account's is for ever.")],
    timezone: Annotated[str, typer.Option("--timezone", help="IANA zone in which its days turn.")],
    rate_deck: Annotated[str, typer.Option("--rate-deck", help="The deck that prices its usage.")],
    name: NameOption = None,
    credit_limit: CreditLimitOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an account; usage that waited for it is charged."""
    fields: dict[str, object] = {
        "currency": currency,
        "timezone": timezone,
        "rate_deck": rate_deck,
        "name": name,
        "credit_limit": credit_limit,
    }
    carry(tenant, "opened", fields, rate_deck=rate_deck, as_json=as_json)


@accounts.command("list")
def list_(
    below_trigger: Annotated[
        bool, typer.Option("--below-trigger", help="Only those whose balance is below their trigger.")
    ] = False,
    depleted: Annotated[bool, typer.Option("--depleted", help="Only those that have nothing left.")] = False,
    status: Annotated[Status | None, typer.Option("--status", help="Only those of this status.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List accounts; exit code 1 when there is none."""
    from worker.cli.accounts_read import show_all
    from worker.postgres.account_views import Chosen

    chosen = Chosen(status and status.value, depleted, below_trigger)
    if not show_all(chosen, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@accounts.command()
def show(tenant: TenantArgument, as_json: JsonOption = False) -> None:
    """Show an account: its balance, credit, settings and open requests."""
    from worker.cli.accounts_read import show_one

    if not show_one(tenant, as_json=as_json):
        raise typer.Exit(BAD_NEWS)


@accounts.command()
def change(
    tenant: TenantArgument,
    rate_deck: Annotated[
        str | None, typer.Option("--rate-deck", help="The deck that prices usage from now on.")
    ] = None,
    credit_limit: CreditLimitOption = None,
    name: NameOption = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="IANA zone; holds from its next month on.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Change the settings that are named, and leave the rest."""
    fields: dict[str, object] = {
        "rate_deck": rate_deck,
        "credit_limit": credit_limit,
        "name": name,
        "timezone": timezone,
    }
    if all(given is None for given in fields.values()):
        raise typer.BadParameter("at least one of --rate-deck, --credit-limit, --name, --timezone is needed")
    carry(
        tenant,
        "changed",
        fields,
        rate_deck=rate_deck,
        in_currency=credit_limit is not None,
        as_json=as_json,
    )


@accounts.command("status")
def set_status(
    tenant: TenantArgument,
    status: Annotated[Status, typer.Argument(metavar="STATUS", help="active, suspended or closed.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever asks later.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Suspend, close or reopen; finished usage is charged all the same."""
    carry(tenant, "status_set", {"status": status.value, "reason": reason}, as_json=as_json)
