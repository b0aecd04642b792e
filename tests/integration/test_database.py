import asyncpg

from worker.postgres.migrate import migrate


async def test_each_test_has_a_database_of_its_own(pool: "asyncpg.Pool[asyncpg.Record]", dsn: str) -> None:
    assert await pool.fetchval("SELECT count(*) FROM account") == 0
    assert await migrate(dsn) == []
