"""Connections are handed on as they are: whoever holds something beyond its transaction lets go of it."""

from datetime import UTC, datetime

from tests.integration.cases.desk import desk_in
from tests.integration.cases.events import opened
from tests.integration.cases.house import House
from worker.postgres.statement_views import open_statement
from worker.postgres.transaction import create_pool

HELD = "SELECT count(*) FROM pg_cursors WHERE is_holdable"


async def test_a_statement_leaves_nothing_open_in_its_connection(house: House, tenant: str) -> None:
    await (await desk_in(house)).charge(opened(tenant))
    async with await create_pool(house.settings.postgres, connections=1) as pool:
        for _ in range(2):
            async with open_statement(pool, tenant, int(f"{datetime.now(UTC):%Y%m}")) as statement:
                assert statement is not None

        assert await pool.fetchval(HELD) == 0
