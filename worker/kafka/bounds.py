"""Bounds: where the logs of partitions begin and end."""

import asyncio
from collections.abc import Collection, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.kafka.connection import client_options, ended, started
from worker.kafka.header_names import accept_any_header_name
from worker.kafka.records import Partition
from worker.settings.servers import Kafka

FETCH_WAIT_MS: Final = 10


async def log_bounds(kafka: Kafka, partitions: Collection[Partition]) -> Mapping[Partition, tuple[int, int]]:
    """Find each log's first offset and the one after its last.

    The end is taken from a fetch's answer, which every broker fills in; asked for it, some answer wrongly.
    """
    options = client_options(kafka) | {
        "auto_offset_reset": "none",
        "fetch_max_wait_ms": FETCH_WAIT_MS,
        # The answer is in the head of the response; its records are of no interest.
        "max_partition_fetch_bytes": 1,
    }
    asked = [TopicPartition(*partition) for partition in partitions]
    if not asked:
        return {}
    accept_any_header_name()
    probe = await started(lambda: AIOKafkaConsumer(**options), AIOKafkaConsumer.stop, kafka)
    try:
        async with asyncio.timeout(kafka.request_timeout_s):
            starts = await probe.beginning_offsets(asked)
            probe.assign(asked)
            for partition in asked:
                probe.seek(partition, starts[partition])
            while any(probe.highwater(partition) is None for partition in asked):
                await probe.getmany(timeout_ms=FETCH_WAIT_MS, max_records=1)
            return {
                (topic, number): (
                    int(starts[topic, number]),
                    int(probe.highwater(TopicPartition(topic, number))),
                )
                for topic, number in asked
            }
    finally:
        await ended(probe.stop(), within_s=kafka.stop_deadline_s)
