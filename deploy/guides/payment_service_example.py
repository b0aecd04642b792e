"""The smallest payment service that keeps its promises; give it Kafka's HOST:PORT and the topics' prefix."""

import asyncio
import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

GROUP = {"group_id": "payment-service", "enable_auto_commit": False, "auto_offset_reset": "earliest"}
CARD_LIMIT = Decimal(500)
HEADERS = [("content-type", b"application/cloudevents+json")]


def pay(asked: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Charge the customer: recharge_id is the bank's idempotency key, so that it says the same again."""
    if Decimal(asked["amount"]) > CARD_LIMIT:
        declined = {"outcome": "declined", "code": "limit", "message": "Above the limit of the card"}
        return "failed", {"attempt": asked["attempt"], **declined}
    granted = {field: asked[field] for field in ("amount", "currency")}
    return "completed", {"payment_id": f"pay-{asked['recharge_id']}", **granted}


async def serve(kafka: str, prefix: str = "talktime.") -> None:
    """Answer each request, then commit: after a crash in between it is answered again, in the same words."""
    consumer = AIOKafkaConsumer(f"{prefix}recharges", bootstrap_servers=kafka, **GROUP)
    async with consumer, AIOKafkaProducer(bootstrap_servers=kafka, acks="all") as producer:
        async for record in consumer:
            event = json.loads(record.value)
            asked, is_request = event["data"], event["type"] == "talktime.recharge.requested.v1"
            if is_request and datetime.now(UTC) < datetime.fromisoformat(asked["expires_at"]):
                outcome, said = pay(asked)
                said |= {field: asked[field] for field in ("tenant_id", "recharge_id")}
                about = {"specversion": "1.0", "id": f"answer-{event['id']}", "source": "payment-service"}
                answer = {**about, "type": f"talktime.recharge.{outcome}.v1", "data": said}
                words = json.dumps(answer).encode()
                await producer.send_and_wait(f"{prefix}payments", words, record.key, headers=HEADERS)
            await consumer.commit()


asyncio.run(serve(*sys.argv[1:]))
