"""A statement as text, for a terminal or a pipe."""

import typer

from worker.cli.output import print_table
from worker.cli.statement_rows import Row, row_of, sum_rows, title
from worker.domain.micros import format_micros
from worker.postgres.statement_views import OpenStatement

COLUMNS = ("booked", "began", "what", "number", "user", "lasted", "price", "amount", "balance")


async def write_text(opened: OpenStatement) -> None:
    """Write a statement, a table a page, between its two balances."""
    statement = opened.statement
    zones = ", then ".join(statement.zones)
    typer.echo(f"{title(statement)} ({statement.currency}, {zones})")
    typer.echo(f"opening {format_micros(statement.opening_micros)} {statement.currency}")
    sums = list(sum_rows(statement))
    if sums:
        print_table(COLUMNS, map(_cells, sums))
    async for page in opened.pages():
        print_table(COLUMNS, (_cells(row_of(stated, statement.timezones)) for stated in page))
    typer.echo(f"closing {format_micros(statement.closing_micros)} {statement.currency}")


def _cells(row: Row) -> tuple[str, ...]:
    return tuple("; ".join(cell) if isinstance(cell, tuple) else cell for cell in row)
