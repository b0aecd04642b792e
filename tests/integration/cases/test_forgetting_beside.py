"""Forgetting while workers are at work: nothing that is used at that moment is lost."""

import asyncio
from functools import partial

import pytest

from tests.integration.cases.aging import DAY, KEPT, charged_desk, days_after
from tests.integration.cases.desk import Desk
from tests.integration.cases.events import call, credit, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.revising import corrected, money
from tests.integration.cases.test_races import waits
from worker.loops.release import release
from worker.postgres.retention import remove_persons
from worker.postgres.transaction import transaction
from worker.transactions.forget_user import forget_user
from worker.transactions.retention import close_old_days, forget_old_texts, forward_old_days

FORGOTTEN = "DELETE FROM dictionary WHERE text = 'ann'"
SEEN = "UPDATE dictionary SET seen_on = now() WHERE text = 'ann'"


@pytest.fixture
async def desk(house: House) -> Desk:
    """Ann has called, and was not seen for years."""
    desk = await charged_desk(house)
    await house.pool.execute("UPDATE dictionary SET seen_on = '2020-01-01'")
    desk.office.registry.forget_users()
    return desk


@pytest.mark.usefixtures("desk")
async def test_a_user_who_is_seen_at_that_moment_is_not_forgotten(house: House) -> None:
    now_s = await house.value("SELECT extract(epoch FROM now())::bigint")
    async with house.pool.acquire() as other, other.transaction():
        await other.execute(SEEN)
        # The organizer of the conference; nobody waits for the other one.
        assert await forget_old_texts(house.pool, 0, KEPT, now_s) == 1

    assert await house.value("SELECT array_agg(text) FROM dictionary") == ["ann"]


async def test_a_user_who_is_forgotten_at_that_moment_is_somebody_new(house: House, desk: Desk) -> None:
    async with house.pool.acquire() as other:
        async with other.transaction():
            await other.execute(FORGOTTEN)
            charging = asyncio.create_task(desk.charge(call("acme", user_id="ann", duration_s=180)))
            await house.until(partial(waits, house, "UPDATE dictionary"))
        await charging

    number = await house.value("SELECT text_id FROM dictionary WHERE text = 'ann'")
    called = "SELECT user_number FROM ledger_entry WHERE amount_micros = -3000000"
    assert await house.value(called) == number


@pytest.mark.usefixtures("desk")
async def test_of_a_day_that_another_worker_has_dropped_nobody_is_left_to_remove(house: House) -> None:
    await close_old_days(house.pool, KEPT, days_after(463))
    assert DAY in await forward_old_days(house.pool, KEPT, days_after(463))

    async with transaction(house.pool) as tx:
        assert await remove_persons(tx, DAY, "ledger_entry", 0, 100) == 0


async def test_a_correction_that_waits_keeps_what_it_says_when_a_user_is_forgotten(
    house: House, desk: Desk
) -> None:
    """Parked, then kept for its usage, it was settled in the meantime; refused at last, it waits again."""
    used = call("late", duration_s=120)
    await desk.charge(corrected(used, call("late", rated_number="33123456789", user_id="bob")))
    await desk.charge(opened("late"), credit("late", "9"))
    assert await release(desk.office, 500) == 1
    await forget_user(house.pool, 0, "late", "bob")
    await desk.charge(used)
    assert await house.parked("late") == [("unrated", None)]

    await import_prices(house.pool, {"49": 1_000_000, "33": 4_000_000}, from_s=1)
    assert await release(desk.office, 500) == 1

    assert await house.parked("late") == [("unrated", "applied")]
    assert await money(house, "late") == (5, 0)
