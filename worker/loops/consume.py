"""Consuming: poll, charge, again."""

import asyncio
from collections.abc import Callable
from typing import Final

from worker.kafka.consumer import Consumer, PositionLostError
from worker.loops.charger import Charger
from worker.loops.partitions import Partitions
from worker.loops.refusal_watch import RefusalWatch
from worker.loops.trouble import PASSING

POLL_TIMEOUT_MS: Final = 200


async def consume(
    consumer: Consumer,
    partitions: Partitions,
    charger: Charger,
    watch: RefusalWatch,
    beat: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    """Charge usage until told to stop; never abandon a batch half-way.

    The ledger's transaction ends before Kafka's own offsets are committed. A crash between the two reads the
    batch again from Postgres' position, which has moved.
    """
    while not stop.is_set():
        beat()
        try:
            # Before the next poll, and without waiting for a record: what failed may have been the last.
            await charger.find_back()
            taken = await partitions.take_over()
        except PASSING as error:
            await charger.wait_out(error)
            continue
        for partition, (log_start, refused) in taken.items():
            watch.begin(partition, log_start, refused)
        try:
            records = await consumer.poll(POLL_TIMEOUT_MS)
        except PositionLostError as lost:
            partitions.stop_reading(lost.partition)
            continue
        if records:
            await charger.charge(records)
