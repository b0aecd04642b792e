from random import Random

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import call, conference, credit, leg, moment, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.revising import Check, corrected, money, pending, usage_entries, voided
from tests.integration.cases.test_records import REFUSE
from tests.integration.cases.test_restarts import REPLAY, STATE, another_group
from worker.domain.draft import Outcome
from worker.domain.entry import USAGE_CALL, USAGE_RETURNED
from worker.loops.release import release

UNRATED = {"rated_number": "33123456789"}


async def test_a_void_that_comes_before_its_usage_waits_for_it(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used, other = call(tenant), call(tenant)
    await desk.charge(opened(tenant), credit(tenant, "9"))

    first = await desk.charge(voided(used, "v-1"), voided(other, "v-2"))
    again = await desk.charge(voided(used, "v-1"), voided(other, "v-1"))
    assert await pending(desk.house, tenant) == (2, True)
    await desk.charge(used)
    assert await pending(desk.house, tenant) == (1, True)
    await desk.charge(other, call(tenant))

    assert set(first.outcomes.values()) == {Outcome.APPLIED}
    assert again.outcomes[0] is Outcome.DUPLICATE
    assert getattr(again.outcomes[1], "reason", None) == "conflict"
    assert await pending(desk.house, tenant) == (0, False)
    assert await usage_entries(desk.house, tenant) == [
        (USAGE_CALL, -1), (USAGE_CALL, -1), (USAGE_CALL, -1), (USAGE_RETURNED, 1), (USAGE_RETURNED, 1),
    ]  # fmt: skip
    assert (await desk.charge(voided(used, "v-1"))).outcomes[0] is Outcome.DUPLICATE
    await audited()


async def test_revisions_that_wait_are_applied_in_the_order_in_which_they_came(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=600, user_id="u-1")
    await desk.charge(opened(tenant), credit(tenant, "9"))
    await desk.charge(
        corrected(used, call(tenant, duration_s=120, user_id="u-2")),
        corrected(used, call(tenant, duration_s=240, user_id="u-3")),
    )

    await desk.charge(used)

    assert await money(desk.house, tenant) == (5, 0)
    last = "SELECT user_number FROM ledger_entry WHERE amount_micros = -4000000"
    named = "SELECT text_id FROM dictionary WHERE text = 'u-3'"
    assert await desk.house.value(last) == await desk.house.value(named)
    await audited()


async def test_a_correction_that_cannot_be_charged_is_parked_whole_and_applied_when_it_can(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=120)
    await desk.charge(opened(tenant), credit(tenant, "9"), used)
    await desk.charge(corrected(used, call(tenant, **UNRATED)))
    assert await desk.house.parked(tenant) == [("unrated", None)]
    assert await money(desk.house, tenant) == (7, 0)

    await import_prices(desk.house.pool, {"49": 1_000_000, "33": 4_000_000}, from_s=1)
    assert await release(desk.office, 500) == 1

    assert await desk.house.parked(tenant) == [("unrated", "applied")]
    assert await money(desk.house, tenant) == (5, 0)
    await audited()


async def test_a_waiting_correction_that_cannot_be_charged_is_parked_when_its_usage_comes(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=120)
    await desk.charge(opened(tenant), credit(tenant, "9"), corrected(used, call(tenant, **UNRATED), "k-1"))

    await desk.charge(used)

    assert await desk.house.parked(tenant) == [("unrated", None)]
    assert (await money(desk.house, tenant), await pending(desk.house, tenant)) == ((7, 0), (0, False))
    await audited()
    await import_prices(desk.house.pool, {"49": 1_000_000, "33": 4_000_000}, from_s=1)
    assert await release(desk.office, 500) == 1
    assert await money(desk.house, tenant) == (5, 0)
    await audited()


async def test_a_correction_that_was_parked_before_it_waited_is_parked_again_when_it_is_refused(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=120)
    await desk.charge(corrected(used, call(tenant, **UNRATED)))
    await desk.charge(opened(tenant), credit(tenant, "9"))
    assert await release(desk.office, 500) == 1
    assert (await desk.house.parked(tenant), await pending(desk.house, tenant)) == (
        [("unknown_tenant", "applied")],
        (1, True),
    )

    await desk.charge(used)

    assert await desk.house.parked(tenant) == [("unrated", None)]
    await audited()


async def test_parked_usage_meets_its_void_when_it_is_released(
    desk: Desk, tenant: str, audited: Check
) -> None:
    unrated, unknown = call(tenant, **UNRATED), call(tenant)
    await desk.charge(unknown)
    await desk.charge(opened(tenant), unrated)
    await desk.charge(voided(unrated), voided(unknown))
    await import_prices(desk.house.pool, {"49": 1_000_000, "33": 4_000_000}, from_s=1)

    assert await release(desk.office, 500) == 2

    assert await usage_entries(desk.house, tenant) == [
        (USAGE_CALL, -4), (USAGE_CALL, -1), (USAGE_RETURNED, 1), (USAGE_RETURNED, 4),
    ]  # fmt: skip
    assert (await money(desk.house, tenant), await pending(desk.house, tenant)) == ((0, 0), (0, False))
    await audited()


async def test_a_void_of_a_closed_day_or_of_a_time_to_come_waits_for_a_person(
    desk: Desk, tenant: str
) -> None:
    used = call(tenant)
    await desk.charge(opened(tenant), used)

    await desk.charge(voided(used, started_at=moment(-86_400 * 70)))
    await desk.charge(voided(used, started_at=moment(86_400 * 3)))

    assert await desk.house.parked(tenant) == [("too_old", None), ("in_future", None)]
    assert await pending(desk.house, tenant) == (0, False)
    assert await release(desk.office, 500) == 0


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
