"""The audit's statements: each reads one slice of accounts, so that no snapshot lasts."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from asyncpg import Record

from worker.postgres.transaction import Transaction

# A slice that takes longer is cut in halves: a long snapshot makes the hot rows' old versions pile up.
LIMIT_STATEMENT: Final = "SELECT set_config('statement_timeout', $1, true)"

SOURCES: Final = "SELECT source_number FROM source WHERE cell = $1"

SLICE: Final = """
    SELECT account_id FROM account
    WHERE cell = $1 AND account_id > $2 AND ($4::text IS NULL OR tenant_id = $4)
    ORDER BY account_id
    LIMIT $3
"""

DAYS: Final = "SELECT day FROM ledger_day ORDER BY day"

# Entries and balance in one statement, hence in one state. The sources are named so that the unique key,
# which begins with them, finds an account's entries in each day. Every change of an account makes another
# version of its row.
BALANCES: Final = """
    SELECT
        account.tenant_id,
        account.balance_micros,
        account.xmin::text AS version,
        coalesce(booked.amount_micros, 0) + coalesce(forwarded.amount_micros, 0) AS booked_micros,
        coalesce(booked.usages, 0) + coalesce(forwarded.usages, 0) AS usages
    FROM account
    LEFT JOIN (
        SELECT
            account_id,
            sum(amount_micros) AS amount_micros,
            count(*) FILTER (WHERE kind IN (1, 2)) AS usages
        FROM ledger_entry
        WHERE
            cell = $1 AND source_number = ANY($4::smallint []) AND account_id BETWEEN $2 AND $3
            AND day BETWEEN $5 AND $6
        GROUP BY account_id
    ) AS booked ON account.account_id = booked.account_id
    LEFT JOIN (
        SELECT
            account_id,
            sum(amount_micros) AS amount_micros,
            coalesce(sum(entries) FILTER (WHERE kind IN (1, 2)), 0) AS usages
        FROM balance_forward
        WHERE cell = $1 AND account_id BETWEEN $2 AND $3 AND day BETWEEN $5 AND $6
        GROUP BY account_id
    ) AS forwarded ON account.account_id = forwarded.account_id
    WHERE account.cell = $1 AND account.account_id BETWEEN $2 AND $3
"""

# Of the current lot the account carries what is left.
LOTS: Final = """
    SELECT
        account.tenant_id,
        account.balance_micros,
        account.lot_left_micros + coalesce(others.left_micros, 0) - account.debt_micros AS left_micros
    FROM account
    LEFT JOIN (
        SELECT lot.account_id, sum(lot.left_micros) AS left_micros
        FROM lot
        INNER JOIN account AS owner ON owner.cell = $1 AND lot.account_id = owner.account_id
        WHERE lot.cell = $1 AND lot.account_id BETWEEN $2 AND $3 AND lot.lot_number <> owner.lot_number
        GROUP BY lot.account_id
    ) AS others ON account.account_id = others.account_id
    WHERE account.cell = $1 AND account.account_id BETWEEN $2 AND $3
"""

# Entries that say they have lines (64 in `codes`), beside the lines that stand there: legs (1) and shares of
# lots (2) each add up to the entry. An entry of 0 may have nothing to share.
LINES: Final = """
    WITH part AS (
        SELECT
            account_id, source_number, event_key, day,
            sum(amount_micros) FILTER (WHERE part = 1) AS legs_micros,
            sum(amount_micros) FILTER (WHERE part = 2) AS shares_micros
        FROM entry_line
        WHERE cell = $1 AND account_id BETWEEN $2 AND $3 AND day BETWEEN $5 AND $6
        GROUP BY account_id, source_number, event_key, day
    ),
    entry AS (
        SELECT account_id, source_number, event_key, day, kind, amount_micros
        FROM ledger_entry
        WHERE
            cell = $1 AND source_number = ANY($4::smallint []) AND account_id BETWEEN $2 AND $3
            AND codes & 64 <> 0
            AND day BETWEEN $5 AND $6
    )
    SELECT
        account_id, event_key, day, entry.amount_micros, part.legs_micros, part.shares_micros,
        entry.account_id IS NOT NULL
        AND (part.account_id IS NOT NULL OR (entry.amount_micros = 0 AND entry.kind <> 2))
        AND (entry.kind <> 2 OR part.legs_micros IS NOT NULL)
        AND coalesce(part.legs_micros, entry.amount_micros) = entry.amount_micros
        AND coalesce(part.shares_micros, entry.amount_micros) = entry.amount_micros AS adds_up
    FROM entry
    FULL JOIN part USING (account_id, source_number, event_key, day)
"""

REQUESTS: Final = """
    SELECT
        account.tenant_id,
        account.open_recharge_id,
        account.balance_micros,
        account.trigger_micros,
        coalesce(asked.requests, 0) AS requests,
        coalesce(asked.recharge_id, '') AS recharge_id,
        account.recharge_enabled
        AND account.status = 'active'
        AND account.recharge_block = ''
        AND account.balance_micros < account.trigger_micros AS due
    FROM account
    LEFT JOIN (
        SELECT account_id, count(*) AS requests, min(recharge_id) AS recharge_id
        FROM recharge
        WHERE
            cell = $1 AND account_id BETWEEN $2 AND $3
            AND reason = 'trigger' AND state IN ('open', 'pending')
        GROUP BY account_id
    ) AS asked ON account.account_id = asked.account_id
    WHERE account.cell = $1 AND account.account_id BETWEEN $2 AND $3
"""


class Part(NamedTuple):
    """The accounts from one to another, by all sources, on the days from one to another."""

    cell: int
    first_id: int
    last_id: int
    sources: Sequence[int]
    first_day: date = date.min
    last_day: date = date.max


async def limit_statements(tx: Transaction, milliseconds: int) -> None:
    """Have the server end any statement of this transaction that takes longer."""
    await tx.fetch(LIMIT_STATEMENT, f"{milliseconds}ms")


async def source_numbers(tx: Transaction, cell: int) -> list[int]:
    """List all numbers that sources have; 0 is that of hashed identities."""
    return [0, *(int(row["source_number"]) for row in await tx.fetch(SOURCES, cell))]


async def slice_of_accounts(
    tx: Transaction, cell: int, after_id: int, limit: int, tenant_id: str | None
) -> list[int]:
    """Number the accounts that follow one."""
    return [int(row["account_id"]) for row in await tx.fetch(SLICE, cell, after_id, limit, tenant_id)]


async def ledger_days(tx: Transaction) -> list[date]:
    """List every day that the ledger has ever had."""
    return [row["day"] for row in await tx.fetch(DAYS)]


async def balances(tx: Transaction, part: Part) -> list[Record]:
    """Read each account's balance beside what was booked on these days."""
    return await tx.fetch(BALANCES, *part)


async def lot_sums(tx: Transaction, cell: int, first: int, last: int) -> list[Record]:
    """Read each account's balance beside what its lots and debt make."""
    return await tx.fetch(LOTS, cell, first, last)


async def line_sums(tx: Transaction, part: Part) -> list[Record]:
    """Read every entry that has lines beside what they add up to."""
    return await tx.fetch(LINES, *part)


async def requests(tx: Transaction, cell: int, first: int, last: int) -> list[Record]:
    """Read each account's open automatic requests beside whether it is due for one."""
    return await tx.fetch(REQUESTS, cell, first, last)
