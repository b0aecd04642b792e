"""Kafka's own offsets: written behind the ledger, for lag tools, and never trusted."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from worker.kafka.records import Partition
from worker.metrics.reading import COMMIT_FAILURES

# A broker that is well answers within milliseconds; one that is not is left to answer in its own time.
PATIENCE_S: Final = 0.2


class Offsets:
    """Commits the latest positions, at most one commit at a time and no oftener than `every_s`."""

    def __init__(
        self, write: Callable[[Mapping[Partition, int]], Awaitable[None]], *, every_s: float
    ) -> None:
        self._write = write
        self._every_s = every_s
        self._latest: dict[Partition, int] = {}
        self._begun_at_s = float("-inf")
        self._under_way: asyncio.Task[None] | None = None

    async def commit(self, positions: Mapping[Partition, int]) -> None:
        """Note the positions, and write them if it is time; failures are counted, not raised."""
        self._latest.update(positions)
        if time.monotonic() - self._begun_at_s < self._every_s:
            return
        await self._begin(PATIENCE_S)

    async def finish(self, *, within_s: float) -> None:
        """Write what is left, as far as that works in time."""
        await self._settle(within_s)
        await self._begin(within_s)
        if self._under_way is not None:
            self._under_way.cancel()

    def forget(self) -> None:
        """Drop what is not written: another member may have gone further."""
        self._latest.clear()

    async def _begin(self, within_s: float) -> None:
        await self._settle(0)
        if self._under_way is not None or not self._latest:
            return
        positions, self._latest = self._latest, {}
        self._begun_at_s = time.monotonic()
        # In a task of its own: with the coordinator away the library's commit never returns.
        self._under_way = asyncio.ensure_future(self._write(positions))
        await self._settle(within_s)

    async def _settle(self, within_s: float) -> None:
        if self._under_way is None:
            return
        await asyncio.wait({self._under_way}, timeout=within_s)
        if self._under_way.done():
            task, self._under_way = self._under_way, None
            error = "cancelled" if task.cancelled() else task.exception() and type(task.exception()).__name__
            if error:
                COMMIT_FAILURES.labels(error).inc()
