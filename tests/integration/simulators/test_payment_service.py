"""The simulated payment service on a broker: each kind of answer as another program reads it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.cases.house import read_topic
from worker.kafka.producer import Producer
from worker.settings.servers import Kafka
from worker.settings.topics import Topics
from worker.simulators.event import rfc3339, structured
from worker.simulators.payment_book import Answer
from worker.simulators.payment_kinds import SCRIPTS, Kind, Says
from worker.simulators.payment_manner import Manner, kind_of
from worker.simulators.payment_service import PaymentService
from worker.transactions.publish_outbox import Outgoing

DEADLINE_S = 30
ANSWER_S = 1
EXPIRES_S = 2


class Platform:
    """Asks as Talktime does, and knows when enough has been answered."""

    def __init__(self, kafka: Kafka, topics: Topics, producer: Producer) -> None:
        self.kafka = kafka
        self.topics = topics
        self._producer = producer
        self._heard = asyncio.Event()

    async def publish(self, kind: str, data: dict[str, object]) -> None:
        event = structured("recharges", f"recharge.{kind}.v1", str(uuid4()), time.time(), data)
        sent = Outgoing(self.topics.recharges, event.key, event.value, event.headers)
        assert await self._producer.publish([sent]) == [True]

    async def ask(self, recharge_id: str, *, attempt: int = 1, expires_s: float = EXPIRES_S) -> None:
        now_s = time.time()
        data: dict[str, object] = {
            "tenant_id": "acme",
            "recharge_id": recharge_id,
            "amount": "20.00",
            "currency": "USD",
            "attempt": attempt,
            "requested_at": rfc3339(now_s),
            "answer_by": rfc3339(now_s + ANSWER_S),
            "expires_at": rfc3339(now_s + expires_s),
        }
        await self.publish("requested", data)

    @asynccontextmanager
    async def serving(self, manner: Manner) -> AsyncIterator[PaymentService]:
        stop = asyncio.Event()

        def hear(_: Answer) -> None:
            self._heard.set()

        service = PaymentService(self.kafka, self.topics.model_dump(), manner=manner, tell=hear)
        async with asyncio.TaskGroup() as group:
            group.create_task(service.run(stop))
            try:
                yield service
            finally:
                stop.set()

    async def answers(self, service: PaymentService, count: int) -> list[dict[str, Any]]:
        """Everything on the payment topic, once the service has said so much."""
        async with asyncio.timeout(DEADLINE_S):
            while service.answered.total() < count:
                self._heard.clear()
                await self._heard.wait()
        read = await read_topic(self.kafka.bootstrap_servers, self.topics.payments)
        return sorted(read, key=lambda event: str(event["time"]))


@pytest.fixture
async def platform(kafka: Kafka, topics: Topics) -> AsyncIterator[Platform]:
    producer = Producer(kafka)
    await producer.start()
    yield Platform(kafka, topics, producer)
    await producer.stop()


def always(kind: Kind) -> Manner:
    return Manner(mix={kind: 1}, longest_delay_s=0, pause_s=1, pending_s=60)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].split(".")[2] for event in events]


SAID: dict[Says, str] = {
    Says.PROCESSING: "pending",
    Says.REQUIRES_ACTION: "pending",
    Says.DECLINED: "failed",
    Says.DECLINED_FOR_GOOD: "failed",
    Says.UNAVAILABLE: "failed",
    Says.EARLIER_FAILURE: "failed",
    Says.REFUND: "reversed",
    Says.DISPUTE: "reversed",
    Says.REINSTATED: "reinstated",
}


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.NEVER])
async def test_each_kind_of_answer_arrives(platform: Platform, kind: Kind) -> None:
    recharge_id = str(uuid4())
    expected = [SAID.get(step.says, "completed") for step in SCRIPTS[kind]]
    async with platform.serving(always(kind)) as service:
        await platform.ask(recharge_id)
        if kind is Kind.LATE_FAILURE:
            await platform.ask(recharge_id, attempt=2)

        events = await platform.answers(service, len(expected))

    assert kinds(events) == expected
    assert all(recharge_id in json.dumps(event["data"]) for event in events)
    assert {event["data"]["tenant_id"] for event in events} == {"acme"}


async def test_a_request_that_is_never_answered_holds_up_no_other(platform: Platform) -> None:
    manner = Manner(mix={Kind.NEVER: 1, Kind.COMPLETED: 1}, longest_delay_s=0)
    ids = [str(uuid4()) for _ in range(100)]
    never = next(one for one in ids if kind_of(one, 1, manner) is Kind.NEVER)
    paid = next(one for one in ids if kind_of(one, 1, manner) is Kind.COMPLETED)
    async with platform.serving(manner) as service:
        await platform.ask(never)
        await platform.ask(paid)

        events = await platform.answers(service, 1)

    assert [event["data"]["recharge_id"] for event in events] == [paid]
    assert service.requests == 2


async def test_a_backlog_from_beyond_its_expiry_is_not_paid(platform: Platform) -> None:
    await platform.ask(str(uuid4()), expires_s=-1)
    fresh = str(uuid4())
    await platform.ask(fresh, expires_s=60)

    async with platform.serving(always(Kind.COMPLETED)) as service:
        events = await platform.answers(service, 1)

    assert [event["data"]["recharge_id"] for event in events] == [fresh]
    assert service.book.overdue == 1


async def test_a_request_that_was_taken_back_is_not_paid(platform: Platform) -> None:
    taken_back, fresh = str(uuid4()), str(uuid4())
    await platform.ask(taken_back, expires_s=60)
    await platform.publish(
        "cancelled", {"tenant_id": "acme", "recharge_id": taken_back, "reason": "suspended"}
    )
    await platform.ask(fresh, expires_s=60)

    async with platform.serving(always(Kind.COMPLETED)) as service:
        events = await platform.answers(service, 1)

    assert [event["data"]["recharge_id"] for event in events] == [fresh]


async def test_a_service_that_starts_again_says_what_it_said_before(platform: Platform) -> None:
    recharge_id = str(uuid4())
    async with platform.serving(always(Kind.DECLINED)) as service:
        await platform.ask(recharge_id, expires_s=60)
        (declined,) = await platform.answers(service, 1)

    async with platform.serving(always(Kind.COMPLETED)) as service:
        await platform.ask(recharge_id, attempt=2, expires_s=60)
        events = await platform.answers(service, 1)

    # A request of the very second in which it was answered may be answered again, in the same words.
    assert len(events) in {2, 3}
    assert all(event == declined for event in events)
