"""The payment service that the guide shows, as a process of its own beside the workers."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cases.events import STRUCTURED, auto_recharge, call, credit, opened
from tests.integration.cases.house import House
from worker.transactions.publish_outbox import Outgoing

EXAMPLE = Path(__file__).parents[3] / "deploy/guides/payment_service_example.py"


@pytest.fixture(scope="module", autouse=True)
async def example(town: House) -> AsyncIterator[None]:
    arguments = (EXAMPLE, town.settings.kafka.bootstrap_servers, town.settings.topics.prefix)
    process = await asyncio.create_subprocess_exec(sys.executable, *map(str, arguments))
    yield
    assert process.returncode is None
    process.kill()
    await process.wait()


async def answers(town: House, tenant: str, count: int) -> list[dict[str, Any]]:
    """What the example has said of a tenant, once there is one answer more and it has had its effect."""

    async def said() -> list[dict[str, Any]]:
        found = await town.messages("payments", tenant)
        return found if len(found) >= count else []

    found = await town.until(said)
    town.sent += 1
    await town.all_read()
    return found


async def test_an_account_that_crosses_its_trigger_is_recharged(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"), auto_recharge(tenant, trigger="9", amount="20"))
    await town.charge(call(tenant, duration_s=5 * 60))

    await answers(town, tenant, 1)

    assert await town.balance(tenant) == 25_000_000
    (paid,) = await town.requests(tenant)
    assert (paid["state"], paid["payment_id"]) == ("completed", f"pay-{paid['recharge_id']}")


async def test_what_the_card_does_not_allow_is_declined(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="9", amount="600"))

    (answer,) = await answers(town, tenant, 1)

    assert (answer["data"]["outcome"], answer["data"]["attempt"]) == ("declined", 1)
    assert [request["state"] for request in await town.requests(tenant)] == ["declined"]
    assert await town.balance(tenant) == 0


async def test_a_request_that_comes_again_is_answered_in_the_same_words_and_credited_once(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="9", amount="20"))
    await answers(town, tenant, 1)
    (request,) = await town.messages("recharges", tenant)

    again = Outgoing(
        town.settings.topics.recharges, tenant.encode(), json.dumps(request).encode(), STRUCTURED
    )
    assert await town._producer.publish([again]) == [True]

    first, second = await answers(town, tenant, 2)
    assert first == second
    assert await town.balance(tenant) == 20_000_000


async def test_a_request_past_its_expiry_is_passed_over(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), auto_recharge(tenant, trigger="9", amount="20"))
    (paid,) = await answers(town, tenant, 1)
    (request,) = await town.messages("recharges", tenant)
    dead = request["data"] | {"recharge_id": "dead", "expires_at": "2026-01-01T00:00:00Z"}
    records = [request | {"id": "dead", "data": dead}, request | {"id": "again"}]

    outgoing = [
        Outgoing(town.settings.topics.recharges, tenant.encode(), json.dumps(record).encode(), STRUCTURED)
        for record in records
    ]
    assert await town._producer.publish(outgoing) == [True, True]

    _, answered = await answers(town, tenant, 2)
    assert answered["data"] == paid["data"]
