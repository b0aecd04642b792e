"""Charging: how fast workers charge a backlog, and what an event costs."""

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import dataclass
from signal import SIGCONT, SIGSTOP
from typing import TYPE_CHECKING, Final

from worker.bench.accounts import tenants
from worker.bench.calls import Calls
from worker.bench.cpu import memory_mib
from worker.bench.fill import fill
from worker.bench.place import BenchFailedError, Place, Process
from worker.bench.plan import PARTITIONS
from worker.bench.prepare import connected, open_accounts, prepare, settle
from worker.bench.rows import fill_today
from worker.bench.watch import Throughput, Watched, watch
from worker.bench.workloads import ORDINARY, Workload, backlog

if TYPE_CHECKING:
    import asyncpg

LOOK_EVERY_S: Final = 0.05

COUNT_RECORDS: Final = "SELECT coalesce(sum(records), 0)::bigint FROM read_position WHERE topic = $1"

OUTCOMES: Final = """
    SELECT
        coalesce(sum(records), 0)::bigint AS records,
        coalesce(sum(charged), 0)::bigint AS charged,
        coalesce(sum(duplicate), 0)::bigint AS duplicate,
        coalesce(sum(dead_lettered), 0)::bigint AS dead_lettered
    FROM read_position
    WHERE topic = $1
"""

# What the day held before has no duration.
COUNT_ENTRIES: Final = "SELECT count(*) FROM ledger_entry WHERE duration_s > 0"

# Of days on which something was booked: the empty ones are the same for any number of events.
LEDGER_BYTES: Final = """
    SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint
    FROM pg_inherits
    WHERE inhparent = 'ledger_entry'::regclass AND pg_relation_size(inhrelid) > 0
"""


@dataclass(frozen=True, slots=True)
class Charged:
    """What a measurement found; `disk_bytes` is what an entry takes with its index.

    `memory_mib` is what the largest worker holds at the end; None where the kernel does not say.
    """

    throughput: Throughput
    disk_bytes: float
    memory_mib: float | None


async def charge_backlog(
    place: Place, *, workers: int, events: int, seed: int, limit_s: float, workload: Workload = ORDINARY
) -> Charged:
    """Let the workers join, hold them still while the backlog is filled in, then let them go and watch.

    So each has its partitions and has warmed up when the clock starts, and no event is charged before.
    Raises `BenchFailedError` when anything was not charged, or charged twice.
    """
    settings = place.settings
    prefixes = await prepare(place, workload.tariffs, windowed=workload.windowed)
    names = tenants(workload.tenants)
    async with connected(settings) as connection, AsyncExitStack() as running:
        processes = await _start(place, workers, running)
        await open_accounts(place, connection, names, (), lots=workload.lots, bundles=workload.bundles)
        if workload.rows:
            await fill_today(connection, workload.rows, random_ids=workload.random_ids)
        await settle(connection)
        calls = Calls(names, prefixes, seed=seed, random_ids=workload.random_ids)
        topic = settings.topics.usage
        _signal(processes, SIGSTOP)
        try:
            await fill(settings.kafka, topic, PARTITIONS, backlog(workload, calls, events, seed))
        finally:
            _signal(processes, SIGCONT)

        async def count() -> int:
            return int(await connection.fetchval(COUNT_RECORDS, topic))

        watched = Watched(connection, processes, place.postmaster)
        found = await watch(count, events, watched, every_s=LOOK_EVERY_S, limit_s=limit_s)
        held = [mib for process in processes if (mib := memory_mib(process.pid)) is not None]
        return Charged(found, await _check(connection, topic, workload), max(held, default=None))


async def _start(place: Place, workers: int, running: AsyncExitStack) -> list[Process]:
    processes = await asyncio.gather(*(place.start_worker() for _ in range(workers)))
    for process in processes:
        running.push_async_callback(process.stop)
    return processes


def _signal(processes: list[Process], number: int) -> None:
    for process in processes:
        # To its group: where a watcher stands in front of the worker, it must not be the only one to stop.
        os.killpg(process.pid, number)


async def _check(connection: "asyncpg.Connection[asyncpg.Record]", topic: str, workload: Workload) -> float:
    """See that every record came to its end and every charge is one entry; return the bytes of an entry."""
    async with connection.transaction(isolation="repeatable_read"):
        found = await connection.fetchrow(OUTCOMES, topic)
        entries = await connection.fetchval(COUNT_ENTRIES)
        size = await connection.fetchval(LEDGER_BYTES)
    assert found is not None, "sums are one row"
    others = found["duplicate"] * bool(workload.repeated) + found["dead_lettered"] * bool(workload.spoilt)
    if not found["records"] == found["charged"] + others or found["charged"] != entries:
        raise BenchFailedError(f"{entries} entries were written, and the records' outcomes are {dict(found)}")
    return float(size / (entries + workload.rows))
