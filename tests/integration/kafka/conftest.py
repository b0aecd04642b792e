import os
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack

import pytest

from tests.integration import servers
from tests.integration.kafka.driving import Reader
from worker.kafka.consumer import Consumer
from worker.kafka.producer import Producer
from worker.kafka.topics import create_topics
from worker.settings.servers import Kafka
from worker.settings.topics import Topics

Join = Callable[[], Coroutine[None, None, Consumer]]


@pytest.fixture
async def producer(kafka: Kafka) -> AsyncIterator[Producer]:
    producer = Producer(kafka)
    await producer.start()
    yield producer
    await producer.stop()


@pytest.fixture
async def join(kafka: Kafka, topics: Topics) -> AsyncIterator[Join]:
    """Starts members of this test's own group; they leave when it ends."""
    async with AsyncExitStack() as members:

        async def start() -> Consumer:
            consumer = Consumer(kafka, [topics.usage])
            members.push_async_callback(consumer.stop)
            await consumer.start()
            return consumer

        yield start


@pytest.fixture(scope="session")
async def lone_member(bootstrap_servers: str) -> AsyncIterator[Reader]:
    """A member that several tests share: the embedded broker takes three seconds to let one join."""
    name = f"lone-{os.getpid()}"
    kafka = Kafka(
        bootstrap_servers=bootstrap_servers,
        group_id=name,
        session_timeout_s=6,
        rebalance_timeout_s=6,
        heartbeat_s=1,
        commit_every_s=0.001,
    )
    topics = Topics(prefix=f"{name}.")
    await create_topics(kafka, topics, partitions=4)
    consumer = Consumer(kafka, [topics.usage])
    await consumer.start()
    yield Reader(consumer, topics.usage)
    await consumer.stop()


@pytest.fixture
async def reader(lone_member: Reader) -> Reader:
    """The shared member at the end of its topic."""
    await lone_member.skip_to_the_end()
    return lone_member


@pytest.fixture
def apache_kafka() -> None:
    if not servers.broker_is_apache_kafka():
        pytest.skip("left out: the embedded broker cannot; TALKTIME_TEST_KAFKA=HOST:PORT names one that can")
