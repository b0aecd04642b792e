"""Topics: made once, looked at before anybody reads or writes them."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from worker.kafka.connection import client_options, ended, started
from worker.settings.servers import Kafka
from worker.settings.topics import Topics

LOOK_AGAIN_S: Final = 0.25
MOST_REPLICAS: Final = 3
# Above our own limit for records, so that what is over it still arrives and becomes a dead letter.
RECORD_BYTES: Final = str(4 * 2**20)
FOR_EVER: Final = "-1"


class MissingTopicsError(Exception):
    """Topics that must be there are not."""


class TopicRefusedError(Exception):
    """The broker refused to make a topic; the message has its reason."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """One topic as the cluster has it; no partitions: it is not there."""

    topic: str
    partitions: int
    replication: int
    problem: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """The cluster as its metadata shows it."""

    cluster_id: str
    brokers: int
    topics: Mapping[str, tuple[int, int]]


async def create_topics(
    kafka: Kafka, topics: Topics, *, partitions: int, replication: int | None = None
) -> list[TopicState]:
    """Make the topics that are missing; those that exist stay as they are.

    Without `replication` it is three, or as many as there are brokers. Raises `TopicRefusedError`.
    """
    async with _admin(kafka) as admin:
        cluster = await _cluster(admin)
        replicas = replication or min(MOST_REPLICAS, cluster.brokers)
        new = [
            NewTopic(topic, partitions, replicas, topic_configs=_configuration(topics, topic))
            for topic in (*topics.read, *topics.written)
            if topic not in cluster.topics
        ]
        response = await admin.create_topics(new) if new else None
        # The library raises nothing here: the answer has a code for each topic.
        for topic, code, reason in response.topic_errors if response else ():
            error = for_code(code)
            if code and error is not TopicAlreadyExistsError:
                raise TopicRefusedError(f"the broker refused topic {topic}: {reason or error.__name__}")
    await wait_for_topics(kafka, [*topics.read, *topics.written])
    return await check_topics(kafka, topics)


async def check_topics(kafka: Kafka, topics: Topics, *, cells: int = 1) -> list[TopicState]:
    """Tell of every topic how it is, and what is wrong with it; nothing is made or changed."""
    cluster = await cluster_of(kafka)
    return [_state(cluster, topic, cells) for topic in (*topics.read, *topics.written)]


async def wait_for_topics(kafka: Kafka, topics: Collection[str]) -> Cluster:
    """Return once all of them are there; `MissingTopicsError` names those that are not by the start deadline.

    A consumer would wait for ever, and on some brokers looking at one topic makes it: so all are listed.
    """
    deadline = time.monotonic() + kafka.start_deadline_s
    async with _admin(kafka) as admin:
        while True:
            cluster = await _cluster(admin)
            missing = sorted(set(topics) - set(cluster.topics))
            if not missing:
                return cluster
            if time.monotonic() > deadline:
                raise MissingTopicsError(
                    f"Kafka at {kafka.bootstrap_servers} has no topic {', '.join(missing)};"
                    " `talktime topics create` makes them, TALKTIME_TOPIC_PREFIX names others"
                )
            await asyncio.sleep(LOOK_AGAIN_S)


async def cluster_of(kafka: Kafka) -> Cluster:
    """Ask the cluster who it is and what topics it has."""
    async with _admin(kafka) as admin:
        return await _cluster(admin)


def _configuration(topics: Topics, topic: str) -> dict[str, str]:
    if topic == topics.account_states:
        return {"cleanup.policy": "compact"}
    if topic in {topics.accounts, topics.payments}:
        # From these, accounts can be built again.
        return {"max.message.bytes": RECORD_BYTES, "retention.ms": FOR_EVER}
    return {"max.message.bytes": RECORD_BYTES}


def _state(cluster: Cluster, topic: str, cells: int) -> TopicState:
    if topic not in cluster.topics:
        return TopicState(topic, 0, 0, "it is not there; `talktime topics create` makes it")
    partitions, replication = cluster.topics[topic]
    problem = ""
    if partitions % cells:
        problem = f"{partitions} partitions cannot be shared evenly by {cells} cells"
    return TopicState(topic, partitions, replication, problem)


@asynccontextmanager
async def _admin(kafka: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    options = client_options(kafka)
    admin = await started(lambda: AIOKafkaAdminClient(**options), AIOKafkaAdminClient.close, kafka)
    try:
        yield admin
    finally:
        await ended(admin.close(), within_s=kafka.stop_deadline_s)


async def _cluster(admin: AIOKafkaAdminClient) -> Cluster:
    about = await admin.describe_cluster()
    found = {
        str(topic["topic"]): (len(topic["partitions"]), min(len(p["replicas"]) for p in topic["partitions"]))
        for topic in await admin.describe_topics()
        if topic["partitions"]
    }
    return Cluster(str(about["cluster_id"]), len(about["brokers"]), found)
