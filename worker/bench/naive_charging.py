"""Naive charging: how fast the naive worker charges a backlog of the same events."""

from typing import Final

from worker.bench.accounts import tenants
from worker.bench.calls import Calls
from worker.bench.fill import fill
from worker.bench.naive_tables import COUNT, CREATE, OPEN, TAKEN
from worker.bench.place import BenchFailedError, Place
from worker.bench.plan import PARTITIONS, TENANTS
from worker.bench.prepare import connected, prepare
from worker.bench.watch import Throughput, Watched, watch

# Counting its rows takes the server a millisecond or two.
LOOK_EVERY_S: Final = 0.2


async def charge_naively(
    place: Place, *, connections: int, events: int, seed: int, limit_s: float
) -> Throughput:
    """Fill the backlog in, start the naive worker, and watch from its first charge on."""
    settings = place.settings
    prefixes = await prepare(place)
    names = tenants(TENANTS)
    calls = Calls(names, prefixes, seed=seed)
    topic = settings.topics.usage
    await fill(settings.kafka, topic, PARTITIONS, (calls.take() for _ in range(events)))
    async with connected(settings) as connection:
        await connection.execute(CREATE)
        await connection.execute(OPEN, names)
        counting = await connection.prepare(COUNT)

        async def count() -> int:
            return int(await counting.fetchval())

        process = await place.start_naive(connections)
        try:
            watched = Watched(connection, (process,), place.postmaster)
            found = await watch(count, events, watched, every_s=LOOK_EVERY_S, limit_s=limit_s)
        finally:
            await process.stop()
        taken = await connection.fetchrow(TAKEN)
        if taken is None or taken["debited"] != taken["charged"]:
            raise BenchFailedError("the naive worker's charges and balances disagree")
        return found
