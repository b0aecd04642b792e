"""The broker goes away, and comes back: what hangs in the client library must not hang us."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.kafka.driving import POLL_MS, Message, drained, place_all, published
from worker.embedded.broker import Broker
from worker.kafka.connection import KafkaUnreachableError
from worker.kafka.consumer import Consumer
from worker.kafka.producer import Producer
from worker.kafka.topics import cluster_of, create_topics
from worker.settings.servers import Kafka
from worker.settings.topics import Topics

TOPICS = Topics()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    await broker.stop()


@pytest.fixture
async def own_kafka(broker: Broker) -> Kafka:
    kafka = Kafka(
        bootstrap_servers=await broker.start(),
        idempotence=False,
        session_timeout_s=6,
        rebalance_timeout_s=6,
        heartbeat_s=1,
        request_timeout_s=5,
        start_deadline_s=10,
        stop_deadline_s=4,
        commit_every_s=0.001,
    )
    await create_topics(kafka, TOPICS, partitions=2)
    return kafka


async def test_without_a_broker_polls_are_empty_and_the_end_is_not_far(
    broker: Broker, own_kafka: Kafka
) -> None:
    producer = Producer(own_kafka.model_copy(update={"request_timeout_s": 1}))
    await published(producer, TOPICS.usage, 20)
    consumer = Consumer(own_kafka, [TOPICS.usage])
    await consumer.start()
    await drained(consumer, 20)
    positions = await consumer.next_offsets()

    await broker.stop()
    async with asyncio.timeout(30):
        polled = [list(await consumer.poll(POLL_MS)) for _ in range(5)]
        await consumer.commit(positions)
        outcome = await producer.publish([Message(TOPICS.usage, b"a", b"late")])
        await consumer.stop()
        await producer.stop()

    assert polled == [[]] * 5
    assert outcome == [False]


async def test_a_producer_goes_on_when_its_broker_is_back(broker: Broker, own_kafka: Kafka) -> None:
    producer = Producer(own_kafka.model_copy(update={"request_timeout_s": 1}))
    await published(producer, TOPICS.usage, 1)
    await broker.stop()
    failed = await producer.publish([Message(TOPICS.usage, b"a", b"1")])

    await broker.start()
    await create_topics(own_kafka, TOPICS, partitions=2)
    async with asyncio.timeout(30):
        while await producer.publish([Message(TOPICS.usage, b"a", b"1")]) != [True]:
            pass
    await producer.stop()

    assert failed == [False]


async def test_who_is_told_to_stop_waits_for_no_broker(broker: Broker, own_kafka: Kafka) -> None:
    stop, before = asyncio.Event(), asyncio.all_tasks()
    producer = Producer(own_kafka.model_copy(update={"request_timeout_s": 600}), stop)
    await published(producer, TOPICS.usage, 1)
    await broker.stop()
    publishing = asyncio.create_task(producer.publish([Message(TOPICS.usage, b"a", b"1")]))
    await asyncio.wait({publishing}, timeout=0.1)

    stop.set()
    async with asyncio.timeout(30):
        outcome = await publishing
        await producer.stop()

    assert outcome == [False]
    assert not [task for task in asyncio.all_tasks() - before if "Sender" in repr(task)]


async def test_a_broker_that_started_anew_has_another_name(broker: Broker, own_kafka: Kafka) -> None:
    before = (await cluster_of(own_kafka)).cluster_id
    await broker.stop()
    await broker.start()

    assert (await cluster_of(own_kafka)).cluster_id != before


async def test_a_client_that_is_not_taken_in_says_what_its_library_says(
    broker: Broker, own_kafka: Kafka
) -> None:
    await broker.stop()
    hasty = own_kafka.model_copy(update={"start_deadline_s": 0.3})

    with pytest.raises(KafkaUnreachableError, match=r"did not take us in within 0\.3 s; .*Unable connect"):
        await cluster_of(hasty)


async def test_a_start_waits_for_a_broker_that_comes_late(broker: Broker, own_kafka: Kafka) -> None:
    await broker.stop()
    asking = asyncio.create_task(cluster_of(own_kafka))
    await asyncio.wait({asking}, timeout=0.3)

    await broker.start()

    assert (await asking).brokers == 1


async def test_a_producer_says_when_the_broker_knows_no_idempotence(own_kafka: Kafka) -> None:
    producer = Producer(own_kafka.model_copy(update={"idempotence": True}))

    with pytest.raises(KafkaUnreachableError, match="TALKTIME_KAFKA_IDEMPOTENCE=false"):
        await producer.start()


async def test_placing_partitions_that_went_away_does_nothing(own_kafka: Kafka) -> None:
    consumer = Consumer(own_kafka, [TOPICS.usage])
    await consumer.start()
    place_all(consumer, {})

    consumer.place({("elsewhere", 0): 7})
    consumer.rewind({("elsewhere", 0): 7})
    await consumer.commit({("elsewhere", 0): 7})

    assert set(await consumer.next_offsets()) == consumer.assigned
    await consumer.stop()


async def test_whoever_gives_up_has_what_is_under_way_withdrawn(broker: Broker, own_kafka: Kafka) -> None:
    producer = Producer(own_kafka)
    await published(producer, TOPICS.usage, 1)
    client = producer._client
    assert client is not None
    await broker.stop()

    publishing = asyncio.ensure_future(producer.publish([Message(TOPICS.usage, b"a", b"late")]))
    await asyncio.wait({publishing}, timeout=0.2)
    publishing.cancel()
    await asyncio.wait({publishing})

    # Nobody is left who would send it once the broker is back.
    assert publishing.cancelled()
    assert client._closed
    assert client._sender.sender_task.done()
