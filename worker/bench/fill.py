"""Filling: events into a topic, as fast as the broker takes them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from worker.bench.calls import HEADERS, Call
from worker.kafka.connection import client_options, ended, started
from worker.settings.servers import Kafka

BATCH_BYTES: Final = 131_072
# Batches under way at once; more would only fill our memory.
MOST_UNDER_WAY: Final = 64


@asynccontextmanager
async def producing(kafka: Kafka, *, linger_ms: int = 0) -> AsyncIterator[AIOKafkaProducer]:
    """Hold a producer; what it repeats would be found as duplicates, and the benchmark would say so."""
    options = client_options(kafka) | {
        "acks": "all",
        "enable_idempotence": False,
        "linger_ms": linger_ms,
        "max_batch_size": BATCH_BYTES,
    }
    producer = await started(lambda: AIOKafkaProducer(**options), AIOKafkaProducer.stop, kafka)
    try:
        yield producer
    finally:
        await ended(producer.stop(), within_s=kafka.stop_deadline_s)


async def fill(kafka: Kafka, topic: str, partitions: int, calls: Iterable[Call]) -> None:
    """Send everything, keyed by tenant; return once the broker has it all."""
    partition_of = _Partitioner(partitions)
    async with producing(kafka) as producer:
        batches = [producer.create_batch() for _ in range(partitions)]
        under_way: set[asyncio.Future[object]] = set()
        for call in calls:
            partition = partition_of(call.tenant_id)
            key = call.tenant_id.encode()
            if batches[partition].append(timestamp=None, key=key, value=call.value, headers=HEADERS) is None:
                under_way.add(await producer.send_batch(batches[partition], topic, partition=partition))
                batches[partition] = producer.create_batch()
                batches[partition].append(timestamp=None, key=key, value=call.value, headers=HEADERS)
            if len(under_way) >= MOST_UNDER_WAY:
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        for partition, batch in enumerate(batches):
            if batch.record_count():
                under_way.add(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*under_way)


class _Partitioner:
    """Chooses partitions as Kafka's clients do, each tenant's once."""

    def __init__(self, partitions: int) -> None:
        self._choose = DefaultPartitioner()
        self._all = list(range(partitions))
        self._chosen: dict[str, int] = {}

    def __call__(self, tenant_id: str) -> int:
        chosen = self._chosen.get(tenant_id)
        if chosen is None:
            chosen = self._chosen[tenant_id] = int(self._choose(tenant_id.encode(), self._all, self._all))
        return chosen
