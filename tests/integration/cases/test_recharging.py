import asyncio
from typing import Any

import pytest

from tests.integration.cases.events import auto_recharge, call, completed, credit, opened
from tests.integration.cases.house import House


@pytest.mark.parametrize(
    ("debit_s", "requests"),
    [pytest.param(60, 0, id="exactly at the trigger"), pytest.param(61, 1, id="below it")],
)
async def test_case_5_a_request_is_made_strictly_below_the_trigger(
    town: House, tenant: str, debit_s: int, requests: int
) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"), auto_recharge(tenant, trigger="9", amount="20"))

    await town.charge(call(tenant, duration_s=debit_s))

    assert len(await town.requests(tenant)) == requests


async def test_case_5_one_micro_below_the_trigger_asks(town: House, tenant: str) -> None:
    promotion = credit(tenant, "8.999999", kind="promotion")

    await town.charge(opened(tenant), promotion, auto_recharge(tenant, trigger="9", amount="20"))

    (request,) = await town.requests(tenant)
    assert (request["amount_micros"], request["units"]) == (20_000_000, 1)


async def test_case_6_a_hundred_debits_at_once_make_one_request(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "50"), auto_recharge(tenant, trigger="20", amount="50"))
    calls = [call(tenant) for _ in range(100)]

    # Four groups under keys of their own: both workers debit the account at the same time.
    await asyncio.gather(
        *(town.send(*calls[n::4], keys=[b"%d" % n] * 25) for n in range(4)),
    )
    await town.all_read()

    assert await town.balance(tenant) == -50_000_000
    assert len(await town.requests(tenant)) == 1
    (message,) = await town.messages("recharges", tenant)
    assert message["type"] == "talktime.recharge.requested.v1"


async def test_case_7_a_large_shortfall_is_one_unit_then_the_next(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="5", amount="10"))
    await town.charge(call(tenant, duration_s=20 * 60))
    (first,) = await town.requests(tenant)

    await town.charge(completed(tenant, first["recharge_id"], "10"))

    assert await town.balance(tenant) == -10_000_000
    closed, second = sorted(await town.requests(tenant), key=lambda one: one["state"])
    assert (closed["state"], second["state"]) == ("completed", "open")
    assert second["amount_micros"] == 10_000_000
    assert (await town.account(tenant))["open_recharge_id"] == second["recharge_id"]


@pytest.mark.parametrize(
    ("policy", "amount", "units"),
    [
        pytest.param({"amount": "10", "max_units": 5}, "30", 3, id="as many units as it takes"),
        pytest.param({"amount": "10", "max_units": 2}, "20", 2, id="at most so many units"),
        pytest.param({"target": "40"}, "60", 1, id="up to the target"),
    ],
)
async def test_case_7_a_large_shortfall_is_one_request_where_the_policy_says_so(
    town: House, tenant: str, policy: dict[str, Any], amount: str, units: int
) -> None:
    await town.charge(opened(tenant, credit_limit="100"), call(tenant, duration_s=20 * 60))

    await town.charge(auto_recharge(tenant, trigger="5", **policy))

    (message,) = await town.messages("recharges", tenant)
    assert (message["data"]["amount"], message["data"]["units"]) == (amount, units)
    assert message["data"]["balance"] == "-20"


async def test_case_20_an_overdraft_is_debited_in_full_then_restored(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "5"))
    await town.charge(call(tenant, duration_s=8 * 60))
    overdrawn = await town.account(tenant)

    await town.charge(credit(tenant, "10"))

    assert (overdrawn["balance_micros"], overdrawn["depleted"], overdrawn["debt_micros"]) == (
        -3_000_000, True, 3_000_000,
    )  # fmt: skip
    restored = await town.account(tenant)
    assert (restored["balance_micros"], restored["depleted"], restored["debt_micros"]) == (
        7_000_000,
        False,
        0,
    )
    said = [one["type"].split(".", 1)[1] for one in await town.messages("notices", tenant)]
    added, restored_again, gone = "credit.added.v1", "balance.restored.v1", "balance.depleted.v1"
    assert said == [added, restored_again, gone, added, restored_again]
    states = [one["data"]["depleted"] for one in await town.messages("account_states", tenant)]
    assert states == [True, False, True, False]


@pytest.mark.parametrize(
    ("currency", "promotion", "policy", "amount"),
    [
        pytest.param("USD", "1.234567", {"trigger": "5", "target": "20"}, "18.77", id="cents"),
        pytest.param("JPY", "1.000001", {"trigger": "500", "target": "2000"}, "1999", id="whole yen"),
        pytest.param("KWD", "1.2345", {"trigger": "5", "target": "20"}, "18.766", id="thousandths"),
    ],
)
async def test_case_31_a_target_is_asked_for_in_whole_minor_units(
    town: House, tenant: str, currency: str, promotion: str, policy: dict[str, Any], amount: str
) -> None:
    await town.charge(
        opened(tenant, currency=currency),
        credit(tenant, promotion, kind="promotion", currency=currency),
        auto_recharge(tenant, currency=currency, **policy),
    )

    (message,) = await town.messages("recharges", tenant)
    assert message["data"]["amount"] == amount


async def test_case_32_a_trigger_at_the_credit_limit_is_refused_and_the_old_settings_stay(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="5", amount="10"))
    before = await town.account(tenant)

    await town.charge(auto_recharge(tenant, trigger="0", amount="10"))

    (letter,) = await town.letters(tenant)
    assert (letter["reason"], letter["field"]) == ("policy_impossible", "data.trigger")
    assert "0.01" in letter["detail"]
    assert (await town.account(tenant))["trigger_micros"] == before["trigger_micros"] == 5_000_000
