"""Openings: new accounts get their numbers, and every tenant its one cell."""

from collections.abc import Iterable, Sequence
from typing import Final

from worker.domain.account import AccountRow
from worker.postgres.transaction import Transaction

# After the account locks, so that holders of this row never wait for an account.
TAKE_IDS: Final = """
    UPDATE cell SET next_account_id = next_account_id + $2
    WHERE cell = $1
    RETURNING next_account_id - $2
"""

CLAIM_TENANTS: Final = """
    INSERT INTO tenant (tenant_id, cell)
    SELECT tenant_id, $1::smallint FROM unnest($2::text []) AS given (tenant_id)
    ORDER BY tenant_id
    ON CONFLICT (tenant_id) DO NOTHING
"""

ELSEWHERE: Final = "SELECT tenant_id FROM tenant WHERE tenant_id = ANY($2::text []) AND cell <> $1"

OPEN: Final = """
    INSERT INTO account (
        cell, account_id, lot_expires_s, depleted, credit_limit_micros, opened_hash,
        tenant_id, name, currency, timezone, rate_deck
    )
    SELECT $1::smallint, given.*
    FROM unnest(
        $2::integer [], $3::bigint [], $4::boolean [], $5::bigint [], $6::bigint [],
        $7::text [], $8::text [], $9::text [], $10::text [], $11::text []
    ) AS given
    ON CONFLICT (cell, tenant_id) DO NOTHING
    RETURNING account_id
"""


class AccountsMovedError(Exception):
    """Another transaction opened one of the accounts first: run the batch again and find it open."""


async def take_account_ids(tx: Transaction, cell: int, tenants: Sequence[str]) -> dict[str, int]:
    """Number the accounts that a batch may open; numbers that are not used stay gaps."""
    if not tenants:
        return {}
    row = await tx.fetchrow(TAKE_IDS, cell, len(tenants))
    assert row is not None, "every cell has its row since the migration"
    first = int(row[0])
    return {tenant: first + position for position, tenant in enumerate(sorted(tenants))}


async def claim_tenants(tx: Transaction, cell: int, tenants: Sequence[str]) -> frozenset[str]:
    """Write down which cell the tenants live in; return those that live in another one."""
    await tx.execute(CLAIM_TENANTS, cell, sorted(tenants))
    return await tenants_elsewhere(tx, cell, tenants)


async def tenants_elsewhere(tx: Transaction, cell: int, tenants: Iterable[str]) -> frozenset[str]:
    """Return the tenants that live in another cell."""
    rows = await tx.fetch(ELSEWHERE, cell, sorted(tenants))
    return frozenset(str(row["tenant_id"]) for row in rows)


async def open_accounts(tx: Transaction, cell: int, opened: Sequence[AccountRow]) -> None:
    """Write new accounts; `AccountsMovedError` when another transaction was first."""
    if not opened:
        return
    columns = [
        (
            row.account_id, row.lot_expires_s, row.depleted, row.credit_limit_micros, row.opened_hash,
            row.tenant_id, row.name, row.currency, row.timezone, row.rate_deck,
        )
        for row in sorted(opened, key=lambda row: row.tenant_id)
    ]  # fmt: skip
    written = await tx.fetch(OPEN, cell, *map(list, zip(*columns, strict=True)))
    if len(written) < len(opened):
        raise AccountsMovedError("an account of this batch was opened by another transaction")
