"""What platforms, administrators and the payment service publish, by the public contracts."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from uuid import NAMESPACE_OID, uuid5

from worker.kafka.producer import Producer
from worker.settings.servers import Kafka

DECK: Final = "cheap"
STRUCTURED: Final = (("content-type", b"application/cloudevents+json"),)
MINUTE_MICROS: Final = 10_000


class Published(NamedTuple):
    """A record on its way to a topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = STRUCTURED


def event(topic: str, kind: str, event_id: str, data: Mapping[str, Any], source: str = "tests") -> Published:
    document = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": f"talktime.{kind}.v1",
        "time": "2026-01-01T00:00:00Z",
        "data": data,
    }
    return Published(topic, str(data["tenant_id"]).encode(), json.dumps(document).encode())


def call(topic: str, tenant: str, number: int, *, minutes: int = 1, to: str = "4930123456") -> Published:
    """A call that costs a cent a minute; the same number is the same call."""
    data = {
        "tenant_id": tenant,
        "service": "outbound",
        "rated_number": f"+{to}",
        "number_type": "toll",
        "started_at": minutes_ago(60),
        "duration_s": 60 * minutes,
    }
    return event(topic, "usage.call", str(uuid5(NAMESPACE_OID, f"{tenant} {number}")), data)


def opened(topic: str, tenant: str) -> Published:
    data = {"tenant_id": tenant, "currency": "USD", "timezone": "UTC", "rate_deck": DECK}
    return event(topic, "account.opened", f"open-{tenant}", data)


def credit(topic: str, tenant: str, amount: str, payment_id: str = "first") -> Published:
    data = {"tenant_id": tenant, "payment_id": payment_id, "amount": amount, "currency": "USD"}
    return event(topic, "account.credit_added", f"{payment_id}-{tenant}", data | {"kind": "purchase"})


def auto_recharge(topic: str, tenant: str, *, trigger: str, amount: str) -> Published:
    data = {"tenant_id": tenant, "enabled": True, "trigger": trigger, "amount": amount, "currency": "USD"}
    return event(topic, "account.auto_recharge_set", f"recharge-{tenant}", data | {"daily_count": 10_000})


def completed(topic: str, request: Mapping[str, Any]) -> Published:
    """The payment of a request; the same words however often it is said."""
    recharge_id = request["recharge_id"]
    data = {
        "tenant_id": request["tenant_id"],
        "recharge_id": recharge_id,
        "payment_id": f"payment-{recharge_id}",
        "amount": request["amount"],
        "currency": request["currency"],
    }
    return event(topic, "recharge.completed", f"paid-{recharge_id}", data)


async def publish(kafka: Kafka, records: Sequence[Published]) -> None:
    """Publish all of these, in order; the broker has each when this returns."""
    producer = Producer(kafka)
    await producer.start()
    try:
        assert await producer.publish(records) == [True] * len(records)
    finally:
        await producer.stop()


_START_S: Final = int(time.time())


def minutes_ago(minutes: int) -> str:
    """Write a moment, the same one for a whole run: a call that is published again is the same call."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(_START_S - 60 * minutes))
