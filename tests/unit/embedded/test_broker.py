from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from worker.embedded.broker import Broker

FOUR_MIB = 4 * 1024 * 1024


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    await broker.stop()


async def cluster_id(bootstrap: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


async def test_it_carries_records_of_four_mebibytes(broker: Broker) -> None:
    bootstrap = await broker.start()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=2 * FOUR_MIB)
    consumer = AIOKafkaConsumer(
        "large", bootstrap_servers=bootstrap, auto_offset_reset="earliest", max_partition_fetch_bytes=FOUR_MIB
    )
    async with producer:
        await producer.send_and_wait("large", bytes(FOUR_MIB))
        async with consumer:
            assert len((await consumer.getone()).value) == FOUR_MIB


async def test_each_start_is_another_cluster_at_the_same_address(broker: Broker) -> None:
    first = await broker.start()
    first_id = await cluster_id(first)
    await broker.stop()
    second = await broker.start()
    assert second == first
    assert await cluster_id(second) != first_id
