"""Batches: messages on their way to partitions, one batch under way to each at a time.

What fails stops what would come after it in its partition, so nothing overtakes; and once told to send no
more, at most what is under way still arrives.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, Protocol

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder

# The message itself is at fault: sent again, it would be refused again.
REFUSALS: Final = (MessageSizeTooLargeError, RecordListTooLargeError)

# What a record needs besides its key, its value and its headers.
RECORD_OVERHEAD_BYTES: Final = 64
# Messages whose partition is found without letting others run.
SLICE: Final = 500
# Of a batch; its bytes end it sooner, unless the messages are tiny.
MOST_RECORDS: Final = 1_000
# A missing topic keeps the messages of no other waiting for longer.
TOPIC_WITHIN_S: Final = 5.0


class Outgoing(Protocol):
    """A message to publish; those with one key keep their order."""

    @property
    def topic(self) -> str:
        """Where it goes."""

    @property
    def key(self) -> bytes | None:
        """What chooses its partition."""

    @property
    def value(self) -> bytes | None:
        """What it says; None is a tombstone."""

    @property
    def headers(self) -> Sequence[tuple[str, bytes]]:
        """What is said about it."""


class Batches:
    """Sends messages and tells `answer` of some of them, by their numbers, whether the broker has them.

    None: it has; otherwise why not. Messages of which nothing is told were not sent.
    """

    def __init__(
        self,
        client: AIOKafkaProducer,
        messages: Sequence[Outgoing],
        most_bytes: int,
        may_send: Callable[[], bool],
        answer: Callable[[str, Sequence[int], BaseException | None], None],
    ) -> None:
        self._client = client
        self._messages = messages
        self._most_bytes = most_bytes
        self._may_send = may_send
        self._answer = answer

    async def send(self) -> None:
        """Send everything; returns when the broker has answered."""
        topics: dict[str, list[int]] = defaultdict(list)
        for number, message in enumerate(self._messages):
            topics[message.topic].append(number)
        async with asyncio.TaskGroup() as group:
            for topic, numbers in topics.items():
                group.create_task(self._to_topic(topic, numbers))

    async def _to_topic(self, topic: str, numbers: Sequence[int]) -> None:
        try:
            async with asyncio.timeout(TOPIC_WITHIN_S):
                partitions = len(await self._client.partitions_for(topic))
        except (KafkaError, TimeoutError) as error:
            self._answer(topic, numbers, error)
            return
        waiting: dict[int, list[int]] = defaultdict(list)
        for count, number in enumerate(numbers, start=1):
            waiting[partition_of(self._messages[number].key, partitions)].append(number)
            if count % SLICE == 0:
                await asyncio.sleep(0)
        async with asyncio.TaskGroup() as group:
            for partition, its in waiting.items():
                group.create_task(self._to_partition(topic, partition, its))

    async def _to_partition(self, topic: str, partition: int, numbers: Sequence[int]) -> None:
        first = 0
        while first < len(numbers) and self._may_send():
            batch, taken = self._filled(numbers[first : first + MOST_RECORDS])
            error = await self._sent(batch, topic, partition) if taken else MessageSizeTooLargeError()
            taken = taken or numbers[first : first + 1]
            if isinstance(error, REFUSALS) and len(taken) > 1:
                error = await self._singly(topic, partition, taken)
            else:
                self._answer(topic, taken, error)
            if error is not None and not isinstance(error, REFUSALS):
                return
            first += len(taken)

    async def _singly(self, topic: str, partition: int, numbers: Sequence[int]) -> BaseException | None:
        """Find the messages for whose sake the broker refused a batch: it gets the others, in order."""
        for number in numbers:
            if not self._may_send():
                return None
            batch, _ = self._filled([number])
            error = await self._sent(batch, topic, partition)
            self._answer(topic, [number], error)
            if error is not None and not isinstance(error, REFUSALS):
                return error
        return None

    def _filled(self, numbers: Sequence[int]) -> tuple[BatchBuilder, Sequence[int]]:
        """Fill a batch with as many of these as it holds; none, if the first is too large for any."""
        batch = self._client.create_batch()
        for count, number in enumerate(numbers):
            message = self._messages[number]
            too_large = _size(message) > self._most_bytes
            if too_large or not _append(batch, message):
                numbers = numbers[:count]
                break
        # Closed, it waits for no company.
        batch.close()
        return batch, numbers

    async def _sent(self, batch: BatchBuilder, topic: str, partition: int) -> BaseException | None:
        try:
            answer = await self._client.send_batch(batch, topic, partition=partition)
        except KafkaError as error:
            refusal: BaseException = error
            return refusal
        answer.add_done_callback(_failure)
        # Waited for from outside: a client that is closed meanwhile cancels the answer, not us.
        await asyncio.wait({answer})
        failure = _failure(answer)
        if isinstance(failure, REFUSALS):
            self._count_back(topic, partition, batch.record_count())
        return failure

    def _count_back(self, topic: str, partition: int, records: int) -> None:
        """Take back the numbers of refused records: the broker misses them, and would take nothing more."""
        numbering = self._client._txn_manager  # noqa: SLF001  # The library itself does not, and dies of it.
        if numbering is not None:
            numbering.increment_sequence_number(TopicPartition(topic, partition), -records)


def _failure(answer: "asyncio.Future[object]") -> BaseException | None:
    return asyncio.CancelledError() if answer.cancelled() else answer.exception()


@lru_cache(maxsize=65_536)
def _hashed(key: bytes, partitions: int) -> int:
    return int(DefaultPartitioner()(key, range(partitions), range(partitions)))


def partition_of(key: bytes | None, partitions: int) -> int:
    """Choose a partition as every client of Kafka does."""
    if key is None:
        return int(DefaultPartitioner()(None, range(partitions), range(partitions)))
    return _hashed(key, partitions)


def _append(batch: BatchBuilder, message: Outgoing) -> bool:
    added = batch.append(timestamp=None, key=message.key, value=message.value, headers=list(message.headers))
    return added is not None


def _size(message: Outgoing) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in message.headers)
    return len(message.key or b"") + len(message.value or b"") + headers + RECORD_OVERHEAD_BYTES
