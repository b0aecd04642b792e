"""Requests: when what tenants are asked to pay can be read."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer

from worker.kafka.connection import client_options, ended, started
from worker.settings.servers import Kafka


async def look_at_requests(
    consumer: AIOKafkaConsumer, requested: dict[str, float], stop: asyncio.Event
) -> None:
    """Note when each tenant's first request can be read."""
    while not stop.is_set():
        polled = await consumer.getmany(timeout_ms=50)
        at_s = time.perf_counter()
        for records in polled.values():
            for record in records:
                requested.setdefault(record.key.decode(), at_s)


@asynccontextmanager
async def reading(kafka: Kafka, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Hold a consumer of a topic from its first record on."""
    options = client_options(kafka) | {
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": kafka.fetch_wait_ms,
    }
    consumer = await started(lambda: AIOKafkaConsumer(topic, **options), AIOKafkaConsumer.stop, kafka)
    try:
        yield consumer
    finally:
        await ended(consumer.stop(), within_s=kafka.stop_deadline_s)
