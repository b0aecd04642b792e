"""A worker with a role of its own can do its work, and cannot do what must never be done."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.integration.cases.aging import KEPT, charged_desk, days_after, flaws
from tests.integration.cases.desk import Desk
from tests.integration.cases.events import auto_recharge, call, opened
from tests.integration.cases.house import House
from worker.app.furnish import furnish
from worker.loops.release import release
from worker.postgres.ledger import make_days
from worker.postgres.migrate import migrate
from worker.postgres.transaction import create_pool, transaction
from worker.settings.servers import Postgres
from worker.transactions.retention import (
    close_old_days,
    forget_old_texts,
    forward_old_days,
    remove_old_persons,
)

PASSWORD = "of-a-test"

FORBIDDEN = [
    *(
        f"{verb} {table}"
        for table in (
            "ledger_entry",
            "entry_line",
            "entry_text",
            "account_event",
            "tariff",
            "balance_forward",
        )
        for verb in ("DELETE FROM", "TRUNCATE")
    ),
    "UPDATE ledger_entry SET amount_micros = 0",
    "UPDATE balance_forward SET amount_micros = 0",
    "INSERT INTO balance_forward VALUES (0, 1, '2026-01-01', 1, 1, 1, 202601)",
    "ALTER TABLE ledger_entry DISABLE TRIGGER append_only",
    "SELECT make_ledger_day('2031-01-01')",
    "SELECT grant_worker_rights('public')",
]


@pytest.fixture
async def worker(house: House) -> AsyncIterator[House]:
    """The same house, entered with the rights of a worker."""
    role = f"worker_{uuid4().hex[:8]}"
    owner_dsn = house.settings.postgres.dsn
    await house.pool.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'")
    await migrate(owner_dsn, role=role)
    at = urlsplit(owner_dsn)
    dsn = at._replace(netloc=f"{role}:{PASSWORD}@{at.hostname}:{at.port}").geturl()
    pool = await create_pool(Postgres(dsn=dsn, connections=4))
    yield House(house.settings, pool, house._producer)
    await pool.close()
    await house.pool.execute(f"DROP OWNED BY {role}")
    await house.pool.execute(f"DROP ROLE {role}")


async def test_a_worker_works_with_the_rights_of_its_own_role(worker: House) -> None:
    desk = await charged_desk(worker)
    await desk.charge(auto_recharge("acme", trigger="100", amount="20"), call("later", user_id="bob"))
    await desk.charge(opened("later"))
    desk = Desk(worker, replace(await furnish(worker.settings, worker.pool, "c")), desk.now_us, 10)
    assert await release(desk.office, 10) == 1
    async with transaction(worker.pool) as tx:
        assert await make_days(tx, 62, 9) == 2
    assert await close_old_days(worker.pool, KEPT, days_after(463))
    assert await remove_old_persons(worker.pool, KEPT, days_after(463))
    assert await forget_old_texts(worker.pool, 0, KEPT, days_after(463))
    assert await forward_old_days(worker.pool, KEPT, days_after(463))
    assert await flaws(worker.pool) == []


@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_a_worker_cannot_change_what_is_append_only(worker: House, statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await worker.pool.execute(statement)
