"""`talktime accounts statement`: what was booked, and how each amount came about."""

import re
from enum import StrEnum
from typing import Annotated, Final

import typer

from worker.cli.accounts_credit import TenantArgument
from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption

MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


class Format(StrEnum):
    """How a statement can be written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def register(accounts: typer.Typer) -> None:
    """Add the command."""
    accounts.command("statement")(statement)


def statement(
    tenant: TenantArgument,
    month: Annotated[
        str | None,
        typer.Option("--month", metavar="YYYY-MM", help="Booked in this month; default: all that is kept."),
    ] = None,
    written_as: Annotated[
        Format | None,
        typer.Option("--format", help="Default text; html is a page to print.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what was booked, with the balance after it, and why each call cost what it did."""
    from worker.cli.accounts_statement_run import show_statement

    if as_json and written_as not in {None, Format.JSON}:
        raise typer.BadParameter(f"is json already, not {written_as}", param_hint="--json")
    chosen = Format.JSON if as_json else written_as or Format.TEXT
    if not show_statement(tenant, None if month is None else read_month(month), chosen.value):
        raise typer.Exit(BAD_NEWS)


def read_month(text: str) -> int:
    """Read a month as 202603."""
    found = MONTH.fullmatch(text)
    if found is None:
        raise typer.BadParameter("a month of this century is needed, as 2026-03", param_hint="--month")
    return int(found[1]) * 100 + int(found[2])
