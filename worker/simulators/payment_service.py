"""The payment service: reads recharge requests and answers most of them."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from worker.settings.servers import Kafka
from worker.simulators.clients import producing, reading
from worker.simulators.event import Outgoing
from worker.simulators.payments import Manner, answer

POLL_MS: Final = 100


class PaymentService:
    """Answers as `manner` says; `topics` names the topic of each role.

    It remembers nothing: a request that comes again is answered again, in the same words.
    """

    def __init__(self, kafka: Kafka, topics: Mapping[str, str], *, manner: Manner | None = None) -> None:
        self.answered: Counter[str] = Counter()
        self._kafka = kafka
        self._topics = topics
        self._manner = manner or Manner()
        # When to answer, a number that keeps the order of equals, the outcome, and the event.
        self._waiting: list[tuple[float, int, str, Outgoing]] = []
        self._seen = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set; what is not yet answered then, never is."""
        async with (
            reading(self._kafka, self._topics["recharges"]) as consumer,
            producing(self._kafka) as producer,
        ):
            while not stop.is_set():
                for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                    for record in records:
                        self._consider(record.value)
                await self._answer(producer)

    def _consider(self, request: bytes) -> None:
        reply = answer(request, self._manner, time.time())
        self._seen += 1
        if reply is not None:
            due = time.monotonic() + reply.after_s
            heapq.heappush(self._waiting, (due, self._seen, reply.outcome, reply.event))

    async def _answer(self, producer: AIOKafkaProducer) -> None:
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            due, number, outcome, event = heapq.heappop(self._waiting)
            try:
                await producer.send_and_wait(
                    self._topics[event.topic], event.value, key=event.key, headers=list(event.headers)
                )
            except KafkaError:
                # Not said yet: it is said once the broker listens again.
                heapq.heappush(self._waiting, (due, number, outcome, event))
                return
            self.answered[outcome] += 1
