"""kill -9: at thirty moments that nobody chose, and at the two that hurt most."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Final

import pytest

from tests.faults import dying_worker
from tests.faults.books import (
    A_MOMENT,
    balances,
    charged,
    drained,
    prove,
    prove_requests,
    requests,
)
from tests.faults.published_events import (
    MINUTE_MICROS,
    Published,
    auto_recharge,
    call,
    completed,
    credit,
    opened,
    publish,
)
from tests.faults.worker_process import WorkerProcess, working
from worker.kafka.producer import Producer
from worker.postgres.transaction import Database
from worker.settings.model import Settings
from worker.settings.topics import Topics

KILLS: Final = 30
TENANTS: Final = [f"tenant-{number}" for number in range(8)]
CREDIT_MICROS: Final = 2_000_000
AMOUNT_MICROS: Final = 5_000_000
CALLS_AT_ONCE: Final = 20
DYING: Final = str(Path(dying_worker.__file__).resolve())

TAKEN_OVER: Final = "SELECT coalesce(sum(epoch), 0) FROM read_position"


def openings(topics: Topics) -> list[Published]:
    return [
        record
        for tenant in TENANTS
        for record in (
            opened(topics.accounts, tenant),
            credit(topics.accounts, tenant, "2.00"),
            auto_recharge(topics.accounts, tenant, trigger="1.00", amount="5.00"),
        )
    ]


class Platform:
    """Publishes calls as long as it is told to, and knows what they cost."""

    def __init__(self, settings: Settings, pool: Database) -> None:
        self.calls: Counter[str] = Counter()
        self._topic = settings.topics.usage
        self._producer = Producer(settings.kafka)
        self._pool = pool

    async def run(self, stop: asyncio.Event) -> None:
        await self._producer.start()
        while not stop.is_set():
            wave = [self._next(TENANTS[number % len(TENANTS)]) for number in range(CALLS_AT_ONCE)]
            # Every fifth comes twice.
            assert all(await self._producer.publish([*wave, *wave[::5]]))
            await self._pool.execute(A_MOMENT)
        await self._producer.stop()

    def _next(self, tenant: str) -> Published:
        self.calls[tenant] += 1
        return call(self._topic, tenant, self.calls[tenant])


class PaymentService:
    """Pays what was asked for, each request once, and says so twice."""

    def __init__(self, settings: Settings) -> None:
        self.paid: dict[str, str] = {}
        self._settings = settings

    async def pay(self) -> bool:
        """Pay what is not paid yet; false when there was nothing."""
        fresh = {
            one["recharge_id"]: one
            for one in await requests(self._settings)
            if one["recharge_id"] not in self.paid
        }
        payments = [completed(self._settings.topics.payments, one) for one in fresh.values()]
        if payments:
            await publish(self._settings.kafka, [*payments, *payments])
        self.paid |= {recharge_id: one["tenant_id"] for recharge_id, one in fresh.items()}
        return bool(payments)


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("deck")
async def test_thirty_kills_under_load_lose_nothing_and_double_nothing(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    await publish(settings.kafka, openings(settings.topics))
    platform, service, stop = Platform(settings, pool), PaymentService(settings), asyncio.Event()
    random = Random(30)

    async with asyncio.TaskGroup() as group:
        group.create_task(platform.run(stop))
        for number in range(KILLS):
            await one_short_life(settings, pool, tmp_path / "killed.log", random, early=number % 3 == 0)
            await service.pay()
        stop.set()
    async with working(settings, tmp_path / "last.log"):
        await drained(pool, settings)
        while await service.pay():
            await drained(pool, settings)

    await prove(pool)
    await prove_requests(pool, settings)
    assert await charged(pool) == platform.calls.total()
    recharges = Counter(service.paid.values())
    assert await balances(pool) == {
        tenant: CREDIT_MICROS + AMOUNT_MICROS * recharges[tenant] - MINUTE_MICROS * platform.calls[tenant]
        for tenant in TENANTS
    }


async def one_short_life(
    settings: Settings, pool: Database, log: Path, random: Random, *, early: bool
) -> None:
    """Start a worker and kill it: sometimes while it starts, mostly while it charges."""
    before = await pool.fetchval(TAKEN_OVER)
    worker = WorkerProcess(settings, log)
    await worker.start()
    if early:
        assert await worker.lives_for(random.uniform(0, 1.5)), worker.said()[-4000:]
    else:
        async with asyncio.timeout(30):
            while await pool.fetchval(TAKEN_OVER) == before:
                await pool.execute(A_MOMENT)
        assert await worker.lives_for(random.uniform(0, 0.5)), worker.said()[-4000:]
    await worker.end(SIGKILL)


@pytest.mark.usefixtures("deck")
async def test_a_kill_between_the_database_and_kafka_charges_once(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    """Case 3."""
    topics = settings.topics
    async with working(settings, tmp_path / "before.log"):
        await publish(settings.kafka, openings(topics))
        await drained(pool, settings)
    await publish(settings.kafka, [call(topics.usage, TENANTS[0], number) for number in range(50)])

    dying = WorkerProcess(settings, tmp_path / "dying.log", DYING)
    await dying.start()
    assert await dying.code() == -SIGKILL, dying.said()
    landed = await charged(pool)
    async with working(settings, tmp_path / "after.log"):
        await drained(pool, settings)

    assert landed > 0
    await prove(pool)
    assert await charged(pool) == 50
    assert (await balances(pool))[TENANTS[0]] == CREDIT_MICROS - 50 * MINUTE_MICROS


@pytest.mark.usefixtures("deck")
async def test_a_kill_right_after_the_crossing_debit_leaves_exactly_one_request(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    """Case 4."""
    topics = settings.topics
    async with working(settings, tmp_path / "before.log"):
        await publish(settings.kafka, openings(topics))
        await drained(pool, settings)
    await publish(settings.kafka, [call(topics.usage, TENANTS[0], 1, minutes=101)])

    dying = WorkerProcess(settings, tmp_path / "dying.log", DYING)
    await dying.start()
    assert await dying.code() == -SIGKILL, dying.said()
    promised = await pool.fetchval("SELECT count(*) FROM recharge")
    said_before = await requests(settings)
    async with working(settings, tmp_path / "after.log"):
        await drained(pool, settings)

    assert (promised, said_before) == (1, [])
    await prove(pool)
    await prove_requests(pool, settings)
    (request,) = await requests(settings)
    assert (request["tenant_id"], request["amount"], request["balance"]) == (TENANTS[0], "5", "0.99")
