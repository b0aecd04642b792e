import json
from datetime import timedelta

import pytest

from tests.integration.cases.bundles import allowance, first_of, month_of, now_at, used
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import call, opened
from tests.integration.cases.house import House
from worker.domain.draft import Outcome
from worker.domain.rejection import Reason, Rejection
from worker.postgres.due import FIRST
from worker.transactions.sweep_due import Pass, sweep_due

UNIT = 1_000_000


@pytest.fixture
async def desk(house: House) -> Desk:
    return await desk_in(house)


async def test_a_new_size_holds_for_its_whole_month_and_shrinking_charges_nothing_again(
    desk: Desk, tenant: str
) -> None:
    now = now_at(desk)
    late = first_of(now) - timedelta(hours=1)
    await desk.charge(opened(tenant), allowance(tenant, "b", 3), call(tenant, started_at=now.isoformat()))
    await desk.charge(call(tenant, started_at=now.isoformat()))

    await desk.charge(allowance(tenant, "b", 1, first_of(now).isoformat()))
    await desk.charge(*(call(tenant, started_at=at.isoformat()) for at in (now, late, late)))

    assert await desk.house.entries(tenant) == [-UNIT, 0, 0, 0, 0]
    assert await used(desk.house, tenant) == {("b", month_of(now)): 120, ("b", month_of(late)): 120}

    await desk.charge(allowance(tenant, "b", 0, None), call(tenant, started_at=now.isoformat()))
    assert (await desk.house.entries(tenant))[:2] == [-UNIT, -UNIT]


async def test_usage_of_a_month_that_is_long_over_is_counted_with_what_it_had(
    desk: Desk, tenant: str
) -> None:
    """The oldest open day is of a month before the one whose terms were set last."""
    now = now_at(desk)
    old = now - timedelta(days=60)
    await desk.charge(opened(tenant), allowance(tenant, "b", 1), allowance(tenant, "b", 9, now.isoformat()))

    for _ in range(2):
        await desk.charge(call(tenant, started_at=old.isoformat()))

    assert await desk.house.entries(tenant) == [-UNIT, 0]
    assert await used(desk.house, tenant) == {("b", month_of(old)): 60}


async def test_a_bundle_too_many_becomes_a_dead_letter_that_says_what_works(desk: Desk, tenant: str) -> None:
    await desk.charge(opened(tenant), *(allowance(tenant, f"b{number}", 0) for number in range(255)))

    charged = await desk.charge(allowance(tenant, "another", 1), allowance(tenant, "b7", 1))

    refused = charged.outcomes[0]
    assert isinstance(refused, Rejection)
    assert refused.reason is Reason.POLICY_IMPOSSIBLE
    assert charged.outcomes[1] is Outcome.APPLIED
    assert (await desk.house.account(tenant))["allowances_made"] == 255


async def test_a_sweep_renews_what_was_used_up_when_the_month_turns(desk: Desk, tenant: str) -> None:
    now = now_at(desk)
    await desk.charge(
        opened(tenant), allowance(tenant, "b", 1), call(tenant, started_at=now.isoformat(), duration_s=61)
    )
    turn = first_of(first_of(now) + timedelta(days=32))
    account = await desk.house.account(tenant)
    assert account["next_due_s"] == account["allowances_due_s"] == int(turn.timestamp())

    turn_us = int(turn.timestamp()) * 1_000_000
    for moment_us in (turn_us - 1_000_000, turn_us, turn_us + 1_000_000):
        await sweep_due(desk.office, moment_us, Pass(FIRST, 100, 0))

    said = await desk.house.pool.fetch(
        "SELECT convert_from(value, 'UTF8') AS said FROM outbox WHERE sequence >= $1 ORDER BY sequence",
        turn_us,
    )
    renewed, state = [json.loads(one["said"]) for one in said]
    assert renewed["type"] == "talktime.allowance.renewed.v1"
    assert renewed["data"]["reason"] == "new_month"
    assert [one["exhausted"] for one in state["data"]["allowances"]] == [False]
    assert (await desk.house.account(tenant))["next_due_s"] > turn.timestamp() + 86_400


async def test_what_one_worker_sets_another_pays_by_at_once(house: House, tenant: str) -> None:
    """Each remembers the bundles of an account for as long as nobody has changed them."""
    one, other = await desk_in(house), await desk_in(house)
    now = now_at(one).isoformat()
    await one.charge(opened(tenant), allowance(tenant, "b", 1))
    await other.charge(call(tenant, started_at=now))
    assert await house.entries(tenant) == [0]

    await one.charge(allowance(tenant, "b", 2), allowance(tenant, "c", 1))
    await other.charge(*(call(tenant, started_at=now, duration_s=61) for _ in range(2)))

    # 60 and 60 seconds are left; the second call is money's.
    assert await house.entries(tenant) == [-2 * UNIT, 0, 0]


async def test_bundles_remembered_of_this_month_are_read_again_for_an_earlier_one(
    desk: Desk, tenant: str
) -> None:
    now = now_at(desk)
    late = first_of(now) - timedelta(days=1)
    await desk.charge(
        opened(tenant), allowance(tenant, "b", 1), allowance(tenant, "b", 9, first_of(now).isoformat())
    )
    await desk.charge(call(tenant, started_at=now.isoformat(), duration_s=120))

    await desk.charge(call(tenant, started_at=late.isoformat(), duration_s=120))

    assert await desk.house.entries(tenant) == [-UNIT, 0]
    assert await used(desk.house, tenant) == {("b", month_of(now)): 120, ("b", month_of(late)): 60}
