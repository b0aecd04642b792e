"""Accounts: the locks, the one row that the hot path reads, and the set-based updates."""

from collections.abc import Iterable, Sequence
from typing import Final

from asyncpg import Record

from worker.domain.account_row import AccountRow, Money
from worker.postgres.transaction import Transaction

# Immutable facts (accounts are never deleted and keep their tenant), so they may be read before the locks.
FIND: Final = "SELECT tenant_id, account_id FROM account WHERE cell = $1 AND tenant_id = ANY($2::text [])"

# Every transaction locks in account order, so two can wait for each other but never for ever. It reads only
# `account`: what else a decision needs is read by later statements, whose snapshot is younger than the lock.
LOCK: Final = """
    SELECT
        account_id, balance_micros, debt_micros, lot_left_micros, lot_expires_s, lot_number, sequence,
        depleted, more_lots, lots_made, open_recharge_id, recharge_cycle, recharge_block, declines,
        stray_settlements, status, credit_limit_micros, recharge_enabled,
        trigger_micros, recharge_amount_micros, recharge_target_micros, max_units, monthly_cap_micros,
        daily_count, cooldown_s, opened_hash, tenant_id, name, currency, timezone, rate_deck, payment_method,
        lots_due_s, recharge_due_s, allowances_due_s, forfeited_until_s, allowances_made, pending_revisions,
        alert_levels, alerts_passed, former_timezones, blocked_until_s, cooling_until_s, recharge_day,
        recharges_of_day, recharge_month, recharge_month_micros, suppressed, open_by_hand,
        allowances_said, allowance_changes
    FROM account
    WHERE cell = $1 AND account_id = ANY($2::integer [])
    ORDER BY account_id
    FOR NO KEY UPDATE
"""

# The hot update: one for all accounts of a batch, of rows that are locked already.
MOVE_MONEY: Final = """
    UPDATE account
    SET
        balance_micros = moved.balance_micros,
        debt_micros = moved.debt_micros,
        lot_left_micros = moved.lot_left_micros,
        lot_expires_s = moved.lot_expires_s,
        lot_number = moved.lot_number,
        sequence = moved.sequence,
        depleted = moved.depleted,
        more_lots = moved.more_lots
    FROM unnest(
        $2::integer [], $3::bigint [], $4::bigint [], $5::bigint [], $6::bigint [], $7::integer [],
        $8::bigint [], $9::boolean [], $10::boolean []
    ) AS moved (
        account_id, balance_micros, debt_micros, lot_left_micros, lot_expires_s, lot_number,
        sequence, depleted, more_lots
    )
    WHERE account.cell = $1 AND account.account_id = moved.account_id
"""

# What rarely changes: settings and the state of auto-recharge, of rows that are locked already.
CHANGE: Final = """
    UPDATE account
    SET
        lots_made = given.lots_made,
        open_recharge_id = given.open_recharge_id,
        recharge_cycle = given.recharge_cycle,
        recharge_block = given.recharge_block,
        declines = given.declines,
        stray_settlements = given.stray_settlements,
        status = given.status,
        credit_limit_micros = given.credit_limit_micros,
        recharge_enabled = given.recharge_enabled,
        trigger_micros = given.trigger_micros,
        recharge_amount_micros = given.recharge_amount_micros,
        recharge_target_micros = given.recharge_target_micros,
        max_units = given.max_units,
        monthly_cap_micros = given.monthly_cap_micros,
        daily_count = given.daily_count,
        cooldown_s = given.cooldown_s,
        name = given.name,
        timezone = given.timezone,
        rate_deck = given.rate_deck,
        payment_method = given.payment_method
    FROM unnest(
        $2::integer [], $3::integer [], $4::text [], $5::integer [], $6::text [], $7::integer [],
        $8::boolean [], $9::text [], $10::bigint [], $11::boolean [], $12::bigint [], $13::bigint [],
        $14::bigint [], $15::integer [], $16::bigint [], $17::integer [], $18::integer [],
        $19::text [], $20::text [], $21::text [], $22::text []
    ) AS given (
        account_id, lots_made, open_recharge_id, recharge_cycle, recharge_block, declines,
        stray_settlements, status, credit_limit_micros, recharge_enabled, trigger_micros,
        recharge_amount_micros, recharge_target_micros, max_units, monthly_cap_micros, daily_count,
        cooldown_s, name, timezone, rate_deck, payment_method
    )
    WHERE account.cell = $1 AND account.account_id = given.account_id
"""


async def find_accounts(tx: Transaction, cell: int, tenants: Iterable[str]) -> dict[str, int]:
    """Look up account numbers; tenants without an account are left out."""
    rows = await tx.fetch(FIND, cell, sorted(tenants))
    return {str(row["tenant_id"]): int(row["account_id"]) for row in rows}


async def lock_accounts(tx: Transaction, cell: int, account_ids: Iterable[int]) -> list[AccountRow]:
    """Lock accounts in their order and return them as they are under the lock."""
    return [account_row(row) for row in await tx.fetch(LOCK, cell, sorted(account_ids))]


def account_row(row: Record) -> AccountRow:
    """Take a row whose columns stand in the order of `AccountRow`."""
    return AccountRow._make(row)


async def move_money(tx: Transaction, cell: int, moved: Sequence[Money]) -> None:
    """Write the money of locked accounts."""
    if moved:
        await tx.execute(MOVE_MONEY, cell, *map(list, zip(*moved, strict=True)))


async def change_accounts(tx: Transaction, cell: int, rows: Sequence[AccountRow]) -> None:
    """Write the settings and the recharge state of locked accounts."""
    if not rows:
        return
    columns = [
        (
            row.account_id, row.lots_made, row.open_recharge_id, row.recharge_cycle, row.recharge_block,
            row.declines, row.stray_settlements, row.status, row.credit_limit_micros,
            row.recharge_enabled, row.trigger_micros, row.recharge_amount_micros,
            row.recharge_target_micros, row.max_units, row.monthly_cap_micros, row.daily_count,
            row.cooldown_s, row.name, row.timezone, row.rate_deck, row.payment_method,
        )
        for row in rows
    ]  # fmt: skip
    await tx.execute(CHANGE, cell, *map(list, zip(*columns, strict=True)))
