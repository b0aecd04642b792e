"""What the hot statements cost the database: plans over many rows."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

import pytest

from worker.postgres import (
    account_events,
    accounts,
    adjustments,
    allowances,
    dead_letters,
    dictionaries,
    discarded,
    ledger,
    lots,
    openings,
    outbox,
    parked,
    positions,
    recharges,
    reversals,
)
from worker.postgres.transaction import Database, transaction

ACCOUNTS: Final = 20_000
CELL: Final = 0
IDS: Final = [5, 700, 9_001]
TENANTS: Final = ["tenant-5", "tenant-700"]
KEYS: Final = [str(uuid4()) for _ in IDS]
TODAY: Final = datetime.now(UTC).date()

FILL: Final = f"""
    INSERT INTO account (cell, account_id, depleted, opened_hash, tenant_id, currency, timezone, rate_deck)
    SELECT 0, number, false, 0, 'tenant-' || number, 'USD', 'UTC', 'standard'
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO tenant SELECT tenant_id, cell FROM account;

    INSERT INTO ledger_entry (
        started_s, booked_s, amount_micros, number, content_hash, event_key, account_id, duration_s,
        bundle_s, version_id, lot_number, user_number, day, cell, source_number, kind, prefix_length,
        number_shape, codes
    )
    SELECT
        0, 0, 0, 0, 0, gen_random_uuid(), 1 + number % {ACCOUNTS}, 60, 0, 1, 1, 0,
        (now() AT TIME ZONE 'UTC')::date - number % 3, 0, 1, 1, 2, 0, 0
    FROM generate_series(1, 60000) AS number;

    INSERT INTO lot (
        cell, account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s, payment_id
    )
    SELECT 0, 1 + number / 2, number % 2, 'purchase', 5, 5, 0, 0, 'payment-' || number
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO reversal
    SELECT
        0, 1 + number / 2, 'reversal-' || number, 'payment-' || number, 0, 'refund', 5, ARRAY[1], ARRAY[5],
        false
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO adjustment SELECT 0, 1 + number / 2, 'adjustment-' || number, 0
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO allowance (
        cell, account_id, allowance_number, from_month, name, minutes, services, number_types, prefixes,
        except_prefixes, origins
    )
    SELECT
        0, 1 + number / 4, number % 2, 202601 + number % 4, 'b', 9, '{{}}',
        '{{toll}}', '{{}}', '{{}}', '{{}}'
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO allowance_use SELECT 0, 1 + number / 4, 1, 202601 + number % 4, 9, 0
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO recharge (
        cell, recharge_id, account_id, reason, state, amount_micros, requested_s, answer_by_s, expires_s,
        balance_micros
    )
    SELECT 0, 'request-' || number, number, 'trigger', 'completed', 5, 0, 0, 0, 0
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO account_event SELECT 0, 1 + number / 3, gen_random_uuid(), 0
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO dictionary SELECT 0, number, number, 'user' FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO parked (
        cell, park_id, tenant_id, reason, field, detail, source, event_id, event_key, content_hash, started_s,
        generation, cluster_id, topic, partition, "offset", header_names, header_values, closed_at, closed_as
    )
    SELECT
        0, gen_random_uuid(), 'tenant-' || number, 'unrated', '', '', '', '', gen_random_uuid(), 0, 0, 1, 'c',
        'usage', 0, number, '{{}}', '{{}}', now(),
        CASE WHEN number % 3 = 0 THEN 'discarded' ELSE 'charged' END
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO dead_letter (
        cell, cluster_id, topic, partition, "offset", dead_letter_id, reason, field, detail,
        header_names, header_values
    )
    SELECT 0, 'c', 'usage', 0, number, gen_random_uuid(), 'not_json', '', '', '{{}}', '{{}}'
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO outbox (cell, account_id, sequence, lane, topic, header_names, header_values)
    SELECT 0, number, number, number % 16, 'notices', '{{}}', '{{}}'
    FROM generate_series(1, {ACCOUNTS}) AS number;

    INSERT INTO read_position (cell, topic, partition, cluster_id, next_offset)
    SELECT 0, 'topic-' || number % 9, number, 'c', 0 FROM generate_series(1, 5000) AS number;
"""

EXPLAIN: Final = "EXPLAIN (COSTS OFF) {}"
EXPLAIN_GENERIC: Final = "EXPLAIN (COSTS OFF, GENERIC_PLAN) {}"

# What every batch runs, and what a batch runs as soon as something is unusual.
HOT: Final[dict[str, tuple[str, tuple[object, ...]]]] = {
    "hold positions": (positions.HOLD, (CELL, ["topic-1"], [1], [0], [0])),
    "advance positions": (positions.ADVANCE, (CELL, ["topic-1"], [1], *([[1]] * 6))),
    "find accounts": (accounts.FIND, (CELL, TENANTS)),
    "lock accounts": (accounts.LOCK, (CELL, IDS)),
    "move money": (accounts.MOVE_MONEY, (CELL, [5], *([[0]] * 6), [False], [False])),
    "known usage": (ledger.KNOWN, (CELL, TODAY, [1, 1, 1], IDS, KEYS)),
    "known events": (account_events.KNOWN, (CELL, IDS, KEYS)),
    "lots": (lots.SPENDABLE, (CELL, IDS, 0)),
    "named lots": (lots.NAMED, (CELL, IDS, [1] * len(IDS))),
    "lots of payments": (lots.PAID, (CELL, IDS[:1], ["payment-1"])),
    "reversals": (reversals.KNOWN, (CELL, IDS[:1], ["reversal-1"], IDS[:1], ["payment-1"])),
    "adjustments": (adjustments.KNOWN, (CELL, IDS[:1], ["adjustment-1"])),
    "known payments": (lots.PAYMENTS, (CELL, IDS[:2], ["payment-1", "payment-2"])),
    "allowance terms": (allowances.TERMS, (CELL, IDS, 202603)),
    "allowance uses": (allowances.USES, (CELL, IDS, 202603)),
    "requests": (recharges.READ, (CELL, ["request-1"])),
    "strays": (recharges.STRAYS, (CELL, IDS)),
    "known parked": (parked.KNOWN, (CELL, KEYS)),
    "tenants with discarded": (discarded.TENANTS, (CELL, TENANTS)),
    "discarded among": (discarded.AMONG, (CELL, KEYS)),
    "close parked": (parked.CLOSE, (CELL, KEYS[:1], ["charged"])),
    "releasable": (parked.RELEASABLE, (CELL, 1, 0, 500, "usage")),
    "known letters": (dead_letters.KNOWN, (CELL, KEYS)),
    "recent refusals": (dead_letters.RECENT, (CELL, "c", "usage", 0, ACCOUNTS - 100)),
    "waiting lanes": (outbox.WAITING, (CELL,)),
    "claim": (outbox.CLAIM, (CELL, [1, 2], 500)),
    "forget": (outbox.FORGET, (CELL, IDS, IDS)),
    "texts": (dictionaries.TEXTS, (CELL, [5], ["user"])),
    "tenants elsewhere": (openings.ELSEWHERE, (CELL, TENANTS)),
}


@pytest.fixture
async def full(pool: Database) -> Database:
    await pool.execute(FILL)
    await pool.execute("ANALYZE")
    return pool


async def test_no_hot_statement_reads_a_whole_table(full: Database) -> None:
    """With the values of a batch at hand, and as the plan that stays with a prepared statement."""
    readers = {}
    for name, (statement, arguments) in HOT.items():
        for explain in (EXPLAIN, EXPLAIN_GENERIC):
            lines = [row[0] for row in await full.fetch(explain.format(statement), *arguments)]
            if scans := [line.strip() for line in lines if "Seq Scan on" in line]:
                readers[name] = scans

    assert readers == {}


async def test_known_usage_is_asked_of_its_own_day_alone(full: Database) -> None:
    statement, arguments = HOT["known usage"]

    plan = "\n".join(row[0] for row in await full.fetch(EXPLAIN.format(statement), *arguments))

    assert f"ledger_entry_{TODAY:%Y%m%d}_key" in plan
    assert f"ledger_entry_{TODAY - timedelta(days=1):%Y%m%d}" not in plan


async def test_a_debit_names_no_indexed_column(pool: Database) -> None:
    """So an update stays in its page, and an account that is debited all day makes no index grow."""
    indexed = await pool.fetch("""
        SELECT DISTINCT attname
        FROM pg_index
        INNER JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
        WHERE indrelid = 'account'::regclass
    """)

    assert {row["attname"] for row in indexed} == {"cell", "account_id", "tenant_id", "next_due_s"}


async def test_only_lanes_that_hold_a_promise_are_waiting(pool: Database) -> None:
    await pool.execute(
        "INSERT INTO outbox (cell, account_id, sequence, lane, topic, header_names, header_values)"
        " SELECT 0, lane, 1, lane, 'notices', '{}', '{}' FROM unnest(ARRAY[-1, 3, 16]) AS lane"
    )

    async with transaction(pool) as tx:
        assert await outbox.waiting_lanes(tx, CELL) == [-1, 3, 16]
