"""Upkeep of accounts: what falls due and when, and what is counted by day and month."""

from collections.abc import Sequence
from typing import Final

from worker.domain.account import AccountRow
from worker.postgres.transaction import Transaction

# Of rows that are locked already; no debit comes here.
KEEP_UP: Final = """
    UPDATE account
    SET
        lots_due_s = given.lots_due_s,
        recharge_due_s = given.recharge_due_s,
        allowances_due_s = given.allowances_due_s,
        forfeited_until_s = given.forfeited_until_s,
        allowances_made = given.allowances_made,
        pending_revisions = given.pending_revisions,
        alert_levels = given.alert_levels,
        alerts_passed = given.alerts_passed,
        former_timezones = given.former_timezones,
        blocked_until_s = given.blocked_until_s,
        cooling_until_s = given.cooling_until_s,
        recharge_day = given.recharge_day,
        recharges_of_day = given.recharges_of_day,
        recharge_month = given.recharge_month,
        recharge_month_micros = given.recharge_month_micros,
        suppressed = given.suppressed,
        open_by_hand = given.open_by_hand,
        allowances_said = given.allowances_said,
        allowance_changes = given.allowance_changes
    FROM unnest(
        $2::integer [], $3::bigint [], $4::bigint [], $5::bigint [], $6::bigint [], $7::smallint [],
        $8::boolean [], $9::text [], $10::smallint [], $11::text [], $12::bigint [], $13::bigint [],
        $14::integer [], $15::integer [], $16::integer [], $17::bigint [], $18::text [], $19::smallint [],
        $20::text [], $21::integer []
    ) AS given (
        account_id, lots_due_s, recharge_due_s, allowances_due_s, forfeited_until_s, allowances_made,
        pending_revisions, alert_levels, alerts_passed, former_timezones, blocked_until_s,
        cooling_until_s, recharge_day, recharges_of_day, recharge_month, recharge_month_micros,
        suppressed, open_by_hand, allowances_said, allowance_changes
    )
    WHERE account.cell = $1 AND account.account_id = given.account_id
"""


async def keep_up(tx: Transaction, cell: int, rows: Sequence[AccountRow]) -> None:
    """Write due times, counts and marks of locked accounts."""
    if not rows:
        return
    columns = [
        (
            row.account_id, row.lots_due_s, row.recharge_due_s, row.allowances_due_s, row.forfeited_until_s,
            row.allowances_made, row.pending_revisions, row.alert_levels, row.alerts_passed,
            row.former_timezones, row.blocked_until_s, row.cooling_until_s, row.recharge_day,
            row.recharges_of_day, row.recharge_month, row.recharge_month_micros, row.suppressed,
            row.open_by_hand, row.allowances_said, row.allowance_changes,
        )
        for row in rows
    ]  # fmt: skip
    await tx.execute(KEEP_UP, cell, *map(list, zip(*columns, strict=True)))
