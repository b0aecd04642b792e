"""Topics of one test's own, which are gone when it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient

from tests.integration import servers
from worker.kafka.topics import create_topics
from worker.settings.servers import Kafka
from worker.settings.topics import Topics


@asynccontextmanager
async def own_topics(kafka: Kafka, topics: Topics, *, partitions: int) -> AsyncIterator[None]:
    """Make every topic, and delete them at the end.

    A broker that keeps its log reads it again, partition by partition, when it was killed: with those of a
    thousand tests it would be minutes away. The embedded one keeps nothing.
    """
    await create_topics(kafka, topics, partitions=partitions)
    yield
    if servers.broker_is_apache_kafka():
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
        await admin.start()
        try:
            await admin.delete_topics([*topics.read, *topics.written])
        finally:
            await admin.close()
