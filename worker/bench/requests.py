"""Requests: when what tenants are asked to pay can be read."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer


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
