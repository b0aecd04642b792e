"""Promises in the outbox, relays that publish them, and what then stands on the topic."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from worker.kafka.producer import Producer
from worker.loops.relay import relay_outbox
from worker.postgres.transaction import Database
from worker.settings.servers import Kafka
from worker.transactions.publish_outbox import Relay

LANES = 16
DEADLINE_S = 60
# The database's clock sets the pace of asking: a test itself never sleeps.
A_MOMENT = "SELECT pg_sleep(0.02)"

FILL = """
    INSERT INTO outbox (
        cell, account_id, sequence, lane, topic, record_key, header_names, header_values, value
    )
    SELECT
        0, 1 + number % $3::integer, number, (1 + number % $3::integer) % 16, $1,
        convert_to('tenant-' || (1 + number % $3::integer), 'UTF8'),
        ARRAY['content-type'], ARRAY['text/plain'::bytea],
        convert_to(number || ' ' || repeat('x', $4::integer), 'UTF8')
    FROM generate_series(1, $2::integer) AS number
"""
LEFT = "SELECT count(*) FROM outbox WHERE set_aside IS NULL"


async def promise(pool: Database, topic: str, messages: int, *, tenants: int = 40, size: int = 100) -> None:
    """Promise numbered messages; the tenants take turns, so each tenant's numbers rise."""
    await pool.execute(FILL, topic, messages, tenants, size)


def relay_of(pool: Database, producer: Producer, *, lease_s: float = 10, most: int = 100) -> Relay:
    return Relay(pool, producer, 0, uuid4(), lease_s, most)


@asynccontextmanager
async def relaying(kafka: Kafka, pool: Database, relays: int = 1, **options: Any) -> AsyncIterator[None]:  # noqa: ANN401 -- the relay's own.
    """Run relays, each with a producer of its own, as workers do."""
    stop = asyncio.Event()
    producers = [Producer(kafka, stop) for _ in range(relays)]
    async with asyncio.TaskGroup() as group:
        for producer in producers:
            relay = relay_of(pool, producer, **options)
            group.create_task(relay_outbox(relay, asyncio.Event(), 0.05, lambda: None, stop))
        try:
            yield
        finally:
            stop.set()
    for producer in producers:
        await producer.stop()


async def drained(pool: Database, left: int = 0) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while await pool.fetchval(LEFT) > left:
            await pool.execute(A_MOMENT)


async def published(kafka: Kafka, topic: str, partitions: int = 4) -> dict[bytes, list[int]]:
    """The numbers that stand on a topic, by tenant, in the order of its partition."""
    found: dict[bytes, list[int]] = defaultdict(list)
    for record in await records(kafka, topic, partitions):
        found[record.key].append(int(record.value.split()[0]))
    return found


async def records(kafka: Kafka, topic: str, partitions: int = 4) -> list[ConsumerRecord]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await consumer.start()
    try:
        assigned = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(assigned)
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(DEADLINE_S):
            while True:
                for read in (await consumer.getmany(timeout_ms=50)).values():
                    found += read
                ends = [consumer.highwater(one) for one in assigned]
                if None not in ends and ends == [await consumer.position(one) for one in assigned]:
                    return found
    finally:
        await consumer.stop()


def firsts(numbers: list[int]) -> list[int]:
    """Leave out what came before."""
    return list(dict.fromkeys(numbers))
