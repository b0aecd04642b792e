import asyncio
from datetime import timedelta

import pytest

from tests.integration.cases.bundles import allowance, first_of, month_of, now_at, proved, used
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import call, conference, credit, leg, opened
from tests.integration.cases.house import House
from worker.domain.draft import Outcome

UNIT = 1_000_000


@pytest.fixture
async def desk(house: House) -> Desk:
    return await desk_in(house)


async def test_case_40_a_bundle_that_runs_out_inside_an_increment_pays_to_its_last_second(
    desk: Desk, tenant: str
) -> None:
    now = now_at(desk)
    await desk.charge(opened(tenant), credit(tenant, "10"), allowance(tenant, "b", 3))

    # 120 and 180 billable seconds: 60 of the second call are left to the bundle.
    for lasted in (61, 130):
        await desk.charge(call(tenant, duration_s=lasted, started_at=now.isoformat()))

    assert await desk.house.entries(tenant) == [-2 * UNIT, 0]
    assert await used(desk.house, tenant) == {("b", month_of(now)): 180}
    assert await desk.house.balance(tenant) == 8 * UNIT
    assert await proved(desk.house)


async def test_case_27_events_from_last_month_use_last_months_bundle(desk: Desk, tenant: str) -> None:
    now = now_at(desk)
    late = first_of(now) - timedelta(seconds=1)
    await desk.charge(opened(tenant), allowance(tenant, "b", 1))

    await desk.charge(*(call(tenant, started_at=at.isoformat()) for at in (now, late, late)))

    assert await used(desk.house, tenant) == {("b", month_of(now)): 60, ("b", month_of(late)): 60}
    assert await desk.house.entries(tenant) == [-UNIT, 0, 0]
    assert await proved(desk.house)


async def test_case_27_events_outside_the_window_are_parked_and_use_no_bundle(
    desk: Desk, tenant: str
) -> None:
    now = now_at(desk)
    await desk.charge(opened(tenant), allowance(tenant, "b", 1))

    await desk.charge(
        call(tenant, started_at=(now + timedelta(seconds=302)).isoformat()),
        call(tenant, started_at=(now - timedelta(days=90)).isoformat()),
    )

    assert sorted(await desk.house.parked(tenant)) == [("in_future", None), ("too_old", None)]
    assert await used(desk.house, tenant) == {}


async def test_case_27_a_month_turns_at_the_tenants_midnight(desk: Desk, tenant: str) -> None:
    now = now_at(desk)
    # UTC+14 all year: its month begins 14 hours before that of UTC.
    turn = first_of(now) - timedelta(hours=14)
    await desk.charge(opened(tenant, timezone="Pacific/Kiritimati"), allowance(tenant, "b", 1))

    for at in (turn - timedelta(seconds=1), turn):
        await desk.charge(call(tenant, started_at=at.isoformat()))

    month_before = month_of(first_of(now) - timedelta(days=1))
    assert await used(desk.house, tenant) == {("b", month_before): 60, ("b", month_of(now)): 60}
    assert await proved(desk.house)


async def test_two_transactions_on_one_bundle_take_no_second_twice(desk: Desk, tenant: str) -> None:
    now = now_at(desk)
    await desk.charge(opened(tenant), allowance(tenant, "b", 5))

    # Each batch wants four minutes of five; one of them waits for the other's account.
    batches = [[call(tenant, started_at=now.isoformat()) for _ in range(4)] for _ in range(2)]
    await asyncio.gather(*(desk.charge(*batch) for batch in batches))

    assert await used(desk.house, tenant) == {("b", month_of(now)): 300}
    assert await desk.house.entries(tenant) == [-UNIT] * 3 + [0] * 5
    assert await proved(desk.house)


async def test_a_batch_that_is_charged_again_the_careful_way_uses_its_seconds_once(
    desk: Desk, tenant: str
) -> None:
    sent = [call(tenant, started_at=now_at(desk).isoformat()) for _ in range(3)]
    await desk.charge(opened(tenant), allowance(tenant, "b", 5), *sent[:2])

    charged = await desk.charge(*sent, careful=True)

    assert charged.outcomes == {0: Outcome.DUPLICATE, 1: Outcome.DUPLICATE}
    assert await used(desk.house, tenant) == {("b", month_of(now_at(desk))): 180}


async def test_each_leg_of_a_conference_takes_its_own_seconds_from_several_bundles(
    desk: Desk, tenant: str
) -> None:
    now = now_at(desk)
    late = first_of(now) - timedelta(seconds=30)
    await desk.charge(
        opened(tenant),
        credit(tenant, "1"),
        credit(tenant, "9"),
        allowance(tenant, "berlin", 1, prefixes=["4930"]),
        allowance(tenant, "germany", 2, prefixes=["49"], except_prefixes=["4989"]),
    )

    legs = [
        leg("a", duration_s=150, started_at=late.isoformat()),
        leg("b", duration_s=61, started_at=(late + timedelta(seconds=60)).isoformat()),
        leg("c", rated_number="4989123456", started_at=late.isoformat()),
    ]
    await desk.charge(conference(tenant, *legs))

    # a: 60 of 180 by berlin, 120 by germany. b, next month: 60 and 60. c: money.
    assert await desk.house.entries(tenant) == [-UNIT]
    before, after = month_of(late), month_of(now)
    assert await used(desk.house, tenant) == {
        ("berlin", before): 60,
        ("germany", before): 120,
        ("berlin", after): 60,
        ("germany", after): 60,
    }
    assert await proved(desk.house)


async def test_accounts_without_bundles_have_none_read_or_written(desk: Desk, tenant: str) -> None:
    charged = await desk.charge(opened(tenant), call(tenant))

    assert charged.draft.accounts[tenant].allowances is None
    assert await desk.house.value("SELECT count(*) FROM allowance_use") == 0
