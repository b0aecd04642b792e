from tests.integration.cases.crediting import (
    adjusted,
    booked,
    books_agree,
    noticed,
    reinstated,
    reversed_payment,
)
from tests.integration.cases.events import auto_recharge, call, completed, credit, opened
from tests.integration.cases.house import House
from tests.integration.cases.revising import lots, money
from worker.domain.entry import FEE, GOODWILL, PURCHASE, REINSTATED, REVERSED

UNIT = 1_000_000


async def block(house: House, tenant: str) -> str:
    return str((await house.account(tenant))["recharge_block"])


async def test_case_29_a_chargeback_is_debited_in_full_once_and_stops_auto_recharge(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="5", amount="20"))
    (asked,) = await town.requests(tenant)
    await town.charge(completed(tenant, asked["recharge_id"], "20", payment_id="p"))
    await town.charge(call(tenant, duration_s=8 * 60), credit(tenant, "2", kind="promotion"))

    for _ in range(2):
        await town.charge(reversed_payment(tenant, "p", "20", "r"))

    # Twelve were left of the payment; the promotion is not touched, though eight are owed.
    assert await lots(town, tenant) == [("purchase", 0, 0), ("promotion", 2, 0)]
    assert await money(town, tenant) == (-6, 8)
    assert await block(town, tenant) == "stopped"
    assert len(await town.requests(tenant)) == 1
    notices = [noticed(one) for one in await town.messages("notices", tenant)]
    assert {"type": "credit.reversed", "balance": "-6", "reason": "dispute", "amount": "20"}.items() <= next(
        one for one in notices if one["type"] == "credit.reversed"
    ).items()
    assert [one["reason"] for one in notices if one["type"] == "recharge.stopped"] == ["dispute"]
    await books_agree(town, tenant)


async def test_case_29_a_dispute_that_is_won_is_restored_once_and_auto_recharge_waits_for_a_purchase(
    town: House, tenant: str
) -> None:
    await town.charge(
        opened(tenant),
        credit(tenant, "20", payment_id="p"),
        auto_recharge(tenant, trigger="5", amount="20"),
        call(tenant, duration_s=8 * 60),
    )
    await town.charge(reversed_payment(tenant, "p", "20", "r"))

    for _ in range(2):
        await town.charge(reinstated(tenant, "r"))
    await town.charge(call(tenant, duration_s=9 * 60))

    assert await money(town, tenant) == (3, 0)
    assert await booked(town, tenant) == [
        (PURCHASE, 20 * UNIT), (REVERSED, -20 * UNIT), (REINSTATED, 20 * UNIT),
    ]  # fmt: skip
    assert (await town.parked(tenant), await town.letters(tenant)) == ([], [])
    assert (await block(town, tenant), await town.requests(tenant)) == ("stopped", [])
    await town.charge(credit(tenant, "1"))
    assert await block(town, tenant) == ""
    assert len(await town.requests(tenant)) == 1
    await books_agree(town, tenant)


async def test_case_29_whatever_comes_first_waits_for_what_it_is_about(town: House, tenant: str) -> None:
    await town.charge(reinstated(tenant, "r"), reversed_payment(tenant, "p", "4", "r"), opened(tenant))
    await town.charge(reversed_payment(tenant, "other", "4", "r-2"), call(tenant))
    assert await money(town, tenant) == (-1, 1)

    await town.charge(credit(tenant, "9", payment_id="p"))

    async def released() -> bool:
        return [closed for _, closed in await town.parked(tenant)].count("applied") == 2

    await town.until(released)
    assert await money(town, tenant) == (8, 0)
    assert [kind for kind, _ in await booked(town, tenant)] == [PURCHASE, REVERSED, REINSTATED]
    waiting = [reason for reason, closed in await town.parked(tenant) if closed is None]
    assert waiting == ["unknown_payment"]
    await books_agree(town, tenant)


async def test_a_reversal_larger_than_what_has_not_gone_back_waits_for_a_person(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), credit(tenant, "9", payment_id="p"))

    await town.charge(reversed_payment(tenant, "p", "6", "r-1", kind="refund"))
    await town.charge(reversed_payment(tenant, "p", "4", "r-2", kind="refund"))

    assert await town.parked(tenant) == [("conflict", None)]
    assert await money(town, tenant) == (3, 0)


async def test_one_reversal_id_with_other_content_is_a_conflict_and_changes_nothing(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), credit(tenant, "9", payment_id="p"))
    await town.charge(reversed_payment(tenant, "p", "2", "r"))

    await town.charge(reversed_payment(tenant, "p", "3", "r"))

    assert await town.parked(tenant) == [("conflict", None)]
    assert await money(town, tenant) == (7, 0)


async def test_a_refund_of_a_payment_that_is_spent_takes_other_purchases_then_owes(
    town: House, tenant: str
) -> None:
    await town.charge(
        opened(tenant), credit(tenant, "5", payment_id="p", paid_at="2026-01-01T00:00:00Z"), call(tenant)
    )
    await town.charge(call(tenant, duration_s=4 * 60))
    await town.charge(credit(tenant, "3"), credit(tenant, "7", kind="promotion"))

    await town.charge(reversed_payment(tenant, "p", "5", "r", kind="refund"))

    assert await lots(town, tenant) == [("purchase", 0, 0), ("purchase", 0, 0), ("promotion", 7, 0)]
    assert await money(town, tenant) == (5, 2)
    assert await block(town, tenant) == ""
    await books_agree(town, tenant)


async def test_adjustments_are_lots_or_debits_with_a_line_of_their_own_and_count_once(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), call(tenant, duration_s=2 * 60))

    await town.charge(adjusted(tenant, "5", "a-1"), adjusted(tenant, "5", "a-1"))
    await town.charge(adjusted(tenant, "-0.000001", "a-2", kind="fee", description="a micro"))
    await town.charge(adjusted(tenant, "6", "a-1"))

    assert await town.balance(tenant) == 3 * UNIT - 1
    assert (await lots(town, tenant))[0][0] == "goodwill"
    assert await booked(town, tenant) == [(FEE, -1), (GOODWILL, 5 * UNIT)]
    described = await town.pool.fetch(
        "SELECT call_id FROM entry_text INNER JOIN account USING (cell, account_id)"
        " WHERE tenant_id = $1 AND call_id <> '' ORDER BY call_id",
        tenant,
    )
    assert [row["call_id"] for row in described] == ["a micro", "for the outage"]
    assert await town.parked(tenant) == [("conflict", None)]
    await books_agree(town, tenant)
