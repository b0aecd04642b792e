import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from worker.embedded.broker import Broker
from worker.settings.servers import Kafka
from worker.simulators.payment_kinds import Kind, Says
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_service import PaymentService
from worker.simulators.traffic import Traffic

TOPICS = {role: f"t.{role}" for role in ("usage", "accounts", "payments", "recharges")}
TENANTS = 3


@pytest.fixture
async def bootstrap(tmp_path: Path) -> AsyncIterator[str]:
    broker = Broker(tmp_path)
    yield await broker.start()
    await broker.stop()


async def read(bootstrap: str, role: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        TOPICS[role], bootstrap_servers=bootstrap, auto_offset_reset="earliest", metadata_max_age_ms=200
    )
    async with consumer:
        return [(await consumer.getone()).value for _ in range(count)]


async def test_tenants_open_their_accounts_and_then_call(bootstrap: str) -> None:
    traffic = Traffic(Kafka(bootstrap_servers=bootstrap), TOPICS, rate=500, tenants=TENANTS, seed=1)
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(traffic.run(stop))
        accounts = await read(bootstrap, "accounts", 3 * TENANTS)
        usage = await read(bootstrap, "usage", 100)
        stop.set()
    kinds = Counter(json.loads(event)["type"] for event in accounts)
    assert kinds["talktime.account.opened.v1"] == TENANTS
    assert len(usage) == 100
    assert traffic.published >= len(accounts) + len(usage)
    assert traffic.lost == 0


async def test_what_the_broker_refuses_is_lost_and_not_published(
    bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.simulators.clients.SEND_TIMEOUT_MS", 300)
    unknown = {**TOPICS, "usage": "no such name", "accounts": "no such name"}
    traffic = Traffic(Kafka(bootstrap_servers=bootstrap), unknown, rate=500, tenants=1, seed=1)
    stop = asyncio.Event()
    stop.set()
    await traffic.run(stop)
    assert (traffic.published, traffic.lost) == (0, 3)


async def test_requests_are_answered_also_those_made_before(bootstrap: str) -> None:
    payments = PaymentService(
        Kafka(bootstrap_servers=bootstrap),
        TOPICS,
        manner=Manner(mix={Kind.COMPLETED: 1}, longest_delay_s=0.01),
    )
    stop = asyncio.Event()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(TOPICS["recharges"], asked(0))
        async with asyncio.TaskGroup() as group:
            group.create_task(payments.run(stop))
            for number in range(1, 10):
                await producer.send_and_wait(TOPICS["recharges"], asked(number))
            answers = await read(bootstrap, "payments", 10)
            stop.set()
    paid = sorted(UUID(json.loads(answer)["data"]["recharge_id"]).int for answer in answers)
    assert paid == list(range(10))
    assert payments.answered[Says.COMPLETED] == 10


def asked(number: int) -> bytes:
    data = {
        "tenant_id": "acme",
        "recharge_id": str(UUID(int=number)),
        "amount": "20.00",
        "currency": "USD",
        "attempt": 1,
        "requested_at": "2026-06-01T10:00:00Z",
        "answer_by": "2026-06-01T10:15:00Z",
        "expires_at": "9999-06-01T10:00:00Z",
    }
    return json.dumps({"type": "talktime.recharge.requested.v1", "data": data}).encode()
