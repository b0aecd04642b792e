import asyncio
from functools import partial

from tests.integration.cases.desk import desk_in
from tests.integration.cases.events import auto_recharge, call, credit, opened
from tests.integration.cases.house import House
from worker.domain.draft import Outcome
from worker.loops.release import release

WAITS = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1
    )
"""


async def waits(house: House, statement: str) -> bool:
    return bool(await house.value(WAITS, f"%{statement}%"))


async def test_case_35_what_is_parked_just_after_a_release_looked_is_released_by_the_next(
    house: House, tenant: str
) -> None:
    desk = await desk_in(house)
    async with house.pool.acquire() as other:
        # Usage that found no account stands just before its parking, while the account opens.
        async with other.transaction():
            await other.execute("LOCK TABLE parked IN SHARE MODE")
            parking = asyncio.create_task(desk.charge(call(tenant)))
            await house.until(partial(waits, house, "parked"))
            await desk.charge(opened(tenant))
            assert await release(desk.office, 500) == 0
        await parking
    assert await house.parked(tenant) == [("unknown_tenant", None)]

    assert await release(desk.office, 500) == 1

    assert await house.parked(tenant) == [("unknown_tenant", "charged")]
    assert await house.entries(tenant) == [-1_000_000]
    assert await release(desk.office, 500) == 0


async def test_case_35_two_releases_at_once_charge_a_parked_call_once(house: House, tenant: str) -> None:
    desk = await desk_in(house)
    await desk.charge(*(call(tenant) for _ in range(20)))
    await desk.charge(opened(tenant))

    await asyncio.gather(*(release(desk.office, 7) for _ in range(3)))

    assert await house.entries(tenant) == [-1_000_000] * 20
    assert await house.parked(tenant) == [("unknown_tenant", "charged")] * 20


async def test_case_34_lots_are_read_after_the_lock_so_that_no_credit_is_spent_twice(
    house: House, tenant: str
) -> None:
    desk = await desk_in(house)
    await desk.charge(opened(tenant), *(credit(tenant, "2") for _ in range(3)))

    # Each call needs more than one lot; the second transaction waits for the first one's account.
    await asyncio.gather(*(desk.charge(call(tenant, duration_s=180)) for _ in range(2)))

    account = await house.account(tenant)
    left = await house.value("SELECT sum(left_micros) FROM lot")
    assert (account["balance_micros"], account["debt_micros"], left) == (0, 0, 0)


async def test_case_33_the_same_event_twice_in_one_batch_needs_no_careful_path(
    house: House, tenant: str
) -> None:
    desk = await desk_in(house)
    await desk.charge(opened(tenant))
    once = call(tenant)

    charged = await desk.charge(once, once, careful=False)

    assert charged.outcomes[1] is Outcome.DUPLICATE
    assert await house.entries(tenant) == [-1_000_000]


async def test_case_4_a_dip_that_ends_within_its_batch_asks_for_nothing(house: House, tenant: str) -> None:
    desk = await desk_in(house)
    await desk.charge(opened(tenant), credit(tenant, "10"), auto_recharge(tenant, trigger="5", amount="10"))

    await desk.charge(call(tenant, duration_s=480), credit(tenant, "20"))

    assert await house.balance(tenant) == 22_000_000
    assert await house.requests(tenant) == []
