from random import Random

from tests.integration.cases.events import call, conference, credit, leg, opened
from tests.integration.cases.house import House
from tests.integration.cases.revising import Check, corrected, money, pending, usage_entries, voided
from tests.integration.cases.test_records import REFUSE
from tests.integration.cases.test_restarts import REPLAY, STATE, another_group

UNRATED = {"rated_number": "33123456789"}


async def test_voids_that_race_their_usage_through_other_partitions_all_meet_it(
    town: House, tenant: str
) -> None:
    used = [call(tenant, duration_s=60 * minutes) for minutes in range(1, 41)]
    await town.charge(opened(tenant), credit(tenant, "100"))
    records = [*used, *(voided(one) for one in used)]
    Random(7).shuffle(records)

    await town.send(*records, keys=[b"%d" % number for number in range(len(records))])
    await town.all_read()

    assert await money(town, tenant) == (100, 0)
    assert await pending(town, tenant) == (0, False)
    assert len(await usage_entries(town, tenant)) == 80


async def test_one_refused_record_takes_no_void_or_correction_of_its_batch_with_it(
    house: House, tenant: str, audited: Check
) -> None:
    await house.pool.execute(REFUSE)
    early, late, fixed = (call(tenant) for _ in range(3))
    await house.send(opened(tenant), credit(tenant, "9"))
    await house.send(
        voided(early), early, call(tenant, duration_s=4711), late, fixed,
        corrected(fixed, conference(tenant, leg("a"), leg("b"))), voided(late),
    )  # fmt: skip

    async with house.working():
        await house.all_read()

    assert await money(house, tenant) == (7, 0)
    assert len(await house.letters(tenant)) == 1
    assert await pending(house, tenant) == (0, False)
    await audited()


async def test_case_36_a_replay_of_voids_and_corrections_changes_nothing(house: House, tenant: str) -> None:
    used, other, third = (call(tenant, duration_s=120) for _ in range(3))
    await house.send(opened(tenant), credit(tenant, "9"))
    await house.send(
        voided(used), used, other, corrected(other, call(tenant)), third,
        corrected(third, call(tenant, **UNRATED)), voided(call(tenant)), voided(other),
        corrected(other, other),
    )  # fmt: skip
    async with house.working():
        await house.all_read()
    before = await house.pool.fetch(STATE)
    waiting = await house.pool.fetch("SELECT * FROM pending_revision")
    assert (len(waiting), len(await house.parked(tenant))) == (1, 2)

    await house.pool.execute(REPLAY)
    house.sent *= 2
    async with house.working(settings=another_group(house.settings, 2)):
        await house.all_read()

    assert await house.pool.fetch(STATE) == before
    assert await house.pool.fetch("SELECT * FROM pending_revision") == waiting
