"""Draining: how fast a worker publishes what was promised while the broker was away."""

import os
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING, Final

from worker.bench.place import BenchFailedError, Place
from worker.bench.plan import PARTITIONS, TENANTS
from worker.bench.prepare import connected, prepare, settle
from worker.bench.watch import Watched, watch
from worker.kafka.bounds import log_bounds

if TYPE_CHECKING:
    import asyncpg

LOOK_EVERY_S: Final = 0.25
# What a recharge request takes with its envelope.
MESSAGE_BYTES: Final = 750

# The tenants take turns, as they do when all of them go on calling.
PROMISE: Final = """
    INSERT INTO outbox (
        cell, account_id, sequence, lane, topic, record_key, header_names, header_values, value
    )
    SELECT
        0, 1 + number % $3::integer, number, (1 + number % $3::integer) % $4::integer, $1,
        convert_to('tenant-' || number % $3::integer, 'UTF8'),
        ARRAY['content-type'], ARRAY['application/cloudevents+json'::bytea],
        convert_to(repeat('x', $5::integer), 'UTF8')
    FROM generate_series(1, $2::integer) AS number
"""

LEFT: Final = "SELECT count(*) FROM outbox"


async def drain_outbox(place: Place, *, messages: int, limit_s: float) -> float:
    """Let a worker warm up, hold it still while the promises are made, then let it go and watch.

    Returns messages a second; raises `BenchFailedError` when they are not all on the topic in the end.
    """
    settings = place.settings
    topic = settings.topics.notices
    await prepare(place)
    async with connected(settings) as connection:
        process = await place.start_worker()
        try:
            await settle(connection)
            os.killpg(process.pid, SIGSTOP)
            try:
                lanes = settings.relay.lanes
                await connection.execute(PROMISE, topic, messages, TENANTS, lanes, MESSAGE_BYTES)
                await connection.execute("ANALYZE outbox")
            finally:
                os.killpg(process.pid, SIGCONT)

            async def published() -> int:
                return messages - int(await connection.fetchval(LEFT))

            watched = Watched(connection, [process], place.postmaster)
            found = await watch(published, messages, watched, every_s=LOOK_EVERY_S, limit_s=limit_s)
            await _check(connection, place, topic, messages)
            return found.events_per_s
        finally:
            await process.stop()


async def _check(
    connection: "asyncpg.Connection[asyncpg.Record]", place: Place, topic: str, messages: int
) -> None:
    bounds = await log_bounds(place.settings.kafka, [(topic, number) for number in range(PARTITIONS)])
    written = sum(end for _, end in bounds.values())
    left = int(await connection.fetchval(LEFT))
    if written < messages - left:
        raise BenchFailedError(f"{messages - left} of {messages} messages left the outbox, {written} came")
