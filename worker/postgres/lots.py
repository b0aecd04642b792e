"""Lots and payments: what credit is left, and which payments were credited."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from asyncpg import Record

from worker.domain.lot import Lot
from worker.postgres.transaction import Transaction

# What is left of an account's current lot stands in the account; every other number here is true. Of what was
# forfeited, usage that started before $3 gets nothing back.
SPENDABLE: Final = """
    SELECT
        account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s,
        coalesce(payment_id, '') AS payment_id, coalesce(recharge_id, '') AS recharge_id,
        forfeited_micros, told
    FROM lot
    WHERE
        cell = $1
        AND account_id = ANY($2::integer [])
        AND (left_micros > 0 OR (forfeited_micros > 0 AND expires_s > $3))
    ORDER BY account_id, lot_number
"""

# Lots that money goes back to, or is taken from, also when nothing is left of them.
NAMED: Final = """
    SELECT
        lot.account_id, lot.lot_number, lot.kind, lot.amount_micros, lot.left_micros, lot.paid_s,
        lot.expires_s, coalesce(lot.payment_id, '') AS payment_id,
        coalesce(lot.recharge_id, '') AS recharge_id, lot.forfeited_micros, lot.told
    FROM unnest($2::integer [], $3::integer []) AS wanted (account_id, lot_number)
    INNER JOIN lot
        ON lot.cell = $1 AND lot.account_id = wanted.account_id AND lot.lot_number = wanted.lot_number
"""

PAID: Final = """
    SELECT
        lot.account_id, lot.lot_number, lot.kind, lot.amount_micros, lot.left_micros, lot.paid_s,
        lot.expires_s, coalesce(lot.payment_id, '') AS payment_id,
        coalesce(lot.recharge_id, '') AS recharge_id, lot.forfeited_micros, lot.told
    FROM unnest($2::integer [], $3::text []) AS wanted (account_id, payment_id)
    INNER JOIN lot
        ON lot.cell = $1 AND lot.account_id = wanted.account_id AND lot.payment_id = wanted.payment_id
"""

PAYMENTS: Final = """
    SELECT lot.account_id, lot.payment_id, lot.amount_micros
    FROM unnest($2::integer [], $3::text []) AS wanted (account_id, payment_id)
    INNER JOIN lot
        ON lot.cell = $1 AND lot.account_id = wanted.account_id AND lot.payment_id = wanted.payment_id
"""

# The account is locked, so no other transaction numbers its lots.
WRITE: Final = """
    INSERT INTO lot (
        cell, account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s,
        payment_id, recharge_id, forfeited_micros, told
    )
    SELECT
        $1::smallint, account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s,
        nullif(payment_id, ''), nullif(recharge_id, ''), forfeited_micros, told
    FROM unnest(
        $2::integer [], $3::integer [], $4::text [], $5::bigint [], $6::bigint [], $7::bigint [],
        $8::bigint [], $9::text [], $10::text [], $11::bigint [], $12::smallint []
    ) AS given (
        account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s, payment_id,
        recharge_id, forfeited_micros, told
    )
    ORDER BY account_id, lot_number
    ON CONFLICT (cell, account_id, lot_number) DO UPDATE SET
        left_micros = excluded.left_micros,
        expires_s = excluded.expires_s,
        forfeited_micros = excluded.forfeited_micros,
        told = excluded.told
"""


async def read_lots(
    tx: Transaction, cell: int, account_ids: Collection[int], open_from_s: int
) -> dict[int, list[Lot]]:
    """Read the lots that usage from `open_from_s` on may spend; every account asked for has a list."""
    rows = await tx.fetch(SPENDABLE, cell, sorted(account_ids), open_from_s)
    return {account_id: [] for account_id in account_ids} | by_account(rows)


async def named_lots(tx: Transaction, cell: int, wanted: Sequence[tuple[int, int]]) -> dict[int, list[Lot]]:
    """Read lots by (account, lot number), whatever is left of them."""
    if not wanted:
        return {}
    return by_account(await tx.fetch(NAMED, cell, *map(list, zip(*set(wanted), strict=True))))


async def paid_lots(tx: Transaction, cell: int, wanted: Sequence[tuple[int, str]]) -> dict[int, list[Lot]]:
    """Read the lots of payments by (account, payment id), whatever is left of them."""
    if not wanted:
        return {}
    return by_account(await tx.fetch(PAID, cell, *map(list, zip(*set(wanted), strict=True))))


def by_account(rows: Iterable[Record]) -> dict[int, list[Lot]]:
    """Sort rows of lots by their account, which stands first."""
    lots: dict[int, list[Lot]] = {}
    for account_id, *rest in rows:
        lots.setdefault(int(account_id), []).append(Lot._make(rest))
    return lots


async def known_payments(
    tx: Transaction, cell: int, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], int]:
    """Find which payments were credited, with their amounts."""
    accounts, payments = [key[0] for key in wanted], [key[1] for key in wanted]
    rows = await tx.fetch(PAYMENTS, cell, accounts, payments)
    return {(int(row["account_id"]), str(row["payment_id"])): int(row["amount_micros"]) for row in rows}


async def write_lots(tx: Transaction, cell: int, lots: Mapping[int, Sequence[Lot]]) -> None:
    """Write new lots and what is left of others."""
    rows = [(account_id, *lot) for account_id, owned in lots.items() for lot in owned]
    if rows:
        await tx.execute(WRITE, cell, *map(list, zip(*rows, strict=True)))
