"""The payment service's answers, or none, as workers and a broker bring them; waits of seconds, not hours."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from tests.integration.cases.events import auto_recharge, call, completed, credit, event, opened
from tests.integration.cases.house import House
from worker.settings.business import Recharge
from worker.settings.pace import Sweep
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_service import PaymentService

UNIT = 1_000_000
QUICK = Recharge(answer_by_s=1, retry_wait_s=1, attempts=2, expires_s=4, grace_s=1, declined_waits_s=(1, 1))


@pytest.fixture
async def quick(house: House) -> AsyncIterator[House]:
    """Two workers that sweep all the time and wait for seconds only."""
    sweep = Sweep(every_s=0.1, release_every_s=0.2)
    settings = house.settings.model_copy(update={"recharge": QUICK, "sweep": sweep})
    async with house.working(workers=2, settings=settings):
        yield house


def failed(tenant: str, recharge_id: str, outcome: str, **data: object) -> Any:  # noqa: ANN401 -- an event
    given = {"tenant_id": tenant, "recharge_id": recharge_id, "attempt": 1, "outcome": outcome}
    return event("payments", "recharge.failed", {**given, "code": "c", "message": "m", **data})


async def below(house: House, tenant: str) -> str:
    """Open a tenant below its trigger; the id of its request."""
    wanted = auto_recharge(tenant, trigger="9", amount="20")
    await house.charge(opened(tenant), credit(tenant, "10"), wanted, call(tenant, duration_s=120))
    (request,) = await house.requests(tenant)
    return str(request["recharge_id"])


async def states(house: House, tenant: str) -> list[str]:
    return [one["state"] for one in await house.requests(tenant)]


async def reached(house: House, tenant: str, wanted: list[str]) -> None:
    async def there() -> bool:
        return await states(house, tenant) == wanted

    await house.until(there)


async def said(house: House, role: str, tenant: str) -> list[str]:
    """What was published about recharges, in the tenant's order."""
    names = [one["type"].removeprefix("talktime.") for one in await house.messages(role, tenant)]
    return [
        name.removesuffix(".v1")
        for name in names
        if name.startswith("talktime.recharge.") or "recharge." in name
    ]


async def test_case_8_declined_waits_and_asks_anew_and_the_last_decline_stops(
    quick: House, tenant: str
) -> None:
    name = await below(quick, tenant)
    for count in (1, 2, 3):
        await quick.charge(failed(tenant, name, "declined"))
        if count < 3:
            await reached(quick, tenant, ["declined"] * count + ["open"])
            name = (await quick.account(tenant))["open_recharge_id"]

    account = await quick.account(tenant)
    assert (account["recharge_block"], await states(quick, tenant)) == ("stopped", ["declined"] * 3)
    assert await said(quick, "notices", tenant) == ["recharge.declined"] * 3 + ["recharge.stopped"]

    await quick.charge(credit(tenant, "0.50"))
    assert await states(quick, tenant) == ["declined"] * 3 + ["open"]


async def test_case_8_a_payment_outage_is_no_decline(quick: House, tenant: str) -> None:
    name = await below(quick, tenant)
    await quick.charge(failed(tenant, name, "unavailable"))

    async def again() -> bool:
        return [one["attempt"] for one in await quick.requests(tenant)] == [2]

    await quick.until(again)
    first, second = await quick.messages("recharges", tenant)
    assert first["data"]["recharge_id"] == second["data"]["recharge_id"] == name
    assert first["data"]["amount"] == second["data"]["amount"]
    assert (first["data"]["attempt"], second["data"]["attempt"]) == (1, 2)
    assert await said(quick, "notices", tenant) == []
    await quick.charge(completed(tenant, name, "20"))
    assert await quick.balance(tenant) == 28 * UNIT


async def test_case_9_never_answered_is_asked_again_then_expired_and_armed_again(
    quick: House, tenant: str
) -> None:
    await below(quick, tenant)

    await reached(quick, tenant, ["expired", "open"])

    asked = [
        (one["data"]["recharge_id"], one["data"]["attempt"])
        for one in await quick.messages("recharges", tenant)
    ]
    (old, _), (repeated, again), (new, _) = asked[:3]
    assert (old == repeated, again, new != old) == (True, 2, True)
    (told,) = [
        one
        for one in await quick.messages("notices", tenant)
        if one["type"] == "talktime.recharge.expired.v1"
    ]
    assert (told["data"]["reason"], told["data"]["attempts"]) == ("no_answer", 2)


async def test_case_10_answers_come_twice_late_and_for_another_amount(quick: House, tenant: str) -> None:
    name = await below(quick, tenant)
    await reached(quick, tenant, ["expired", "open"])
    new = (await quick.account(tenant))["open_recharge_id"]

    late = completed(tenant, name, "20", payment_id="p-late")
    other = completed(tenant, new, "19", payment_id="p-other")
    await quick.charge(late, late, other, other)
    await quick.charge(completed(tenant, new, "19", payment_id="p-third"))

    assert await quick.balance(tenant) == 47 * UNIT
    assert await states(quick, tenant) == ["completed", "completed"]
    assert await quick.parked(tenant) == [("conflict", None)]
    flags = [one["data"] for one in await quick.messages("notices", tenant) if "flagged" in one["type"]]
    assert [one["reason"] for one in flags] == ["late", "other_amount"]


async def test_case_30_a_payment_service_that_was_down_pays_no_dead_request_and_one_new_one(
    quick: House, tenant: str
) -> None:
    dead = await below(quick, tenant)
    await reached(quick, tenant, ["expired", "open"])

    stop = asyncio.Event()
    manner = Manner(mix={Kind.COMPLETED: 1}, longest_delay_s=0)
    service = PaymentService(quick.settings.kafka, quick.settings.topics.model_dump(), manner=manner)
    async with asyncio.TaskGroup() as group:
        group.create_task(service.run(stop))
        await quick.until(partial(paid, quick, tenant))
        stop.set()

    by_id = {one["recharge_id"]: one["state"] for one in await quick.requests(tenant)}
    assert by_id.pop(dead) == "expired"
    assert sorted(by_id.values()) in (["completed"], ["completed", "expired"])
    assert await quick.balance(tenant) == 28 * UNIT


async def paid(house: House, tenant: str) -> bool:
    return await house.balance(tenant) > 0 and "completed" in await states(house, tenant)
