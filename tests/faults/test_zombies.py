"""Zombies: several workers, each of which believes that a partition is its own."""

from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Final

import pytest

from tests.faults.books import A_MOMENT, balances, charged, drained, prove, prove_requests
from tests.faults.published_events import (
    MINUTE_MICROS,
    auto_recharge,
    call,
    credit,
    opened,
    publish,
)
from tests.faults.worker_process import working
from worker.postgres.transaction import Database
from worker.settings.model import Settings

TENANTS: Final = [f"tenant-{number}" for number in range(6)]
CALLS: Final = 300


async def open_all(settings: Settings) -> None:
    topic = settings.topics.accounts
    for tenant in TENANTS:
        await publish(
            settings.kafka,
            [
                opened(topic, tenant),
                credit(topic, tenant, "5.00"),
                auto_recharge(topic, tenant, trigger="3.00", amount="5.00"),
            ],
        )


async def publish_calls(settings: Settings, first: int, last: int) -> None:
    topic = settings.topics.usage
    calls = [call(topic, tenant, number) for number in range(first, last) for tenant in TENANTS]
    await publish(settings.kafka, calls)


async def prove_all(settings: Settings, pool: Database) -> None:
    await prove(pool)
    await prove_requests(pool, settings)
    assert await charged(pool) == CALLS * len(TENANTS)
    assert await balances(pool) == dict.fromkeys(TENANTS, 5_000_000 - CALLS * MINUTE_MICROS)


@pytest.mark.usefixtures("deck")
async def test_two_groups_on_the_same_topics_charge_each_call_once(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    """Every partition has two owners for good, and each batch of one fences the other."""
    await open_all(settings)

    async with working(settings, tmp_path / "one.log"), working(settings, tmp_path / "two.log"):
        for first in range(0, CALLS, 20):
            await publish_calls(settings, first, first + 20)
        await drained(pool, settings)

    await prove_all(settings, pool)


@pytest.mark.usefixtures("deck")
async def test_a_worker_that_was_frozen_until_its_partitions_moved_on_doubles_nothing(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    await open_all(settings)
    group = {"TALKTIME_KAFKA_GROUP_ID": f"{settings.kafka.group_id}-frozen"}

    async with working(settings, tmp_path / "frozen.log", **group) as frozen:
        await publish_calls(settings, 0, CALLS // 2)
        while not await charged(pool):
            await pool.execute(A_MOMENT)
        frozen.process.send_signal(SIGSTOP)
        async with working(settings, tmp_path / "successor.log", **group):
            await publish_calls(settings, CALLS // 2, CALLS)
            await drained(pool, settings)
            frozen.process.send_signal(SIGCONT)
            await frozen.metrics()
            await drained(pool, settings)

    await prove_all(settings, pool)
