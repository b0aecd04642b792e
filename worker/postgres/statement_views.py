"""Statements: one state of an account's ledger, to be read at leisure without holding up anybody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from worker.domain.calendar import Timezones, zones_between
from worker.domain.entry import Entry
from worker.domain.statement import KindSum, Statement, StatementEntry, state
from worker.domain.statement_span import ALWAYS, Span, is_ahead, is_settled, month_span
from worker.postgres.statement_details import Details, Owner
from worker.postgres.transaction import Database, Transaction

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

ACCOUNT: Final = """
    SELECT
        account.cell, account.account_id, account.tenant_id, account.name, account.currency,
        account.timezone, account.former_timezones, extract(epoch FROM now())::bigint AS now_s
    FROM tenant
    INNER JOIN account ON tenant.cell = account.cell AND tenant.tenant_id = account.tenant_id
    WHERE tenant.tenant_id = $1
"""

# The sources are what the unique keys of the days begin with, so that entries are found by them.
SOURCES: Final = "SELECT source_number, source FROM source WHERE cell = $1"

# What is left of days that were forwarded is kept by the month in which it was booked.
FORWARDED: Final = """
    SELECT
        kind,
        coalesce(sum(entries) FILTER (WHERE booked_month = $3), 0)::bigint AS entries,
        coalesce(sum(amount_micros) FILTER (WHERE booked_month = $3), 0)::bigint AS amount_micros,
        coalesce(sum(amount_micros) FILTER (WHERE booked_month < $3), 0)::bigint AS before_micros
    FROM balance_forward
    WHERE cell = $1 AND account_id = $2 AND booked_month <= $3
    GROUP BY kind
"""

KEPT: Final = """
    SELECT
        kind,
        count(*) FILTER (WHERE booked_s >= $4) AS entries,
        coalesce(sum(amount_micros) FILTER (WHERE booked_s >= $4), 0)::bigint AS amount_micros,
        coalesce(sum(amount_micros) FILTER (WHERE booked_s < $4), 0)::bigint AS before_micros
    FROM ledger_entry
    WHERE cell = $1 AND account_id = $2 AND source_number = ANY($3::smallint []) AND booked_s < $5
    GROUP BY kind
"""

# Sorted once, when the transaction ends, into files of the server's own: what is booked afterwards is not in
# it, and no snapshot is open while somebody reads. A million entries take a second (measured). Of one second
# and one beginning what is no usage stands first, as money came before it was spent.
HOLD: Final = """
    DECLARE statement NO SCROLL CURSOR WITH HOLD FOR
    SELECT
        started_s, booked_s, amount_micros, number, content_hash, event_key::text AS event_key, account_id,
        duration_s, bundle_s, version_id, lot_number, user_number, day, cell, source_number, kind,
        prefix_length, number_shape, codes
    FROM ledger_entry
    WHERE
        cell = $1 AND account_id = $2 AND source_number = ANY($3::smallint []) AND booked_s >= $4
        AND booked_s < $5
    ORDER BY booked_s, started_s, kind < 10, kind, day, source_number, event_key
"""

CLOSE: Final = "CLOSE ALL"

# Without a month everything forwarded is carried forward: it was booked before this one.
AFTER_ALL: Final = 999_912

NEXT_PAGE: Final = "FETCH FORWARD 1000 FROM statement"


class OpenStatement:
    """A statement whose entries can be read, once."""

    def __init__(self, statement: Statement, owner: Owner, connection: "PoolConnectionProxy[Record]") -> None:
        self.statement = statement
        self._details = Details(owner)
        self._connection = connection

    async def pages(self) -> AsyncIterator[list[StatementEntry]]:
        """Read the entries page by page, no transaction open while the reader takes its time.

        There are none where only sums are left.
        """
        balance_micros = self.statement.opening_micros
        while self.statement.sums is None:
            async with self._connection.transaction(readonly=True):
                tx = Transaction(self._connection)
                entries = [Entry._make(row) for row in await tx.fetch(NEXT_PAGE)]
                beside = await self._details.read(tx, entries)
            if not entries:
                return
            page = list(state(entries, balance_micros, beside))
            balance_micros = page[-1].balance_micros
            yield page


class NotBegunError(Exception):
    """The month has not begun yet."""


@asynccontextmanager
async def open_statement(
    pool: Database, tenant_id: str, month: int | None
) -> AsyncIterator[OpenStatement | None]:
    """Read a month (as 202603) as it was booked, or everything that is kept; None without such an account.

    All of it is of one moment. `NotBegunError` for a month to come.
    """
    async with pool.acquire() as connection:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            tx = Transaction(connection)
            row = await tx.fetchrow(ACCOUNT, tenant_id)
            if row is None:
                found = None
            else:
                sources = await tx.fetch(SOURCES, row["cell"])
                names = {0: ""} | {int(one["source_number"]): str(one["source"]) for one in sources}
                owner = Owner(row["cell"], row["account_id"], names)
                found = OpenStatement(await _open(tx, row, owner, month), owner, connection)
        try:
            yield found
        finally:
            # The pool hands connections on as they are.
            await connection.execute(CLOSE)


async def _open(tx: Transaction, row: "Record", owner: Owner, month: int | None) -> Statement:
    zones = Timezones(row["timezone"], row["former_timezones"])
    if month is not None and is_ahead(zones, month, row["now_s"]):
        raise NotBegunError
    span = ALWAYS if month is None else month_span(zones, month)
    opening_micros, sums, has_gone = await _sums(tx, owner, span, month)
    if not has_gone:
        await tx.execute(HOLD, owner.cell, owner.account_id, list(owner.sources), *span)
    return Statement(
        tenant_id=row["tenant_id"],
        name=row["name"],
        currency=row["currency"],
        timezones=zones,
        zones=zones_between(zones, span.from_s, min(span.to_s, row["now_s"] + 1)),
        month=month,
        span=span,
        complete=is_settled(span, row["now_s"]),
        opening_micros=opening_micros,
        closing_micros=opening_micros + sum(one.amount_micros for one in sums),
        sums=sums if has_gone else None,
    )


async def _sums(
    tx: Transaction, owner: Owner, span: Span, month: int | None
) -> tuple[int, tuple[KindSum, ...], bool]:
    """Add up what came before a span, and by kind what is in it; say whether entries of it are gone."""
    forwarded = await tx.fetch(FORWARDED, owner.cell, owner.account_id, month or AFTER_ALL)
    kept = await tx.fetch(KEPT, owner.cell, owner.account_id, list(owner.sources), *span)
    opening_micros = 0
    totals: dict[int, tuple[int, int]] = {}
    for kind, entries, amount_micros, before_micros in (*forwarded, *kept):
        opening_micros += before_micros
        known = totals.get(kind, (0, 0))
        totals[kind] = (known[0] + entries, known[1] + amount_micros)
    sums = (KindSum(kind, *total) for kind, total in sorted(totals.items()) if total[0])
    return opening_micros, tuple(sums), any(row["entries"] for row in forwarded)
