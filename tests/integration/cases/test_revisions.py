from itertools import permutations

import pytest

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import Sent, call, conference, credit, event, leg, moment, opened
from tests.integration.cases.revising import Check, corrected, lots, money, pending, usage_entries, voided
from worker.domain.draft import Outcome
from worker.domain.entry import (
    CORRECTED_CALL,
    CORRECTED_CONFERENCE,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
)


async def test_case_18_a_void_gives_money_back_to_every_lot_that_paid_and_lowers_the_debt(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=600)
    await desk.charge(
        opened(tenant),
        credit(tenant, "2"),
        credit(tenant, "3", kind="promotion", expires_at=moment(86_400 * 30)),
        used,
    )
    assert await money(desk.house, tenant) == (-5, 5)

    await desk.charge(voided(used))

    assert await money(desk.house, tenant) == (5, 0)
    assert await lots(desk.house, tenant) == [("purchase", 2, 0), ("promotion", 3, 0)]
    assert await usage_entries(desk.house, tenant) == [(USAGE_CALL, -10), (USAGE_RETURNED, 10)]
    await audited()


async def test_case_18_what_a_later_purchase_has_paid_comes_back_as_a_refund(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=600)
    await desk.charge(opened(tenant), credit(tenant, "2"), used)
    await desk.charge(credit(tenant, "6"))
    assert await money(desk.house, tenant) == (-2, 2)

    await desk.charge(voided(used))

    assert await money(desk.house, tenant) == (8, 0)
    assert await lots(desk.house, tenant) == [("purchase", 2, 0), ("purchase", 0, 0), ("refund", 6, 0)]
    await audited()


async def test_case_18_money_that_goes_back_to_an_expired_lot_is_lost_at_once(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=120)
    soon = moment(86_400 * 3)
    await desk.charge(opened(tenant), credit(tenant, "5", kind="promotion", expires_at=soon), used)
    desk.now_us += 5 * 86_400 * 1_000_000

    await desk.charge(voided(used))

    assert await money(desk.house, tenant) == (0, 0)
    assert await lots(desk.house, tenant) == [("promotion", 0, 5)]
    await audited()


async def test_case_18_minutes_go_back_to_the_bundle_and_pay_again(
    desk: Desk, tenant: str, audited: Check
) -> None:
    bundle = {
        "tenant_id": tenant,
        "allowance": "national",
        "minutes": 3,
        "period": "calendar_month",
        "applies_to": {},
        "effective_from": moment(-86_400 * 40),
    }
    first, second = call(tenant, duration_s=120), call(tenant, duration_s=120)
    await desk.charge(
        opened(tenant), credit(tenant, "9"), event("accounts", "account.allowance_set", bundle), first
    )
    await desk.charge(second)
    assert await money(desk.house, tenant) == (8, 0)

    await desk.charge(voided(first))
    await desk.charge(corrected(second, second))

    assert await money(desk.house, tenant) == (9, 0)
    assert await desk.house.value("SELECT used_s FROM allowance_use") == 120
    await audited()


async def test_a_voided_conference_returns_every_leg(desk: Desk, tenant: str, audited: Check) -> None:
    held = conference(tenant, leg("a"), leg("b", duration_s=120), leg("c", service="dial_out"))
    await desk.charge(opened(tenant), credit(tenant, "2"), held)

    await desk.charge(voided(held))

    assert await money(desk.house, tenant) == (2, 0)
    assert await usage_entries(desk.house, tenant) == [(USAGE_CONFERENCE, -4), (USAGE_RETURNED, 4)]
    assert await desk.house.value("SELECT sum(amount_micros) FROM entry_line WHERE part = 1") == 0
    await audited()


async def test_a_second_void_does_nothing_and_a_resend_of_the_original_stays_a_duplicate(
    desk: Desk, tenant: str
) -> None:
    used = call(tenant, "call-1")
    await desk.charge(opened(tenant), credit(tenant, "5"), used)
    await desk.charge(voided(used))

    charged = await desk.charge(voided(used), used, call(tenant, "call-1", duration_s=600), careful=True)

    outcomes = [
        getattr(charged.outcomes.get(number), "reason", charged.outcomes.get(number)) for number in range(3)
    ]
    assert outcomes == [Outcome.APPLIED, Outcome.DUPLICATE, "conflict"]
    assert await usage_entries(desk.house, tenant) == [(USAGE_CALL, -1), (USAGE_RETURNED, 1)]


async def test_a_resend_beside_its_void_is_known_without_a_second_try(desk: Desk, tenant: str) -> None:
    used = call(tenant)
    await desk.charge(opened(tenant), credit(tenant, "5"), used)

    charged = await desk.charge(used, voided(used), careful=False)

    assert charged.outcomes == {0: Outcome.DUPLICATE, 1: Outcome.APPLIED}
    assert await money(desk.house, tenant) == (5, 0)


async def test_a_correction_charges_again_in_one_step_also_as_a_conference_on_another_day(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=180, user_id="u-1")
    await desk.charge(opened(tenant), credit(tenant, "9"), used)
    earlier = conference(tenant, leg("a", started_at=moment(-86_400)), leg("b", started_at=moment(-86_400)))

    await desk.charge(corrected(used, call(tenant, duration_s=60, user_id="u-2")))
    await desk.charge(corrected(used, earlier))

    assert await money(desk.house, tenant) == (7, 0)
    assert await usage_entries(desk.house, tenant) == [
        (USAGE_CALL, -3), (USAGE_RETURNED, 1), (USAGE_RETURNED, 3), (CORRECTED_CALL, -1),
        (CORRECTED_CONFERENCE, -2),
    ]  # fmt: skip
    assert await desk.house.value("SELECT count(DISTINCT day) FROM ledger_entry WHERE kind < 10") == 1
    users = "SELECT count(DISTINCT user_number) FROM ledger_entry WHERE kind BETWEEN 1 AND 4"
    assert await desk.house.value(users) == 2
    await audited()


async def test_a_correction_may_be_voided_and_then_nothing_follows(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant, duration_s=180)
    await desk.charge(opened(tenant), credit(tenant, "9"), used)
    await desk.charge(corrected(used, call(tenant, duration_s=300)))

    await desk.charge(voided(used))
    charged = await desk.charge(corrected(used, call(tenant)), voided(used))

    assert await money(desk.house, tenant) == (9, 0)
    assert await desk.house.parked(tenant) == [("conflict", None)]
    assert charged.outcomes[1] is Outcome.APPLIED
    assert len(await usage_entries(desk.house, tenant)) == 4
    await audited()


async def test_more_revisions_than_are_read_at_once_still_stand_in_one_chain(
    desk: Desk, tenant: str, audited: Check
) -> None:
    used = call(tenant)
    await desk.charge(opened(tenant), credit(tenant, "9"), used)

    for minutes in (2, 3, 4, 5, 6, 7):
        await desk.charge(corrected(used, call(tenant, duration_s=60 * minutes)))

    assert await money(desk.house, tenant) == (2, 0)
    assert len(await usage_entries(desk.house, tenant)) == 13
    await audited()


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
@pytest.mark.parametrize("careful", [False, True], ids=["fast", "careful"])
async def test_usage_its_correction_and_its_void_in_one_batch_leave_what_their_order_says(
    desk: Desk, tenant: str, order: tuple[int, ...], *, careful: bool
) -> None:
    used = call(tenant, duration_s=120)
    batch: list[Sent] = [used, corrected(used, call(tenant)), voided(used)]
    await desk.charge(opened(tenant), credit(tenant, "9"))

    await desk.charge(*(batch[number] for number in order), careful=careful)

    assert await money(desk.house, tenant) == (9, 0)
    assert await pending(desk.house, tenant) == (0, False)
    late = order.index(1) > order.index(2)
    assert await desk.house.parked(tenant) == ([("conflict", None)] if late else [])
