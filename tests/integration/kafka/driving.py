"""Driving a consumer as the worker does, in a few words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.kafka.consumer import Consumer
from worker.kafka.producer import Producer
from worker.kafka.records import Partition, Record
from worker.settings.servers import Kafka

POLL_MS = 100
POLLS = 300


class Message(NamedTuple):
    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Reader(NamedTuple):
    """A consumer and the one topic that it reads."""

    consumer: Consumer
    topic: str

    async def skip_to_the_end(self) -> None:
        place_all(self.consumer, {})
        bounds = await self.consumer.log_bounds(self.consumer.assigned)
        self.consumer.rewind({partition: end for partition, (_, end) in bounds.items()})


async def published(producer: Producer, topic: str, count: int) -> list[bytes]:
    """Publish numbers, each under a key of its own."""
    numbers = [b"%d" % number for number in range(count)]
    assert await producer.publish([Message(topic, number, number) for number in numbers]) == [True] * count
    return sorted(numbers)


async def drained(
    consumer: Consumer, count: int, *, positions: Mapping[Partition, int] | None = None
) -> list[Record]:
    """Poll until that many records came; new partitions begin at their positions, or at 0."""
    records: list[Record] = []
    for _ in range(POLLS):
        place_all(consumer, positions or {})
        records += await consumer.poll(POLL_MS)
        if len(records) >= count:
            return records
    raise AssertionError(f"{len(records)} of {count} records came")


def place_all(consumer: Consumer, positions: Mapping[Partition, int]) -> None:
    if fresh := consumer.newly_assigned():
        consumer.place({partition: positions.get(partition, 0) for partition in fresh})


def values(records: Iterable[Record]) -> list[bytes]:
    return sorted(record.value or b"" for record in records)


async def committed(kafka: Kafka, partitions: Iterable[Partition]) -> dict[Partition, int | None]:
    """Ask the group's coordinator, as a lag tool does."""
    client = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, group_id=kafka.group_id)
    await client.start()
    try:
        return {partition: await client.committed(TopicPartition(*partition)) for partition in partitions}
    finally:
        await client.stop()
