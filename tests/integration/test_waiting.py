"""What waits, in numbers, as the metrics show it."""

from worker.postgres.transaction import Database, transaction
from worker.postgres.waiting import open_recharges, troubled_accounts

ACCOUNT = """
    INSERT INTO account (
        cell, account_id, depleted, opened_hash, tenant_id, currency, timezone, rate_deck,
        recharge_enabled, trigger_micros, balance_micros, lot_left_micros, recharge_block, suppressed
    )
    VALUES (0, $1::integer, $2, 0, 'tenant-' || $1::integer, 'USD', 'UTC', 'standard', $3, 10, $4, $4, $5, $6)
"""
REQUEST = """
    INSERT INTO recharge (
        cell, recharge_id, account_id, reason, state, amount_micros, requested_s, answer_by_s, expires_s,
        balance_micros
    )
    SELECT 0, $1, $2::integer, 'manual', $3, 5, floor(extract(epoch FROM now()))::bigint - $4::bigint, 0, 0, 0
"""


async def test_accounts_in_trouble_are_counted_by_their_trouble(pool: Database) -> None:
    rows = [
        # Well above, depleted without recharge, waiting, stopped, and held back for two reasons.
        (1, False, True, 50, "", ""),
        (2, True, False, 0, "", ""),
        (3, True, True, 0, "", ""),
        (4, False, True, 5, "stopped", ""),
        (5, False, True, 5, "", "monthly_cap"),
        (6, False, True, 5, "", "monthly_cap"),
        (7, False, True, 5, "", "daily_count"),
        # Held back some time ago, and above its trigger since.
        (8, False, True, 50, "", "daily_count"),
    ]
    for row in rows:
        await pool.execute(ACCOUNT, *row)

    async with transaction(pool) as tx:
        found = await troubled_accounts(tx, 0)

    assert (found.depleted, found.below_trigger, found.stopped) == (2, 5, 1)
    assert found.held_back == {"monthly_cap": 2, "daily_count": 1}


async def test_a_pending_payment_is_no_silence(pool: Database) -> None:
    for number, (state, age_s) in enumerate(
        [("open", 30), ("open", 90), ("pending", 7200), ("completed", 9000), ("expired", 9000)]
    ):
        await pool.execute(REQUEST, f"request-{number}", number, state, age_s)

    async with transaction(pool) as tx:
        found = await open_recharges(tx, 0)

    assert (found.unanswered, found.pending) == (2, 1)
    assert 90 <= found.oldest_s < 95


async def test_where_nothing_waits_everything_is_0(pool: Database) -> None:
    async with transaction(pool) as tx:
        assert await open_recharges(tx, 0) == (0, 0, 0.0)
        assert await troubled_accounts(tx, 0) == (0, 0, 0, {})
