"""The fetch: one wait for records, which outlives the poll that began it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from worker.kafka.member import Member
from worker.kafka.records import Partition, Record

# Beyond its timeout the library still answers at once, unless the group is dealing anew.
PATIENCE_S: Final = 0.5


class Fetch:
    """Asks the client for records, in a task of its own.

    Cancelled, the client would stop watching our pace for good; and while the group deals anew it keeps to no
    timeout. So a wait that takes too long is left to go on, and the next poll takes its result.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[Mapping[Partition, Sequence[Record]]] | None = None

    @property
    def under_way(self) -> bool:
        """Whether there may be records that the client counts as read and nobody has seen."""
        return self._task is not None

    async def result(
        self, member: Member, timeout_ms: int, max_records: int
    ) -> Mapping[Partition, Sequence[Record]]:
        """Return records by partition, or nothing when none came in time."""
        if self._task is None:
            self._task = asyncio.ensure_future(member.fetch(timeout_ms, max_records))
        await asyncio.wait({self._task}, timeout=timeout_ms / 1000 + PATIENCE_S)
        if not self._task.done():
            return {}
        task, self._task = self._task, None
        return task.result()

    def drop(self) -> None:
        """Drop a result that nobody has taken; the client is about to be sent elsewhere."""
        if self._task is not None and self._task.done():
            # Looked at, so that it is not reported as an error that nobody saw.
            self._task.exception()
            self._task = None

    async def end(self) -> None:
        """Give up waiting; only when the client is of no further use."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=PATIENCE_S)
