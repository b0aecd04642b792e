"""What is asked for, and what is not: by hand, at once, within the cap, by the accounts' events."""

from typing import Any

from tests.integration.cases.events import Sent, auto_recharge, call, completed, credit, event, opened
from tests.integration.cases.house import House

UNIT = 1_000_000


async def states(house: House, tenant: str) -> list[str]:
    return [one["state"] for one in await house.requests(tenant)]


async def told(house: House, name: str, tenant: str) -> list[dict[str, Any]]:
    """What every notice of a name says."""
    notices = await house.messages("notices", tenant)
    return [one["data"] for one in notices if one["type"] == f"talktime.recharge.{name}.v1"]


async def test_case_11_a_cap_that_is_reached_is_told_once_however_often_it_is_met(
    town: House, tenant: str
) -> None:
    wanted = auto_recharge(tenant, trigger="9", amount="20", monthly_cap="20")
    await town.charge(opened(tenant), credit(tenant, "10"), wanted, call(tenant, duration_s=120))
    (request,) = await town.requests(tenant)
    await town.charge(completed(tenant, request["recharge_id"], "20"))
    for _ in range(3):
        await town.charge(call(tenant, duration_s=1200))

    (held,) = await told(town, "suppressed", tenant)
    assert (held["reason"], held["counted"], held["monthly_cap"]) == ("monthly_cap", "20", "20")
    assert held["reopens_at"].endswith("-01T00:00:00Z")
    assert await states(town, tenant) == ["completed"]


async def test_case_12_enabled_or_raised_below_the_trigger_asks_without_any_usage(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), credit(tenant, "5"), auto_recharge(tenant, trigger="4", amount="20"))
    assert await states(town, tenant) == []

    await town.charge(auto_recharge(tenant, trigger="6", amount="20"))

    assert await states(town, tenant) == ["open"]


async def test_case_13_a_policy_that_can_never_work_is_refused_with_what_would(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="5", amount="0.50"))

    (letter,) = await town.letters(tenant)
    assert (letter["reason"], letter["field"]) == ("policy_impossible", "data.amount")
    assert "the nearest that works is 1" in letter["detail"]
    assert (await town.account(tenant))["recharge_enabled"] is False


def wish(tenant: str, number: int) -> Sent:
    data: dict[str, object] = {
        "tenant_id": tenant,
        "request_id": f"q-{number}",
        "amount": "15",
        "currency": "USD",
    }
    return event("accounts", "account.credit_requested", data)


async def test_a_request_by_hand_is_published_and_a_sixth_is_told_to_be_too_many(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), wish(tenant, 1), *(wish(tenant, number) for number in range(1, 7)))

    asked = [one["data"] for one in await town.messages("recharges", tenant) if one["data"]["attempt"] == 1]
    assert [(one["reason"], one["request_id"], one["amount"]) for one in asked] == [
        ("manual", f"q-{number}", "15") for number in range(1, 6)
    ]
    (refused,) = await told(town, "suppressed", tenant)
    assert (refused["reason"], refused["request_id"]) == ("too_many_by_hand", "q-6")
    await town.charge(completed(tenant, asked[0]["recharge_id"], "15"))
    assert await town.balance(tenant) == 15 * UNIT


async def test_suspended_takes_back_and_active_asks_anew_and_a_new_payment_method_is_named(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="9", amount="20"))
    (request,) = await town.requests(tenant)
    status: dict[str, object] = {"tenant_id": tenant, "status": "suspended", "reason": "fraud"}
    await town.charge(event("accounts", "account.status_set", status))
    method: dict[str, object] = {"tenant_id": tenant, "payment_method": "pm-2", "label": None}
    await town.charge(event("accounts", "account.payment_method_set", method))
    await town.charge(event("accounts", "account.status_set", status | {"status": "active"}))

    one, two, three = (await town.messages("recharges", tenant))[:3]
    assert [one["type"], two["type"], three["type"]] == [
        "talktime.recharge.requested.v1", "talktime.recharge.cancelled.v1", "talktime.recharge.requested.v1",
    ]  # fmt: skip
    assert two["data"] == {"tenant_id": tenant, "recharge_id": request["recharge_id"], "reason": "suspended"}
    assert three["data"]["payment_method"] == "pm-2"
    sequences = [int(each["sequence"]) for each in (one, two, three)]
    assert sequences == sorted(set(sequences))
