"""Fencing: who lost a partition cannot write over a successor, whatever it still believes."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pytest

from tests.faults.books import BALANCES, OUTCOMES
from tests.faults.conftest import cheap_deck
from tests.faults.published_events import MINUTE_MICROS, Published, call, credit, opened
from worker.app.furnish import furnish
from worker.postgres.positions import Partition, Position, PositionMovedError, assign_positions
from worker.postgres.transaction import Database, transaction
from worker.settings.model import Settings
from worker.transactions.charge_batch import Batch, Charged, by_partition, charge_batch
from worker.transactions.import_deck import import_deck
from worker.transactions.office import Office
from worker.transactions.prepare import prepare
from worker.transactions.record_decision import Outcomes

CLUSTER = "cluster-of-a-test"
TENANT = "fenced"
SETTINGS = Settings()
USAGE = (SETTINGS.topics.usage, 0)
ACCOUNTS = (SETTINGS.topics.accounts, 0)


class Read(NamedTuple):
    """A published event as Kafka's client gives it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Worker:
    """What a worker holds in its memory: an office, and where it believes its partitions stand."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.held: Mapping[Partition, Position] = {}

    async def take_over(self, *partitions: Partition) -> None:
        async with transaction(self.office.pool) as tx:
            self.held = await assign_positions(tx, 0, CLUSTER, dict.fromkeys(partitions, 0))

    async def charge(self, *events: Published, at: int = 0) -> Charged:
        """Charge events that stand in their topic's first partition from this offset on."""
        records = [
            Read(one.topic, 0, at + number, 0, one.key, one.value, one.headers)
            for number, one in enumerate(events)
        ]
        prepared = await prepare(records, self.office, 100)
        touched = {(one.topic, 0): at + len(events) for one in records}
        held = {partition: self.held[partition] for partition in touched}
        return await charge_batch(
            Batch(prepared, by_partition(prepared.records), held, touched),
            self.office,
            time.time_ns() // 1000,
            careful=False,
            check=nothing,
        )


def nothing(batch: Batch, outcomes: Outcomes) -> None:
    """Refuse no batch."""


@pytest.fixture
async def workers(pool: Database) -> tuple[Worker, Worker]:
    """Two workers of one database; the first has opened an account."""
    await import_deck(pool, cheap_deck())
    first, second = [Worker(await furnish(SETTINGS, pool, CLUSTER)) for _ in range(2)]
    await first.take_over(ACCOUNTS, USAGE)
    await first.charge(opened(ACCOUNTS[0], TENANT), credit(ACCOUNTS[0], TENANT, "5.00"))
    return first, second


async def test_a_batch_of_a_worker_that_was_succeeded_leaves_nothing(
    workers: tuple[Worker, Worker], pool: Database
) -> None:
    zombie, successor = workers
    await successor.take_over(USAGE)
    before = await state(pool)

    with pytest.raises(PositionMovedError):
        await zombie.charge(call(USAGE[0], TENANT, 1))

    assert await state(pool) == before


async def test_what_the_successor_charged_is_not_charged_by_the_zombie_too(
    workers: tuple[Worker, Worker], pool: Database
) -> None:
    zombie, successor = workers
    await successor.take_over(USAGE)
    same = [call(USAGE[0], TENANT, number) for number in range(3)]

    await successor.charge(*same)
    with pytest.raises(PositionMovedError):
        await zombie.charge(*same)

    assert await balance(pool) == 5_000_000 - 3 * MINUTE_MICROS


async def test_a_batch_that_landed_is_not_charged_again_by_who_believes_it_lost(
    workers: tuple[Worker, Worker], pool: Database
) -> None:
    """The connection broke during COMMIT: its offset in memory is the old one, its epoch the right one."""
    worker, _ = workers
    await worker.charge(call(USAGE[0], TENANT, 1))

    with pytest.raises(PositionMovedError):
        await worker.charge(call(USAGE[0], TENANT, 1))

    assert await balance(pool) == 5_000_000 - MINUTE_MICROS


async def test_losing_one_partition_of_a_batch_leaves_nothing_of_the_others(
    workers: tuple[Worker, Worker], pool: Database
) -> None:
    zombie, successor = workers
    zombie.held = {**zombie.held, ACCOUNTS: zombie.held[ACCOUNTS]._replace(next_offset=2)}
    await successor.take_over(ACCOUNTS)
    before = await state(pool)

    with pytest.raises(PositionMovedError):
        await zombie.charge(credit(ACCOUNTS[0], TENANT, "1.00", "second"), call(USAGE[0], TENANT, 1), at=2)

    assert await state(pool) == before


async def test_two_who_write_at_once_are_one_after_the_other(
    workers: tuple[Worker, Worker], pool: Database
) -> None:
    """Both believe that they hold the partition, with the very same epoch."""
    worker, double = workers
    double.held = worker.held

    charges = [one.charge(call(USAGE[0], TENANT, 1), call(USAGE[0], TENANT, 2)) for one in (worker, double)]
    results = await asyncio.gather(*charges, return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["Charged", "PositionMovedError"]
    assert await balance(pool) == 5_000_000 - 2 * MINUTE_MICROS


async def state(pool: Database) -> list[tuple[object, ...]]:
    """Balances, and what became of all records."""
    return [tuple(row) for question in (BALANCES, OUTCOMES) for row in await pool.fetch(question)]


async def balance(pool: Database) -> int:
    return int(await pool.fetchval("SELECT balance_micros FROM account"))
