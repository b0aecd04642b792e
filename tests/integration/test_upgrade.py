"""A database of a former version, with what it held, under the schema of this one."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.integration.conftest import database_dsn, on_server
from worker.app.furnish import furnish
from worker.loops.sweep import sweep
from worker.postgres import migrate as migrations
from worker.postgres.transaction import create_pool
from worker.settings.model import Settings
from worker.settings.servers import Postgres

FOLDER = Path(migrations.__file__).parent / "migrations"
NAME = "talktime_test_upgrade"
DAY_S = 86_400

# Credit that is lost in two weeks, and a request that nobody has answered for an hour.
HELD = """
    INSERT INTO account (
        cell, account_id, balance_micros, lot_left_micros, lot_expires_s, lot_number, lots_made, depleted,
        opened_hash, tenant_id, currency, timezone, rate_deck, recharge_enabled, trigger_micros,
        recharge_amount_micros, open_recharge_id, recharge_cycle
    )
    SELECT
        0, 7, 5000000, 5000000, now_s + 14 * 86400, 1, 1, false, 0, 'acme', 'USD', 'UTC', 'standard', true,
        9000000, 20000000, 'request-1', 1
    FROM cast(extract(epoch FROM now()) AS bigint) AS now_s;

    INSERT INTO lot (
        cell, account_id, lot_number, kind, amount_micros, left_micros, paid_s, expires_s
    )
    SELECT 0, 7, 1, 'purchase', 8000000, 8000000, 0, lot_expires_s FROM account;

    INSERT INTO recharge (
        cell, recharge_id, account_id, reason, state, amount_micros, requested_s, answer_by_s, expires_s,
        balance_micros
    )
    SELECT 0, 'request-1', 7, 'trigger', 'open', 20000000, now_s - 3600, now_s - 2700, now_s + 80000, 0
    FROM cast(extract(epoch FROM now()) AS bigint) AS now_s;
"""


@pytest.fixture
async def former(postgres_dsn: str) -> AsyncIterator[str]:
    """A database of the first version, with an account."""
    await on_server(postgres_dsn, f"CREATE DATABASE {NAME}")
    dsn = database_dsn(postgres_dsn, NAME)
    connection = await asyncpg.connect(dsn)
    await connection.execute(migrations.CREATE_TABLE)
    for name in ("0001_core.sql", "0002_tariffs.sql"):
        text = (FOLDER / name).read_text()
        await connection.execute(text)
        await connection.execute(migrations.RECORD, name, hashlib.sha256(text.encode()).hexdigest())
    await connection.execute("INSERT INTO cell VALUES (0); SELECT make_ledger_days(62)")
    await connection.execute(HELD)
    await connection.close()
    yield dsn
    await on_server(postgres_dsn, f"DROP DATABASE {NAME} WITH (FORCE)")


async def test_credit_and_requests_of_a_former_version_fall_due_as_if_they_were_new(former: str) -> None:
    fresh = await migrations.migrate(former)
    again = await migrations.migrate(former)

    assert (fresh[0], again) == ("0003_credit.sql", [])
    pool = await create_pool(Postgres(dsn=former, connections=2))
    try:
        office = await furnish(Settings(), pool, "cluster")
        assert await sweep(office, 100, 0, lambda: None, asyncio.Event()) == 1
        account = await pool.fetchrow("SELECT * FROM account, lot, recharge")
    finally:
        await pool.close()
    assert account is not None
    assert account["lots_due_s"] == account["lot_expires_s"] - 7 * DAY_S
    assert account["retry_s"] > 0
    assert account["recharge_due_s"] == account["retry_s"]
