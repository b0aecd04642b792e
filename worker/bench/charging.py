"""Charging: how fast workers charge a backlog, and what an event costs."""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING, Final

from worker.bench.accounts import tenants
from worker.bench.calls import Calls
from worker.bench.fill import fill
from worker.bench.place import BenchFailedError, Place, Process
from worker.bench.plan import PARTITIONS, TENANTS
from worker.bench.prepare import connected, open_accounts, prepare, settle
from worker.bench.watch import Throughput, Watched, watch

if TYPE_CHECKING:
    import asyncpg

LOOK_EVERY_S: Final = 0.05

COUNT_CHARGED: Final = "SELECT coalesce(sum(charged), 0)::bigint FROM read_position WHERE topic = $1"

COUNT_RECORDS: Final = "SELECT coalesce(sum(records), 0)::bigint FROM read_position WHERE topic = $1"

COUNT_ENTRIES: Final = "SELECT count(*) FROM ledger_entry WHERE duration_s > 0"

# Of days on which something was booked: the empty ones are the same for any number of events.
LEDGER_BYTES: Final = """
    SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint
    FROM pg_inherits
    WHERE inhparent = 'ledger_entry'::regclass AND pg_relation_size(inhrelid) > 0
"""


@dataclass(frozen=True, slots=True)
class Charged:
    """What a measurement found; `disk_bytes` is what an entry takes with its index."""

    throughput: Throughput
    disk_bytes: float


async def charge_backlog(place: Place, *, workers: int, events: int, seed: int, limit_s: float) -> Charged:
    """Let the workers join, hold them still while the backlog is filled in, then let them go and watch.

    So each has its partitions and has warmed up when the clock starts, and no event is charged before.
    Raises `BenchFailedError` when anything was not charged, or charged twice.
    """
    settings = place.settings
    prefixes = await prepare(place)
    names = tenants(TENANTS)
    async with connected(settings) as connection, AsyncExitStack() as running:
        processes = await _start(place, workers, running)
        await open_accounts(place, connection, names, ())
        await settle(connection)
        calls = Calls(names, prefixes, seed=seed)
        topic = settings.topics.usage
        _signal(processes, SIGSTOP)
        try:
            await fill(settings.kafka, topic, PARTITIONS, (calls.take() for _ in range(events)))
        finally:
            _signal(processes, SIGCONT)

        async def count() -> int:
            return int(await connection.fetchval(COUNT_CHARGED, topic))

        watched = Watched(connection, processes, place.postmaster)
        found = await watch(count, events, watched, every_s=LOOK_EVERY_S, limit_s=limit_s)
        return Charged(found, await _check(connection, topic))


async def _start(place: Place, workers: int, running: AsyncExitStack) -> list[Process]:
    processes = await asyncio.gather(*(place.start_worker() for _ in range(workers)))
    for process in processes:
        running.push_async_callback(process.stop)
    return processes


def _signal(processes: list[Process], number: int) -> None:
    for process in processes:
        # To its group: where a watcher stands in front of the worker, it must not be the only one to stop.
        os.killpg(process.pid, number)


async def _check(connection: "asyncpg.Connection[asyncpg.Record]", topic: str) -> float:
    """See that every record was charged and is one entry; return the bytes of an entry."""
    async with connection.transaction(isolation="repeatable_read"):
        records = await connection.fetchval(COUNT_RECORDS, topic)
        charged = await connection.fetchval(COUNT_CHARGED, topic)
        entries = await connection.fetchval(COUNT_ENTRIES)
        size = await connection.fetchval(LEDGER_BYTES)
    if not records == charged == entries:
        raise BenchFailedError(f"of {records} records {charged} were charged, and {entries} entries written")
    return float(size / entries)
