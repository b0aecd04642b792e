"""A payment service that pays for one tenant, and remembers what it was asked for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

REQUESTED = "talktime.recharge.requested.v1"
COMPLETED = "talktime.recharge.completed.v1"
HEADERS = [("content-type", b"application/cloudevents+json")]


async def requests_of(kafka: str, tenant_id: str) -> list[dict[str, Any]]:
    """Give every request for a tenant that is in the topic, repeated ones once."""
    found: dict[str, dict[str, Any]] = {}
    async with _reader(kafka) as reader:
        # One empty answer of the broker after records came, or after a while, is the end of a small topic.
        for _ in range(10):
            for records in (await reader.getmany(timeout_ms=300)).values():
                found |= {data["recharge_id"]: data for data in map(_requested, records) if data}
    return [data for data in found.values() if data["tenant_id"] == tenant_id]


async def pay(kafka: str, tenant_id: str, stop: asyncio.Event) -> None:
    """Pay every request of a tenant at once, until told to stop; a repeated request is paid once."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    await producer.start()
    try:
        async with _reader(kafka) as reader:
            while not stop.is_set():
                for records in (await reader.getmany(timeout_ms=200)).values():
                    for data in map(_requested, records):
                        if data and data["tenant_id"] == tenant_id:
                            payment, key = json.dumps(_payment(data)).encode(), tenant_id.encode()
                            await producer.send_and_wait(
                                "talktime.payments", payment, key=key, headers=HEADERS
                            )
    finally:
        await producer.stop()


@asynccontextmanager
async def _reader(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    reader = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest")
    await reader.start()
    try:
        partitions = reader.partitions_for_topic("talktime.recharges")
        reader.assign([TopicPartition("talktime.recharges", partition) for partition in partitions])
        yield reader
    finally:
        await reader.stop()


def _requested(record: ConsumerRecord) -> dict[str, Any] | None:
    event = json.loads(record.value)
    data: dict[str, Any] = event["data"]
    return data if event["type"] == REQUESTED else None


def _payment(request: dict[str, Any]) -> dict[str, Any]:
    """Say that a request was paid; the same words however often it is said."""
    recharge_id = request["recharge_id"]
    return {
        "specversion": "1.0",
        "id": str(uuid5(NAMESPACE_URL, recharge_id)),
        "source": "acceptance/payments",
        "type": COMPLETED,
        "data": {
            "tenant_id": request["tenant_id"],
            "recharge_id": recharge_id,
            "payment_id": f"payment-{recharge_id}",
            "amount": request["amount"],
            "currency": request["currency"],
            "paid_at": request["requested_at"],
        },
    }
