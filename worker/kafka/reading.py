"""Reading a whole topic, as any other program would: without a group, which would be the worker's affair."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer

from worker.kafka.connection import client_options, ended, started
from worker.settings.servers import Kafka


@asynccontextmanager
async def reading(kafka: Kafka, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Hold a consumer without a group: it reads every partition, from its start."""
    options = client_options(kafka) | {
        "auto_offset_reset": "earliest",
        "fetch_max_wait_ms": kafka.fetch_wait_ms,
    }
    consumer = await started(lambda: AIOKafkaConsumer(topic, **options), AIOKafkaConsumer.stop, kafka)
    try:
        yield consumer
    finally:
        await ended(consumer.stop(), within_s=kafka.stop_deadline_s)
