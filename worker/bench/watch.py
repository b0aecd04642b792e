"""Watching: how fast something is done, from its first visible result to its last."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from worker.bench.cpu import process_cpu_s, tree_cpu_s
from worker.bench.place import BenchFailedError, Process

if TYPE_CHECKING:
    import asyncpg

STILL_S: Final = 60.0

READ_WAL: Final = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"


@dataclass(frozen=True, slots=True)
class Mark:
    """What was done at a moment, and what it had cost by then; None where nobody counts."""

    at_s: float
    done: int
    worker_cpu_s: float | None
    postgres_cpu_s: float | None
    wal_bytes: int


@dataclass(frozen=True, slots=True)
class Throughput:
    """What one measurement found; costs are a million events' CPU-seconds, one event's bytes."""

    events_per_s: float
    worker_cpu_s: float | None
    postgres_cpu_s: float | None
    wal_bytes: float


@dataclass(frozen=True, slots=True)
class Watched:
    """Who does the work, and where its cost is read."""

    connection: "asyncpg.Connection[asyncpg.Record]"
    processes: Sequence[Process]
    postmaster: int | None


async def watch(
    count: Callable[[], Awaitable[int]], total: int, watched: Watched, *, every_s: float, limit_s: float
) -> Throughput:
    """Measure from the first visible result on until all are there, or until the limit.

    What the first look finds is left out of both the count and the time.
    """
    first: Mark | None = None
    seen = 0
    moved_s = time.monotonic()
    while True:
        done = await count()
        now_s = time.monotonic()
        if first is None and done:
            first = await _mark(now_s, done, watched)
        if first is not None and (done >= total or now_s - first.at_s > limit_s):
            return throughput(first, await _mark(now_s, done, watched))
        if done > seen:
            seen, moved_s = done, now_s
        for process in watched.processes:
            if (code := process.exit_code()) is not None:
                raise BenchFailedError(f"a process that is measured ended with {code} after {seen} events")
        if now_s - moved_s > STILL_S:
            raise BenchFailedError(f"nothing has moved for {STILL_S:.0f} s after {seen} of {total} events")
        await asyncio.sleep(every_s)


def throughput(first: Mark, last: Mark) -> Throughput:
    """Compare two marks."""
    done, took_s = last.done - first.done, last.at_s - first.at_s
    if done <= 0:
        raise BenchFailedError("everything was done at the first look: too few events to measure")

    def a_million(before: float | None, after: float | None) -> float | None:
        return None if before is None or after is None else (after - before) / done * 1_000_000

    return Throughput(
        done / took_s,
        a_million(first.worker_cpu_s, last.worker_cpu_s),
        a_million(first.postgres_cpu_s, last.postgres_cpu_s),
        (last.wal_bytes - first.wal_bytes) / done,
    )


async def _mark(at_s: float, done: int, watched: Watched) -> Mark:
    spent = [process_cpu_s(process.pid) for process in watched.processes]
    known = [cpu_s for cpu_s in spent if cpu_s is not None]
    return Mark(
        at_s,
        done,
        sum(known) if len(known) == len(spent) else None,
        None if watched.postmaster is None else tree_cpu_s(watched.postmaster),
        int(await watched.connection.fetchval(READ_WAL)),
    )
