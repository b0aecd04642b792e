"""Days of the ledger come and go."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from tests.integration.cases.aging import DAY, DAY_S, KEPT, charged_desk, days_after, flaws, state
from tests.integration.cases.desk import Desk
from tests.integration.cases.events import NOON, call, credit
from tests.integration.cases.house import House
from worker.loops.trouble import is_bad_data, passes
from worker.postgres.ledger import make_days
from worker.postgres.retention import forward_day
from worker.postgres.transaction import transaction
from worker.transactions.retention import close_old_days, forward_old_days


@pytest.fixture
async def desk(house: House) -> Desk:
    return await charged_desk(house)


async def test_a_day_closes_an_hour_before_it_leaves_the_open_days(house: House) -> None:
    too_early = await close_old_days(house.pool, KEPT, days_after(63) - 3601)
    closed = await close_old_days(house.pool, KEPT, days_after(63) - 3600)

    assert DAY not in too_early
    assert DAY in closed
    assert await state(house) == ("closed", "kept")


@pytest.mark.usefixtures("desk")
async def test_a_day_is_replaced_by_its_sums_after_its_time_and_the_books_stay_right(house: House) -> None:
    await close_old_days(house.pool, KEPT, days_after(463))
    kept_still = await forward_old_days(house.pool, KEPT, days_after(462) + DAY_S - 1)
    assert DAY not in kept_still
    forwarded = await forward_old_days(house.pool, KEPT, days_after(463))

    assert DAY in forwarded
    assert (await state(house))[0] == "forwarded"
    assert await house.value("SELECT to_regclass($1)", f"ledger_entry_{DAY:%Y%m%d}") is None
    assert await house.entries("acme") == []
    sums = await house.pool.fetch(
        "SELECT kind, entries, amount_micros FROM balance_forward WHERE day = $1 ORDER BY kind", DAY
    )
    assert [tuple(row) for row in sums] == [(1, 2, -1_000_000), (2, 1, -2_000_000)]
    assert await house.balance("acme") == 4_000_000
    assert await flaws(house.pool) == []


@pytest.mark.usefixtures("desk")
async def test_a_day_is_forwarded_whole_though_nobody_tells_when_months_turned(house: House) -> None:
    await close_old_days(house.pool, KEPT, days_after(463))

    async with transaction(house.pool) as tx:
        assert await forward_day(tx, DAY, [])

    sums = await house.pool.fetch("SELECT booked_month, kind, entries FROM balance_forward ORDER BY kind")
    now = int(await house.value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')"))
    assert [tuple(row) for row in sums] == [(now, 1, 2), (now, 2, 1)]


@pytest.mark.usefixtures("desk")
async def test_forwarding_waits_half_a_second_for_a_reader_and_leaves_everything_as_it_was(
    house: House,
) -> None:
    await close_old_days(house.pool, KEPT, days_after(463))
    async with house.pool.acquire() as reader, reader.transaction():
        await reader.fetch("SELECT count(*) FROM ledger_entry")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await forward_old_days(house.pool, KEPT, days_after(463))

    # Less than the three seconds that everybody else waits: whoever comes meanwhile waits behind.
    kept_by_the_function = "SELECT proconfig FROM pg_proc WHERE proname = 'forward_ledger_day'"
    assert "lock_timeout=500ms" in await house.value(kept_by_the_function)
    assert (await state(house))[0] == "closed"
    assert await flaws(house.pool) == []
    assert DAY in await forward_old_days(house.pool, KEPT, days_after(463))


@pytest.mark.usefixtures("desk")
async def test_two_workers_forward_a_day_once(house: House) -> None:
    await close_old_days(house.pool, KEPT, days_after(463))

    both = await asyncio.gather(
        *(forward_old_days(house.pool, KEPT, days_after(463)) for _ in range(2)), return_exceptions=True
    )

    assert any(isinstance(days, list) for days in both)
    assert await flaws(house.pool) == []
    assert await house.value("SELECT sum(entries) FROM balance_forward WHERE kind IN (1, 2)") == 3


@pytest.mark.usefixtures("desk")
async def test_a_day_is_not_made_again_once_it_is_forwarded(house: House) -> None:
    await close_old_days(house.pool, KEPT, days_after(463))
    await forward_old_days(house.pool, KEPT, days_after(463))

    assert await house.value("SELECT make_ledger_days(62, 7)") == 0


async def test_days_that_were_closed_stay_closed_when_usage_may_be_later_from_now_on(
    house: House, desk: Desk
) -> None:
    """The setting makes older days, open ones, on the other side of those that are closed."""
    await close_old_days(house.pool, KEPT._replace(open_days=9), days_after(1))
    async with transaction(house.pool) as tx:
        assert await make_days(tx, 90, 7) > 0

    for days in (70, 20, 5):
        await desk.charge(call("acme", started_at=(NOON - timedelta(days=days)).isoformat()))

    assert await house.parked("acme") == [("too_old", None)] * 2
    assert len(await house.entries("acme")) == 4


async def test_money_that_comes_on_a_day_that_nobody_has_made_waits_for_the_day(
    house: House, desk: Desk
) -> None:
    desk.now_us += 9 * DAY_S * 1_000_000

    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await desk.charge(credit("acme", "3"))
    # The payment is not at fault, so no dead letter is made of it.
    assert not is_bad_data(refused.value)
    assert passes(refused.value)

    async with transaction(house.pool) as tx:
        await make_days(tx, 62, 10)
    await desk.charge(credit("acme", "3"))
    assert await house.balance("acme") == 7_000_000


@pytest.mark.parametrize("table", ["ledger_entry", "entry_line", "entry_text"])
async def test_the_ledger_is_append_only(house: House, desk: Desk, table: str) -> None:
    await desk.charge(call("acme", call_id="c-1"))
    for target in (table, f"{table}_{DAY:%Y%m%d}"):
        for statement in (f"UPDATE {target} SET cell = 0", f"DELETE FROM {target}", f"TRUNCATE {target}"):
            with pytest.raises(asyncpg.RaiseError, match="append-only"):
                await house.pool.execute(statement)
