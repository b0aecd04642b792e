"""The simulated payment service: reads requests for money, and answers in the manner it was told."""

import asyncio
import heapq
import time
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import count
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from worker.kafka.bounds import log_bounds
from worker.kafka.reading import reading
from worker.settings.servers import Kafka
from worker.simulators.clients import producing
from worker.simulators.payment_book import Answer, PaymentBook, result_of
from worker.simulators.payment_kinds import Says
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_requests import Cancelled, read_request, read_result
from worker.simulators.payments import PAYMENTS

POLL_MS: Final = 100
REMEMBERS_WITHIN_S: Final = 60


class PaymentService:
    """Answers as `manner` says; `topics` names the topic of each role, `tell` hears of each answer given.

    What it has said for good is in the payment topic: a service that starts again reads it there first, and
    says the same.
    """

    def __init__(
        self,
        kafka: Kafka,
        topics: Mapping[str, str],
        *,
        manner: Manner | None = None,
        tell: Callable[[Answer], None] = lambda _: None,
    ) -> None:
        self.answered: Counter[Says] = Counter()
        self.requests = 0
        self.book = PaymentBook(manner or Manner())
        self._kafka = kafka
        self._topics = topics
        self._tell = tell
        # When to answer, and a number that keeps the order of equals.
        self._waiting: list[tuple[float, int, Answer]] = []
        self._numbers = count()

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until `stop` is set; what is not yet answered then, never is."""
        async with reading(self._kafka, self._topics[PAYMENTS]) as consumer:
            await self._remember(consumer)
        async with (
            reading(self._kafka, self._topics["recharges"]) as consumer,
            producing(self._kafka) as producer,
        ):
            while not stop.is_set():
                for record in await _polled(consumer, self._poll_ms()):
                    self._consider(record.value)
                await self._answer(producer)

    async def _remember(self, consumer: AIOKafkaConsumer) -> None:
        """Read what was said for good before; nobody else writes there."""
        partitions = [(one.topic, one.partition) for one in consumer.assignment()]
        ends = {one: end for one, (_, end) in (await log_bounds(self._kafka, partitions)).items()}
        async with asyncio.timeout(REMEMBERS_WITHIN_S):
            while any([await consumer.position(TopicPartition(*one)) < end for one, end in ends.items()]):
                for record in await _polled(consumer, POLL_MS):
                    if result := read_result(PAYMENTS, record.key, record.value):
                        self.book.remember(result)

    def _consider(self, record: bytes | None) -> None:
        asked = read_request(record)
        if isinstance(asked, Cancelled):
            self.book.cancel(asked)
        elif asked is not None:
            self.requests += 1
            for answer in self.book.consider(asked, time.time()):
                heapq.heappush(self._waiting, (answer.due_s, next(self._numbers), answer))

    def _poll_ms(self) -> int:
        """Wait for the next record, but not beyond the next answer."""
        if not self._waiting:
            return POLL_MS
        return min(POLL_MS, max(0, round(1000 * (self._waiting[0][0] - time.time()))))

    async def _answer(self, producer: AIOKafkaProducer) -> None:
        while self._waiting and self._waiting[0][0] <= time.time():
            answer = self._waiting[0][2]
            if self.book.holds(answer):
                event = answer.event
                try:
                    await producer.send_and_wait(
                        self._topics[event.topic], event.value, key=event.key, headers=list(event.headers)
                    )
                except KafkaError:
                    # Not said yet: it is said once the broker listens again.
                    return
                self._given(answer)
            heapq.heappop(self._waiting)

    def _given(self, answer: Answer) -> None:
        self.answered[answer.says] += 1
        if result := result_of(answer):
            self.book.remember(result)
        self._tell(answer)


async def _polled(consumer: AIOKafkaConsumer, timeout_ms: int) -> list[ConsumerRecord]:
    polled = await consumer.getmany(timeout_ms=timeout_ms)
    return [record for records in polled.values() for record in records]
