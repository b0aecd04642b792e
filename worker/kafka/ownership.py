"""Ownership: which partitions this consumer reads, and which still wait for their position."""

import logging
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from typing import Final

from aiokafka import ConsumerRebalanceListener, TopicPartition

from worker.kafka.records import Partition
from worker.metrics.reading import PARTITIONS_OWNED, REBALANCES

log: Final = logging.getLogger(__name__)


class Ownership(ConsumerRebalanceListener):  # type: ignore[misc]  # The library carries no types.
    """Hears what the group deals out.

    At each rebalance everything is revoked and dealt anew: every partition starts paused and without a
    position, also those that stayed with us.
    """

    def __init__(
        self, pause: Callable[[Collection[Partition]], None], lost: Callable[[Collection[Partition]], None]
    ) -> None:
        self._pause = pause
        self._lost = lost
        self.generation = 0
        self.owned: frozenset[Partition] = frozenset()
        self.unplaced: frozenset[Partition] = frozenset()
        self.held: frozenset[Partition] = frozenset()
        self.failure: BaseException | None = None

    def on_partitions_assigned(self, assigned: AbstractSet[TopicPartition]) -> None:
        """Pause everything first: fetching has already begun, at positions that are not ours."""
        try:
            partitions = frozenset((topic, number) for topic, number in assigned)
            self._pause(partitions)
            self.generation += 1
            self.owned = self.unplaced = partitions
            self.held = frozenset()
            PARTITIONS_OWNED.set(len(assigned))
            REBALANCES.inc()
            log.info("the group gave us %d partitions", len(assigned))
        except BaseException as error:
            # The library would log it and go on, with partitions that nobody placed.
            self.failure = error
            raise

    def on_partitions_revoked(self, revoked: AbstractSet[TopicPartition]) -> None:
        """Forget them; work in flight on them fails at its read position."""
        try:
            self.generation += 1
            self._lost([(topic, number) for topic, number in revoked])
            self.owned = self.unplaced = self.held = frozenset()
            PARTITIONS_OWNED.set(0)
        except BaseException as error:
            self.failure = error
            raise

    def placed(self, partitions: Collection[Partition]) -> None:
        """Note that these have a position now."""
        self.unplaced = self.unplaced.difference(partitions)

    def wanted_again(self, partitions: Collection[Partition]) -> None:
        """Note that these, kept unread so far, wait for a position like newly dealt ones."""
        again = self.held.intersection(partitions)
        self.held = self.held.difference(again)
        self.unplaced = self.unplaced.union(again)

    def kept_unread(self, partitions: Collection[Partition]) -> None:
        """Note that these stay paused until the next deal."""
        self.unplaced = self.unplaced.difference(partitions)
        self.held = self.held.union(partitions)
