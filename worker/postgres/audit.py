"""The audit's moment: what accounts say of themselves, read at once; what made it is added up later.

Entries are only ever appended, so whoever knows which transactions were over at a moment can still add up
that moment's entries minutes later, in as many short statements as it takes: no snapshot lasts.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from asyncpg import Record

from worker.postgres.transaction import Transaction

# What takes longer is cut in halves: a long snapshot makes the hot rows' old versions pile up.
LIMIT_STATEMENT: Final = "SELECT set_config('statement_timeout', $1, true)"

SLICE: Final = """
    SELECT account_id FROM account
    WHERE cell = $1 AND account_id > $2 AND ($4::text IS NULL OR tenant_id = $4)
    ORDER BY account_id
    LIMIT $3
"""

MOMENT: Final = """
    SELECT
        pg_snapshot_xmin(seen)::text::bigint AS oldest,
        pg_snapshot_xmax(seen)::text::bigint - pg_snapshot_xmin(seen)::text::bigint AS reach,
        array(
            SELECT running::text::bigint - pg_snapshot_xmin(seen)::text::bigint
            FROM pg_snapshot_xip(seen) AS running
        ) AS running,
        extract(epoch FROM now())::bigint AS now_s
    FROM pg_current_snapshot() AS seen
"""

ACCOUNTS: Final = """
    SELECT
        account_id, tenant_id, currency, timezone, former_timezones, balance_micros, debt_micros,
        lot_number, lot_left_micros
    FROM account
    WHERE cell = $1 AND account_id BETWEEN $2 AND $3
    ORDER BY account_id
"""

FORWARDED: Final = """
    SELECT account_id, kind, sum(entries)::bigint AS entries, sum(amount_micros)::bigint AS amount_micros
    FROM balance_forward
    WHERE cell = $1 AND account_id BETWEEN $2 AND $3
    GROUP BY account_id, kind
"""

# Of the current lot the account carries what is left.
LOTS: Final = """
    SELECT account_id, lot_number, left_micros, amount_micros, forfeited_micros, paid_s
    FROM lot
    WHERE cell = $1 AND account_id BETWEEN $2 AND $3
"""

USES: Final = """
    SELECT account_id, allowance_number, month, used_s
    FROM allowance_use
    WHERE cell = $1 AND account_id BETWEEN $2 AND $3
"""

# Who is held back by a cap, a window or settings that cannot work has been told so: `suppressed`.
REQUESTS: Final = """
    SELECT
        account.tenant_id,
        account.open_recharge_id,
        account.open_by_hand,
        account.balance_micros,
        account.trigger_micros,
        coalesce(asked.requests, 0) AS requests,
        coalesce(asked.by_hand, 0) AS by_hand,
        coalesce(asked.recharge_id, '') AS recharge_id,
        account.recharge_enabled
        AND account.status = 'active'
        AND account.recharge_block = ''
        AND account.suppressed = ''
        AND account.balance_micros < account.trigger_micros AS due
    FROM account
    LEFT JOIN (
        SELECT
            account_id,
            count(*) FILTER (WHERE reason = 'trigger') AS requests,
            count(*) FILTER (WHERE reason = 'manual') AS by_hand,
            min(recharge_id) FILTER (WHERE reason = 'trigger') AS recharge_id
        FROM recharge
        WHERE cell = $1 AND account_id BETWEEN $2 AND $3 AND state IN ('open', 'pending')
        GROUP BY account_id
    ) AS asked ON account.account_id = asked.account_id
    WHERE account.cell = $1 AND account.account_id BETWEEN $2 AND $3
"""


class Accounts(NamedTuple):
    """The accounts of a cell from one to another."""

    cell: int
    first_id: int
    last_id: int


class Moment(NamedTuple):
    """Which transactions were over: all before `oldest`; of `reach` more, all that were not `running`.

    `reach` and `running` are counted from `oldest`.
    """

    oldest: int
    reach: int
    running: Sequence[int]
    now_s: int


async def limit_statements(tx: Transaction, milliseconds: int) -> None:
    """Have the server end any statement of this transaction that takes longer."""
    await tx.fetch(LIMIT_STATEMENT, f"{milliseconds}ms")


async def slice_of_accounts(
    tx: Transaction, cell: int, after_id: int, limit: int, tenant_id: str | None
) -> list[int]:
    """Number the accounts that follow one."""
    return [int(row["account_id"]) for row in await tx.fetch(SLICE, cell, after_id, limit, tenant_id)]


async def read_moment(tx: Transaction) -> Moment:
    """Say what this snapshot sees."""
    row = await tx.fetchrow(MOMENT)
    assert row is not None, "a snapshot is always there"
    return Moment._make(row)


async def read_accounts(tx: Transaction, accounts: Accounts) -> list[Record]:
    """Read each account's balance, debt and current lot."""
    return await tx.fetch(ACCOUNTS, *accounts)


async def read_forwarded(tx: Transaction, accounts: Accounts) -> list[Record]:
    """Read the sums that took the place of dropped days."""
    return await tx.fetch(FORWARDED, *accounts)


async def read_lots_made(tx: Transaction, accounts: Accounts) -> list[Record]:
    """Read every lot there ever was."""
    return await tx.fetch(LOTS, *accounts)


async def read_uses(tx: Transaction, accounts: Accounts) -> list[Record]:
    """Read what bundles have paid by month."""
    return await tx.fetch(USES, *accounts)


async def read_requests(tx: Transaction, accounts: Accounts) -> list[Record]:
    """Read each account's open requests beside whether it is due for one."""
    return await tx.fetch(REQUESTS, *accounts)
