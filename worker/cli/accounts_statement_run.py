"""Statements written page by page, in whichever form was asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import typer

from worker.cli.accounts_read import NOBODY
from worker.cli.statement_csv import write_csv
from worker.cli.statement_html import write_html
from worker.cli.statement_json import write_json
from worker.cli.statement_text import write_text
from worker.codec.statements import month_text
from worker.postgres.statement_views import NotBegunError, OpenStatement, open_statement
from worker.postgres.transaction import create_pool
from worker.settings.load import load

WRITERS: Final[dict[str, Callable[[OpenStatement], Awaitable[None]]]] = {
    "text": write_text,
    "json": write_json,
    "csv": write_csv,
    "html": write_html,
}


def show_statement(tenant: str, month: int | None, written_as: str) -> bool:
    """Write a tenant's statement; whether there is such a tenant."""

    async def show() -> bool:
        async with (
            await create_pool(load(needs=("postgres",)).postgres, connections=1) as pool,
            open_statement(pool, tenant, month) as opened,
        ):
            if opened is None:
                typer.echo(NOBODY.format(repr(tenant)), err=True)
                return False
            await WRITERS[written_as](opened)
            return True

    try:
        return asyncio.run(show())
    except NotBegunError:
        asked = "" if month is None else month_text(month)
        why = f"{asked} has not begun yet in the tenant's timezone"
        raise typer.BadParameter(why, param_hint="--month") from None
