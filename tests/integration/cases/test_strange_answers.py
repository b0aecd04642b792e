"""Answers to requests that are not remembered, as after a restored backup, and to somebody else's."""

from uuid import UUID

from tests.integration.cases.events import auto_recharge, completed, credit, event, opened
from tests.integration.cases.house import House
from worker.domain.recharge import recharge_id

UNIT = 1_000_000


async def name_of(house: House, tenant: str, cycle: int) -> str:
    installation: UUID = await house.value("SELECT installation_id FROM installation")
    return recharge_id(installation, tenant, cycle)


async def asked(house: House, tenant: str) -> list[str]:
    return [one["data"]["recharge_id"] for one in await house.messages("recharges", tenant)]


async def test_money_for_a_request_that_is_not_remembered_is_credited_and_its_id_is_skipped(
    town: House, tenant: str
) -> None:
    first, second = [await name_of(town, tenant, cycle) for cycle in (1, 2)]
    await town.charge(opened(tenant))
    await town.charge(completed(tenant, first, "20"))

    await town.charge(auto_recharge(tenant, trigger="30", amount="20"))

    assert (await town.balance(tenant), await asked(town, tenant)) == (20 * UNIT, [second])
    flags = [one["data"] for one in await town.messages("notices", tenant) if "flagged" in one["type"]]
    assert [(one["reason"], one["recharge_id"]) for one in flags] == [("unknown_request", first)]


async def test_an_id_that_was_declined_before_it_is_remembered_is_skipped(town: House, tenant: str) -> None:
    first, second = [await name_of(town, tenant, cycle) for cycle in (1, 2)]
    declined = {"tenant_id": tenant, "recharge_id": first, "attempt": 1, "outcome": "declined"}
    await town.charge(opened(tenant))
    await town.charge(event("payments", "recharge.failed", {**declined, "code": "c", "message": "m"}))

    await town.charge(auto_recharge(tenant, trigger="30", amount="20"))
    assert await asked(town, tenant) == [second]

    await town.charge(completed(tenant, first, "10"), completed(tenant, second, "20"))
    assert await town.balance(tenant) == 30 * UNIT
    assert [one["state"] for one in await town.requests(tenant)] == ["completed", "completed"]


async def test_an_answer_to_another_tenants_request_waits_for_a_person(town: House, tenant: str) -> None:
    other = f"{tenant}-other"
    await town.charge(opened(tenant), opened(other), credit(other, "1"))
    await town.charge(auto_recharge(tenant, trigger="30", amount="20"))
    (theirs,) = await asked(town, tenant)

    await town.charge(completed(other, theirs, "20"))

    assert (await town.balance(tenant), await town.balance(other)) == (0, UNIT)
    assert await town.parked(other) == [("conflict", None)]
    assert [one["state"] for one in await town.requests(tenant)] == ["open"]
