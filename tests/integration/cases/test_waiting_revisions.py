from tests.integration.cases.aging import KEPT, days_after
from tests.integration.cases.desk import Desk
from tests.integration.cases.events import NOON, call, credit, moment, opened
from tests.integration.cases.house import import_prices
from tests.integration.cases.revising import Check, corrected, money, pending, usage_entries, voided
from worker.domain.draft import Outcome
from worker.domain.entry import USAGE_CALL, USAGE_RETURNED
from worker.loops.release import release
from worker.transactions.retention import forget_old_texts

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
        *(
            corrected(used, call(tenant, duration_s=60 * minutes, user_id=f"u-{minutes}"), f"k-{minutes}")
            for minutes in (7, 6, 5, 3, 2, 4)
        )
    )
    # By another worker, which has never heard of them.
    desk.office.registry.forget_users()

    await desk.charge(used)

    assert await money(desk.house, tenant) == (5, 0)
    last = "SELECT user_number FROM ledger_entry WHERE amount_micros = -4000000"
    named = "SELECT text_id FROM dictionary WHERE text = 'u-4'"
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
    await import_prices(desk.house.pool, {"49": 1_000_000, "33": 4_000_000}, from_s=1)
    assert await release(desk.office, 500) == 1
    assert await desk.house.parked(tenant) == [("unrated", "applied")]


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
    await desk.charge(corrected(used, call(tenant, started_at=moment(86_400 * 4))))

    assert await desk.house.parked(tenant) == [("too_old", None), ("in_future", None), ("in_future", None)]
    # None of them is looked at before its time.
    starts = "SELECT array_agg(started_s ORDER BY started_s) FROM parked"
    noon = int(NOON.timestamp())
    assert await desk.house.value(starts) == [noon + 86_400 * days for days in (-70, 3, 4)]
    assert await pending(desk.house, tenant) == (0, False)
    assert await release(desk.office, 500) == 0


async def test_a_void_whose_usage_never_came_goes_with_its_day_and_is_known_for_ever(
    desk: Desk, tenant: str
) -> None:
    used = call(tenant)
    await desk.charge(opened(tenant), voided(used, "v-1"))

    kept = await forget_old_texts(desk.house.pool, 0, KEPT, days_after(461))
    gone = await forget_old_texts(desk.house.pool, 0, KEPT, days_after(464))

    assert (kept, gone, (await pending(desk.house, tenant))[0]) == (0, 1, 0)
    assert (await desk.charge(voided(used, "v-1"))).outcomes[0] is Outcome.DUPLICATE
