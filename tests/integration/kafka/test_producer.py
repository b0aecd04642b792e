import asyncio
from collections import defaultdict
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import MessageSizeTooLargeError

from tests.integration.kafka.driving import Message, Reader, drained, values
from tests.integration.relay.promising import records
from worker.kafka.producer import Producer
from worker.kafka.topics import wait_for_topics
from worker.settings.servers import Kafka


async def test_messages_of_one_key_arrive_in_their_order(reader: Reader, producer: Producer) -> None:
    keys = [b"tenant-%d" % number for number in range(7)]
    messages = [Message(reader.topic, keys[number % 7], b"%d" % number) for number in range(500)]

    published = await producer.publish(messages)
    records = await drained(reader.consumer, 500)

    arrived: dict[bytes, list[int]] = defaultdict(list)
    for record in records:
        arrived[record.key or b""].append(int(record.value or b""))
    assert published == [True] * 500
    assert all(numbers == sorted(numbers) for numbers in arrived.values())
    assert len(arrived) == 7


async def test_a_message_that_is_refused_for_good_costs_its_neighbours_nothing(
    reader: Reader, kafka: Kafka
) -> None:
    producer = Producer(kafka.model_copy(update={"request_bytes": 2**16}))
    too_large = b"x" * 2**17

    before, refused, after = await producer.publish(
        [Message(reader.topic, b"a", value) for value in (b"before", too_large, b"after")]
    )
    await producer.stop()

    assert (before, after) == (True, True)
    assert isinstance(refused, MessageSizeTooLargeError)
    assert values(await drained(reader.consumer, 2)) == [b"after", b"before"]


@pytest.mark.usefixtures("apache_kafka")
async def test_what_cannot_be_sent_now_is_to_be_sent_again_and_holds_up_its_topic_alone(
    reader: Reader, kafka: Kafka
) -> None:
    producer = Producer(kafka.model_copy(update={"request_timeout_s": 1}))

    absent = [Message("absent.topic", b"a", b"%d" % number) for number in range(100)]
    async with asyncio.timeout(50):
        published = await producer.publish([*absent, Message(reader.topic, b"a", b"there"), *absent])
    await producer.stop()

    assert published == [False] * 100 + [True] + [False] * 100


@pytest.mark.usefixtures("apache_kafka")
async def test_what_the_broker_itself_refuses_costs_its_batch_nothing(kafka: Kafka) -> None:
    topic = f"small-{uuid4().hex[:8]}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1, topic_configs={"max.message.bytes": "20000"})])
    await admin.close()
    await wait_for_topics(kafka, [topic])
    values = [b"%03d" % number + b"x" * 1_000 for number in range(100)]
    values[50] = b"050" + b"x" * 30_000
    producer = Producer(kafka)

    published = await producer.publish([Message(topic, b"a", value) for value in values])
    again = await producer.publish([Message(topic, b"a", b"100")])
    await producer.stop()

    assert [answer is True for answer in published] == [number != 50 for number in range(100)]
    assert isinstance(published[50], MessageSizeTooLargeError)
    assert again == [True]
    read = await records(kafka, topic, partitions=1)
    assert [int(record.value[:3]) for record in read] == [number for number in range(101) if number != 50]


async def test_one_message_may_be_larger_than_a_batch(reader: Reader, producer: Producer) -> None:
    large = [b"%d" % number + b"x" * 500_000 for number in range(3)]

    published = await producer.publish([Message(reader.topic, b"a", value) for value in large])

    assert published == [True] * 3
    assert [record.value for record in await drained(reader.consumer, 3)] == large


async def test_nothing_is_sent_that_may_not_be_sent_any_more(reader: Reader, producer: Producer) -> None:
    allowed = iter([True, False])
    messages = [Message(reader.topic, b"a", b"%d" % number + b"x" * 100_000) for number in range(5)]

    published = await producer.publish(messages, lambda: next(allowed))

    assert published == [True, False, False, False, False]
    assert await producer.publish([Message(reader.topic, b"a", b"after")]) == [True]
    assert [record.value for record in await drained(reader.consumer, 2)] == [messages[0].value, b"after"]


async def test_a_tombstone_is_published(reader: Reader, producer: Producer) -> None:
    assert await producer.publish([Message(reader.topic, b"tenant", None)]) == [True]

    assert [record.value for record in await drained(reader.consumer, 1)] == [None]


async def test_publishing_nothing_is_done_at_once(producer: Producer) -> None:
    assert await producer.publish([]) == []
