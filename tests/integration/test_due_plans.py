"""What finding the accounts that are due costs, among many that are not."""

from typing import Final

from worker.postgres import due, recharges
from worker.postgres.transaction import Database

ACCOUNTS: Final = 50_000
NOW_S: Final = 1_800_000_000

# Most wait for nothing, many for later, and two hundred are due: half of them since one and the same moment.
FILL: Final = f"""
    INSERT INTO account (
        cell, account_id, depleted, opened_hash, tenant_id, currency, timezone, rate_deck, recharge_due_s
    )
    SELECT
        0, number, false, 0, 'tenant-' || number, 'USD', 'UTC', 'standard',
        CASE
            WHEN number % 500 = 0 THEN {NOW_S} - 7
            WHEN number % 500 = 1 THEN {NOW_S} - number
            WHEN number % 3 = 0 THEN {NOW_S} + number
            ELSE 253402300799
        END
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO recharge (
        cell, recharge_id, account_id, reason, state, amount_micros, requested_s, answer_by_s, expires_s,
        balance_micros
    )
    SELECT
        0, 'request-' || number, number, 'manual', CASE WHEN number % 9 = 0 THEN 'open' ELSE 'completed' END,
        5, 0, 0, 0, 0
    FROM generate_series(1, {ACCOUNTS}) AS number;
"""

EXPLAIN: Final = ("EXPLAIN (COSTS OFF) {}", "EXPLAIN (COSTS OFF, GENERIC_PLAN) {}")
ANALYZE: Final = "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) {}"

TAKEN: Final = (0, *due.FIRST, NOW_S, 100)
STATEMENTS: Final = (
    ("account_due", due.LOCK_DUE, TAKEN),
    ("account_due", due.OVERDUE, (0, NOW_S)),
    ("recharge_open", recharges.OPEN, (0, [9, 18, 27])),
)


async def explained(pool: Database, explain: str, statement: str, arguments: tuple[object, ...]) -> str:
    return "\n".join(row[0] for row in await pool.fetch(explain.format(statement), *arguments))


async def test_what_is_due_is_read_along_its_index_and_no_further(pool: Database) -> None:
    await pool.execute(FILL)
    await pool.execute("VACUUM (ANALYZE) account, recharge")

    for index, statement, arguments in STATEMENTS:
        for explain in EXPLAIN:
            plan = await explained(pool, explain, statement, arguments)
            assert index in plan, plan
            assert "Seq Scan" not in plan, plan
            assert "Sort" not in plan, plan

    taken = await explained(pool, ANALYZE, due.LOCK_DUE, TAKEN)
    (scan,) = [line for line in taken.splitlines() if "account_due" in line]
    assert "rows=100" in scan, taken
