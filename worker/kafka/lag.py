"""Lag: how far the ledger is behind the broker, computed whenever somebody looks."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from math import ceil
from typing import Final

from worker.kafka.records import Partition, Record
from worker.metrics.reading import FETCH_AGE_SECONDS, LAG_RECORDS, LAG_SECONDS, PARTITION_STOPPED

FOR_EVER_S: Final = 1 << 40


class Lag:
    """The lag of every partition that we read.

    Computed when looked at and not when records move: the lag that matters most is that of a worker whose
    batches do not get through. `end` gives the offset after a log's last record, `fetched_ms` the time of the
    broker's last answer; both are None before the first.
    """

    def __init__(
        self, end: Callable[[Partition], int | None], fetched_ms: Callable[[Partition], int | None]
    ) -> None:
        self._end = end
        self._fetched_ms = fetched_ms
        self._settled: dict[Partition, int] = {}
        # The time of the oldest record that may not be in the ledger.
        self._oldest_ms: dict[Partition, int] = {}
        # Placed, and nothing of them polled since.
        self._unseen: set[Partition] = set()
        self._waiting = False
        FETCH_AGE_SECONDS.set_function(self.fetch_age_s)

    def placed(self, positions: Mapping[Partition, int]) -> None:
        """Count these from now on; the ledger holds everything before their positions."""
        for partition, position in positions.items():
            self._settled[partition] = position
            self._oldest_ms[partition] = _now_ms()
            self._unseen.add(partition)
            PARTITION_STOPPED.remove(*partition)
            LAG_RECORDS.labels(*partition).set_function(partial(self.records, partition))
            LAG_SECONDS.labels(*partition).set_function(partial(self.seconds, partition))

    def polled(self, fetched: Mapping[Partition, Sequence[Record]]) -> None:
        """Note the first record of each partition, which its batch will settle last."""
        self._waiting = not fetched
        for partition, records in fetched.items():
            self._oldest_ms[partition] = records[0].timestamp
            self._unseen.discard(partition)

    def settled(self, positions: Mapping[Partition, int]) -> None:
        """Note what the ledger holds now."""
        self._settled.update(positions)

    def stopped(self, partitions: Collection[Partition]) -> None:
        """Note that these are not read although they are ours."""
        for partition in partitions:
            PARTITION_STOPPED.labels(*partition).set(1)

    def lost(self, partitions: Collection[Partition]) -> None:
        """Forget these: somebody else counts them."""
        for partition in partitions:
            for metric in (LAG_RECORDS, LAG_SECONDS, PARTITION_STOPPED):
                metric.remove(*partition)
            self._settled.pop(partition, None)
            self._oldest_ms.pop(partition, None)
            self._unseen.discard(partition)

    def records(self, partition: Partition) -> int:
        """Count the offsets between the ledger and the end of the log, as of the broker's last answer."""
        end = self._end(partition)
        return max(0, end - self._settled.get(partition, end)) if end is not None else 0

    def seconds(self, partition: Partition) -> float:
        """Give the age of the oldest record that the ledger does not hold; 0 when it holds them all."""
        if not self.records(partition):
            return 0.0
        return max(0, _now_ms() - self._oldest_ms.get(partition, _now_ms())) / 1000

    def worst_s(self) -> float:
        """Give the lag of the partition that is furthest behind."""
        return max(map(self.seconds, self._settled), default=0.0)

    def unread_s(self) -> int:
        """Give how old a record may be that is not in the ledger; for ever, before we looked everywhere."""
        for partition in self._unseen:
            if self._end(partition) is None or self.records(partition):
                return FOR_EVER_S
        return ceil(self.worst_s())

    def fetch_age_s(self) -> float:
        """Give the time since the broker last answered for some partition that we wait for."""
        if not self._waiting:
            return 0.0
        answered = [at for partition in self._settled if (at := self._fetched_ms(partition)) is not None]
        return max(0, _now_ms() - min(answered)) / 1000 if answered else 0.0


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
