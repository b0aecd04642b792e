"""What a worker's other loops do while one of its transactions stands between two statements."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import call, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.test_races import waits
from worker.domain.draft import Outcome
from worker.loops.release import release
from worker.postgres.transaction import transaction
from worker.transactions.gather import discarded
from worker.transactions.release_parked import hold_refused, releasable, release_parked
from worker.transactions.settle_parked import discard_parked

# Prices that the house has none for.
LATER = {"351": 2_000_000}


@asynccontextmanager
async def locked(house: House, table: str, mode: str) -> AsyncIterator[None]:
    """Keep statements from a table for as long as the block lasts."""
    async with house.pool.acquire() as other, other.transaction():
        await other.execute(f"LOCK TABLE {table} IN {mode} MODE")
        yield


async def releasing_all(desk: Desk) -> dict[str, int]:
    return await release_parked(desk.office, await releasable(desk.office, desk.now_us, 500), desk.now_us)


async def users_of_entries(house: House) -> list[str | None]:
    rows = await house.pool.fetch(
        "SELECT text FROM ledger_entry"
        " LEFT JOIN dictionary USING (cell, account_id)"
        " WHERE (text_id = user_number OR text_id IS NULL) AND kind = 1 ORDER BY text"
    )
    return [row["text"] for row in rows]


async def test_usage_parked_while_a_deck_comes_in_is_charged_by_that_deck(
    house: House, desk: Desk, tenant: str
) -> None:
    await desk.charge(opened(tenant))
    async with locked(house, "ledger_entry", "SHARE"):
        charging = asyncio.create_task(desk.charge(call(tenant), call(tenant, rated_number="351211234567")))
        await house.until(partial(waits, house, "ledger_entry"))
        await import_prices(house.pool, LATER, from_s=1)
        # The release of the same worker has loaded it before the usage is parked for want of it.
        await release(desk.office, 500)
    await charging
    assert await house.parked(tenant) == [("unrated", None)]

    assert await release(desk.office, 500) == 1

    assert await house.entries(tenant) == [-2_000_000, -1_000_000]


async def test_usage_kept_parked_while_a_deck_comes_in_is_charged_by_that_deck(
    house: House, desk: Desk, tenant: str
) -> None:
    await desk.charge(call(tenant), call(tenant, rated_number="351211234567"))
    await desk.charge(opened(tenant))
    async with locked(house, "ledger_entry", "SHARE"):
        releasing = asyncio.create_task(releasing_all(desk))
        await house.until(partial(waits, house, "ledger_entry"))
        await import_prices(house.pool, LATER, from_s=1)
        await desk.office.load_decks()
    assert await releasing == {"charged": 1, "kept": 1}

    assert await release(desk.office, 500) == 1

    assert await house.entries(tenant) == [-2_000_000, -1_000_000]


async def test_callers_keep_their_names_when_the_names_are_looked_up_anew_meanwhile(
    house: House, desk: Desk, tenant: str
) -> None:
    await desk.charge(opened(tenant), call(tenant, user_id="ann"))
    async with locked(house, "dictionary", "ACCESS EXCLUSIVE"):
        charging = asyncio.create_task(desk.charge(call(tenant, user_id="ann"), call(tenant, user_id="bob")))
        await house.until(partial(waits, house, "dictionary"))
        desk.office.registry.forget_users()
    await charging

    assert await users_of_entries(house) == ["ann", "ann", "bob"]


async def test_an_account_that_another_loop_has_found_meanwhile_is_no_half_known_one(
    house: House, desk: Desk, tenant: str
) -> None:
    other = f"{tenant}-2"
    await desk.charge(opened(other))
    async with locked(house, "dictionary", "ACCESS EXCLUSIVE"):
        # Names get their numbers while nobody knows this tenant yet.
        charging = asyncio.create_task(desk.charge(call(tenant, user_id="ann"), call(other, user_id="bob")))
        await house.until(partial(waits, house, "dictionary"))
        await desk.charge(opened(tenant))
        await desk.office.registry.find_accounts({tenant})
    await charging
    await release(desk.office, 500)

    assert await users_of_entries(house) == ["ann", "bob"]


async def test_what_postgres_refuses_is_left_to_a_person_by_whoever_releases_at_the_same_time(
    house: House, desk: Desk, tenant: str
) -> None:
    """Before any of them could do so, another one may have: then there is nothing left to leave."""
    await desk.charge(*(call(tenant, duration_s=duration_s) for duration_s in (60, 61, 120, 180)))
    await desk.charge(opened(tenant))
    await house.pool.execute("ALTER TABLE ledger_entry ADD CHECK (duration_s <> 61) NOT VALID")

    await asyncio.gather(*(release(desk.office, 500) for _ in range(4)))

    assert await house.entries(tenant) == [-3_000_000, -2_000_000, -1_000_000]
    assert sorted(await house.parked(tenant)) == [
        ("conflict", None),
        *[("unknown_tenant", "charged")] * 3,
    ]


async def test_of_what_was_discarded_a_batch_reads_its_own_records_alone(
    house: House, desk: Desk, tenant: str
) -> None:
    once = call(tenant)
    await desk.charge(once, *(call(tenant) for _ in range(20)))
    ids = [row["park_id"] for row in await house.pool.fetch("SELECT park_id FROM parked")]
    await discard_parked(house.pool, 0, ids, dry_run=False)
    await desk.charge(opened(tenant))

    charged = await desk.charge(once, call(tenant))

    assert charged.outcomes == {0: Outcome.DUPLICATE}
    prepared = await desk.prepared(once, call(tenant))
    async with transaction(house.pool) as tx:
        assert len(await discarded(tx, 0, prepared)) == 1


async def test_what_postgres_refused_and_a_person_has_discarded_meanwhile_stays_discarded(
    house: House, desk: Desk, tenant: str
) -> None:
    await desk.charge(call(tenant))
    park_id = await house.value("SELECT park_id FROM parked")
    await discard_parked(house.pool, 0, [park_id], dry_run=False)

    await hold_refused(desk.office, str(park_id), "23514")

    assert await house.parked(tenant) == [("unknown_tenant", "discarded")]
