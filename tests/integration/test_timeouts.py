"""The limits that keep one stuck session harmless, each as its setting says."""

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest

from worker.loops.trouble import BROKEN
from worker.postgres.transaction import Database, create_pool, transaction
from worker.settings.servers import Postgres

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[asyncpg.Record]

SHORT_S = 0.2
# Shorter than any of the limits when nothing is set.
LONG_S = 2.5

LINGERING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state = 'idle in transaction'
"""


async def test_a_lock_that_does_not_come_is_given_up(dsn: str) -> None:
    lock = "SELECT FROM cell FOR UPDATE"
    async with (
        asyncio.timeout(LONG_S),
        await create_pool(Postgres(dsn=dsn, lock_timeout_s=SHORT_S)) as pool,
        transaction(pool) as holder,
    ):
        await holder.execute(lock)

        with pytest.raises(asyncpg.LockNotAvailableError):
            async with transaction(pool) as tx:
                await tx.execute(lock)


async def test_a_statement_that_does_not_end_is_cancelled(dsn: str) -> None:
    async with await create_pool(Postgres(dsn=dsn, statement_timeout_s=SHORT_S)) as pool:
        with pytest.raises(asyncpg.QueryCanceledError):
            async with asyncio.timeout(LONG_S), transaction(pool) as tx:
                await tx.execute("SELECT pg_sleep($1)", LONG_S)


async def test_a_session_that_does_nothing_in_its_transaction_is_ended(dsn: str) -> None:
    async def linger(pool: Database, watcher: "Connection") -> None:
        async with transaction(pool) as tx:
            await tx.execute("SELECT")
            while await watcher.fetchval(LINGERING):
                await watcher.execute("SELECT pg_sleep($1)", SHORT_S / 4)

    async with (
        asyncio.timeout(LONG_S),
        await create_pool(Postgres(dsn=dsn, idle_in_transaction_timeout_s=SHORT_S)) as pool,
        pool.acquire() as watcher,
    ):
        with pytest.raises((asyncpg.IdleInTransactionSessionTimeoutError, *BROKEN)):
            await linger(pool, watcher)


async def test_a_silent_network_is_given_up_as_far_as_there_is_one(dsn: str) -> None:
    async with await create_pool(Postgres(dsn=dsn, tcp_user_timeout_s=7)) as pool:
        over_tcp = await pool.fetchval("SELECT inet_server_addr() IS NOT NULL")

        assert await pool.fetchval("SHOW tcp_user_timeout") == ("7000" if over_tcp else "0")
