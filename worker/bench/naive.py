"""The naive worker: one transaction an event, as most people would write it first.

It is correct (what comes twice is charged once, offsets follow the database) and gets what the worker gets:
the same decoder, prices, event loop and servers. `python -m worker.bench.naive CONNECTIONS`.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.bench.deck import DECK
from worker.bench.naive_tables import CHARGE, DEBIT
from worker.codec.decode import Decoder
from worker.domain.rating import price_leg
from worker.domain.usage import Usage
from worker.kafka.connection import client_options, started
from worker.postgres.tariffs import load_decks
from worker.postgres.transaction import Database, transaction
from worker.settings.load import load

if TYPE_CHECKING:
    from worker.domain.tariff import Deck
    from worker.settings.model import Settings

POLL_MS: Final = 500
MOST_RECORDS: Final = 500


async def run(settings: "Settings", connections: int) -> None:
    """Charge every event that comes, on so many connections at once, until killed."""
    pool = await asyncpg.create_pool(settings.postgres.dsn, min_size=connections, max_size=connections)
    async with transaction(pool) as tx:
        deck = (await load_decks(tx)).deck(DECK)
    assert deck is not None, "the deck is imported before anything starts"
    charge = Charge(pool, deck, Decoder({settings.topics.usage: "usage"}, {}, settings.limits.record_bytes))
    options = client_options(settings.kafka) | {
        "group_id": settings.kafka.group_id,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
    }
    consumer = await started(
        lambda: AIOKafkaConsumer(settings.topics.usage, **options), AIOKafkaConsumer.stop, settings.kafka
    )
    if connections == 1:
        await one_after_another(consumer, charge)
    else:
        await side_by_side(consumer, charge, connections)


async def one_after_another(consumer: AIOKafkaConsumer, charge: "Charge") -> None:
    """Charge an event and commit its offset, then take the next."""
    async for record in consumer:
        await charge(record)
        await consumer.commit({TopicPartition(record.topic, record.partition): record.offset + 1})


async def side_by_side(consumer: AIOKafkaConsumer, charge: "Charge", connections: int) -> None:
    """Charge what has come on all connections, each event alone, and commit once all of it is charged.

    A commit an event, in order, would make the connections wait for each other: this is the better choice.
    """
    while True:
        polled = await consumer.getmany(timeout_ms=POLL_MS, max_records=MOST_RECORDS)
        waiting = [record for records in polled.values() for record in records]

        async def work(waiting: list[Any]) -> None:
            while waiting:
                await charge(waiting.pop())

        async with asyncio.TaskGroup() as group:
            for _ in range(connections):
                group.create_task(work(waiting))
        if polled:
            await consumer.commit(
                {partition: records[-1].offset + 1 for partition, records in polled.items()}
            )


class Charge:
    """Charges one event in one transaction."""

    def __init__(self, pool: Database, deck: "Deck", decoder: Decoder) -> None:
        self._pool = pool
        self._deck = deck
        self._decoder = decoder

    async def __call__(self, record: Any) -> None:  # noqa: ANN401  # The library has no types.
        """Charge it, unless it was."""
        usage = self._decoder.decode(record)
        assert isinstance(usage, Usage), "the benchmark sends nothing else"
        leg = usage.legs[0]
        version = self._deck.version_at(leg.started_s)
        price = version and price_leg(version, leg)
        assert price, "the benchmark's deck prices every number"
        async with transaction(self._pool) as tx:
            fresh = await tx.fetchrow(
                CHARGE,
                *(usage.tenant_id, usage.event_id, price.amount_micros),
                *(leg.number, leg.started_s, leg.duration_s),
            )
            if fresh is not None:
                await tx.execute(DEBIT, usage.tenant_id, price.amount_micros)


def main(arguments: Sequence[str]) -> None:
    """Run as a process of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(load(variables=os.environ), int(arguments[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
