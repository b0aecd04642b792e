"""Partitions: taking them over where Postgres says, and never where Kafka's own offsets do."""

import logging
import time
from collections.abc import Collection, Mapping
from typing import Final

from worker.domain.record import Origin
from worker.domain.refusals import Refused
from worker.kafka.consumer import Consumer
from worker.kafka.records import Partition
from worker.metrics.reading import PARTITION_STOPPED
from worker.postgres.dead_letters import recent_refusals
from worker.postgres.positions import Position, assign_positions, read_positions
from worker.postgres.transaction import transaction
from worker.transactions.office import Office

log: Final = logging.getLogger(__name__)

# A person who has just moved a position sees it go on.
LOOK_EVERY_S: Final = 2.0


class Partitions:
    """The partitions of this worker and where each stands in Postgres, as last read or written."""

    def __init__(self, consumer: Consumer, office: Office, *, fresh_cluster: bool, window: int) -> None:
        self._consumer = consumer
        self._office = office
        self._fresh_cluster = fresh_cluster
        self._window = window
        self.held: dict[Partition, Position] = {}
        self._placed: set[Partition] = set()
        self._stopped: dict[Partition, Position] = {}
        self._look_at_s = 0.0

    async def take_over(self) -> Mapping[Partition, tuple[int, list[Refused]]]:
        """Place newly assigned partitions; return each one's log start and latest refusals."""
        await self._look_at_stopped()
        fresh = self._consumer.newly_assigned()
        if not fresh:
            return {}
        bounds = await self._consumer.log_bounds(fresh)
        self._stopped = {one: at for one, at in self._stopped.items() if one not in fresh}
        positions = await self._assign(bounds)
        self.held = {one: at for one, at in self.held.items() if one in self._consumer.assigned} | positions
        for partition, position in positions.items():
            start, end = bounds[partition]
            if position.cluster_id != self._office.cluster_id or not start <= position.next_offset <= end:
                log.error("%s/%d: its log holds %d to %d of another time", *partition, start, end)
                self._consumer.hold([partition])
                self.stop_reading(partition)
        good = in_partitions(self.held, positions)
        refused = {
            partition: (bounds[partition][0], await self._refused(partition, position.next_offset))
            for partition, position in good.items()
        }
        self._placed |= good.keys()
        self._consumer.place({partition: position.next_offset for partition, position in good.items()})
        return refused

    async def return_to_postgres(self) -> None:
        """Go on from what Postgres says, after any roll-back and when nobody knows whether a batch landed."""
        owned = self._consumer.assigned & self._placed
        # Nothing is held until Postgres has answered: a batch in between finds no position and comes back.
        self.held = {}
        self.held = await self._assign(dict.fromkeys(owned, (0, 0))) if owned else {}
        self._consumer.rewind({one: position.next_offset for one, position in self.held.items()})

    def advance(self, next_offsets: Mapping[Partition, int]) -> None:
        """Remember what a batch has just written."""
        for partition, next_offset in next_offsets.items():
            self.held[partition] = self.held[partition]._replace(next_offset=next_offset)

    def stop_reading(self, partition: Partition) -> None:
        """Leave a partition whose records are gone, until a person has moved its position."""
        position = self.held.pop(partition, None)
        if position is None:
            return  # Lost to another worker, which finds the same.
        PARTITION_STOPPED.labels(*map(str, partition)).set(1)
        self._placed.discard(partition)
        self._stopped[partition] = position
        log.error(
            "%s/%d stopped: offset %d is not in its log; `talktime positions skip` records the gap",
            *partition,
            position.next_offset,
        )

    async def _look_at_stopped(self) -> None:
        """Have those whose position was moved meanwhile placed again."""
        self._stopped = {one: at for one, at in self._stopped.items() if one in self._consumer.assigned}
        if not self._stopped or time.monotonic() < self._look_at_s:
            return
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        async with transaction(self._office.pool) as tx:
            now = await read_positions(tx, self._office.cell, self._stopped)
        # The epoch alone tells of another worker that found the same.
        moved = {one for one, at in self._stopped.items() if one in now and now[one][:2] != at[:2]}
        self._consumer.want_again(moved)

    async def _assign(self, bounds: Mapping[Partition, tuple[int, int]]) -> dict[Partition, Position]:
        async with transaction(self._office.pool) as tx:
            return await assign_positions(
                tx,
                self._office.cell,
                self._office.cluster_id,
                {partition: start for partition, (start, _) in bounds.items()},
                fresh_cluster=self._fresh_cluster,
            )

    async def _refused(self, partition: Partition, next_offset: int) -> list[Refused]:
        origin = Origin(self._office.cluster_id, *partition, next_offset - self._window)
        async with transaction(self._office.pool) as tx:
            return [Refused(*one) for one in await recent_refusals(tx, self._office.cell, origin)]


def in_partitions(
    held: Mapping[Partition, Position], wanted: Collection[Partition]
) -> dict[Partition, Position]:
    """Pick the positions of some partitions; those that are lost are left out."""
    return {partition: held[partition] for partition in wanted if partition in held}
