"""What becomes of an account, by what its payment service does: the table of the guide, row by row."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest

from tests.integration.cases.events import auto_recharge, opened
from tests.integration.cases.house import House
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_service import PaymentService

UNIT = 1_000_000


class Seen(NamedTuple):
    """An account, its request and what was said of both."""

    units: int
    states: tuple[str, ...]
    block: str = ""
    parked: tuple[str, ...] = ()
    notices: frozenset[str] = frozenset()


REVERSED = frozenset({"credit.reversed", "recharge.stopped"})
PAID = Seen(20, ("completed",))
ROWS = {
    Kind.COMPLETED: PAID,
    Kind.DECLINED: Seen(0, ("declined",), "declined", notices=frozenset({"recharge.declined"})),
    Kind.DECLINED_FOR_GOOD: Seen(
        0, ("declined",), "stopped", notices=frozenset({"recharge.declined", "recharge.stopped"})
    ),
    Kind.PROCESSING: PAID,
    Kind.REQUIRES_ACTION: PAID._replace(notices=frozenset({"recharge.action_required"})),
    Kind.ABANDONED: Seen(0, ("pending",), notices=frozenset({"recharge.action_required"})),
    Kind.OTHER_AMOUNT: Seen(21, ("completed",), notices=frozenset({"recharge.flagged"})),
    Kind.TWICE: PAID,
    Kind.REPEATED: PAID,
    Kind.CHARGED_TWICE: PAID._replace(parked=("conflict",)),
    Kind.LATE_PENDING: PAID,
    Kind.REFUNDED: Seen(0, ("completed",), "stopped", notices=REVERSED),
    Kind.DISPUTED: Seen(0, ("completed",), "stopped", notices=REVERSED),
    Kind.REINSTATED: Seen(20, ("completed",), "stopped", notices=REVERSED),
}


@asynccontextmanager
async def answering(town: House, kind: Kind) -> AsyncIterator[PaymentService]:
    stop = asyncio.Event()
    manner = Manner(mix={kind: 1}, longest_delay_s=0, pause_s=0.5, pending_s=3600)
    service = PaymentService(town.settings.kafka, town.settings.topics.model_dump(), manner=manner)
    async with asyncio.TaskGroup() as group:
        group.create_task(service.run(stop))
        try:
            yield service
        finally:
            stop.set()


async def seen(town: House, tenant: str) -> Seen:
    account = await town.account(tenant)
    told = {
        one["type"].removeprefix("talktime.").removesuffix(".v1")
        for one in await town.messages("notices", tenant)
    }
    interesting = {name for name in told if name.startswith("recharge.") or name == "credit.reversed"}
    return Seen(
        account["balance_micros"] // UNIT,
        tuple(one["state"] for one in await town.requests(tenant)),
        account["recharge_block"],
        tuple(reason for reason, closed in await town.parked(tenant) if closed is None),
        # One request a day: the next one is held back, and that is said.
        frozenset(interesting - {"recharge.suppressed"}),
    )


@pytest.mark.parametrize("kind", list(ROWS))
async def test_each_kind_of_answer_has_the_effect_that_the_guide_tells(
    town: House, tenant: str, kind: Kind
) -> None:
    async with answering(town, kind):
        await town.send(opened(tenant), auto_recharge(tenant, trigger="9", amount="20", daily_count=1))
        await town.until(lambda: town.value("SELECT true FROM account WHERE tenant_id = $1", tenant))

        async def settled() -> bool:
            return await seen(town, tenant) == ROWS[kind]

        try:
            await town.until(settled)
        except TimeoutError:
            assert await seen(town, tenant) == ROWS[kind]
