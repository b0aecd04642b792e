"""Watching refusals: stops the worker, by intent, before a topic drains into the dead letters."""

from collections.abc import Mapping, Sequence

from worker.domain.refusals import RefusalLimit, Refused, latest, limit_passed
from worker.domain.rejection import Rejection
from worker.kafka.records import Partition
from worker.metrics.parking import REFUSED_SHARE
from worker.transactions.charge_batch import Batch
from worker.transactions.record_decision import Outcomes


class RefusedLimitError(Exception):
    """Too many records of a partition are refused: somebody should look before more are."""


class RefusalWatch:
    """Remembers what was refused lately of each partition; it changes only with what was written."""

    def __init__(self, limit: RefusalLimit, *, accept: bool) -> None:
        self._limit = limit
        self._accept = accept
        self._refused: dict[Partition, tuple[Refused, ...]] = {}
        self._first: dict[Partition, int] = {}

    def begin(self, partition: Partition, first_offset: int, refused: Sequence[Refused]) -> None:
        """Start with what earlier workers refused: the limit holds across restarts."""
        self._first[partition] = first_offset
        self._refused[partition] = tuple(refused)

    def check(self, batch: Batch, outcomes: Outcomes) -> None:
        """Raise `RefusedLimitError` when this batch would pass the limit; nothing is remembered yet."""
        if self._accept:
            return
        for partition, fresh in self._refused_by(batch, outcomes).items():
            refused = (*self._refused.get(partition, ()), *fresh)
            next_offset = batch.next_offsets[partition]
            first = self._first.get(partition, 0)
            if limit_passed(refused, first, next_offset, self._limit):
                raise RefusedLimitError(
                    f"more than {self._limit.most} of the latest records of {partition[0]}/{partition[1]} are"
                    " refused: look at `talktime dead-letters list` and the producer; go on with"
                    " `talktime worker --accept-refused`"
                )

    def written(self, batch: Batch, outcomes: Outcomes) -> None:
        """Remember what this batch refused."""
        for partition, fresh in self._refused_by(batch, outcomes).items():
            next_offset = batch.next_offsets[partition]
            kept = latest((*self._refused.get(partition, ()), *fresh), next_offset, self._limit)
            self._refused[partition] = kept
            seen = min(self._limit.window, next_offset - self._first.get(partition, 0))
            REFUSED_SHARE.labels(*map(str, partition)).set(len(kept) / max(1, seen))

    def _refused_by(self, batch: Batch, outcomes: Outcomes) -> Mapping[Partition, list[Refused]]:
        refused: dict[Partition, list[Refused]] = {}
        for index, outcome in outcomes.items():
            if isinstance(outcome, Rejection) and outcome.dead:
                record = batch.prepared.records[index]
                where = (record.topic, record.partition)
                refused.setdefault(where, []).append(Refused(record.offset, record.key))
        return refused
