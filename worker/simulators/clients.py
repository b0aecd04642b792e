"""The simulators' own connections: plain ones, as any platform or payment service might have."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaProducer

from worker.kafka.connection import client_options, ended, started
from worker.settings.servers import Kafka

SEND_TIMEOUT_MS: Final = 10_000


@asynccontextmanager
async def producing(kafka: Kafka) -> AsyncIterator[AIOKafkaProducer]:
    """Hold a producer; the events' ids make what it repeats harmless."""
    options = client_options(kafka) | {
        "acks": "all",
        "enable_idempotence": False,
        "linger_ms": kafka.linger_ms,
        "request_timeout_ms": SEND_TIMEOUT_MS,
    }
    producer = await started(lambda: AIOKafkaProducer(**options), AIOKafkaProducer.stop, kafka)
    try:
        yield producer
    finally:
        await ended(producer.stop(), within_s=kafka.stop_deadline_s)
