"""Read positions: how far each partition was read, and the one safety against a worker that lost it."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.postgres.transaction import Transaction

if TYPE_CHECKING:
    from asyncpg import Record

Partition = tuple[str, int]

log: Final = logging.getLogger(__name__)

# A first sight of a partition starts at its log's start; a known one keeps its offset. The epoch rises with
# every assignment, so that a worker which lost the partition finds another one and rolls back.
ASSIGN: Final = """
    INSERT INTO read_position AS known (cell, topic, partition, cluster_id, next_offset, epoch)
    SELECT $1::smallint, topic, partition, $2::text, log_start, 1
    FROM unnest($3::text [], $4::integer [], $5::bigint []) AS given (topic, partition, log_start)
    ORDER BY topic, partition
    ON CONFLICT (cell, topic, partition) DO UPDATE SET epoch = known.epoch + 1
    RETURNING topic, partition, cluster_id, next_offset, epoch
"""

# Only for a broker that is known to be new: its offsets have nothing to do with the former one's.
START_AGAIN: Final = """
    UPDATE read_position
    SET cluster_id = $2, next_offset = given.log_start
    FROM unnest($3::text [], $4::integer [], $5::bigint []) AS given (topic, partition, log_start)
    WHERE read_position.cell = $1
        AND read_position.topic = given.topic
        AND read_position.partition = given.partition
        AND read_position.cluster_id <> $2
"""

READ: Final = """
    SELECT known.topic, known.partition, known.cluster_id, known.next_offset, known.epoch
    FROM read_position AS known
    INNER JOIN unnest($2::text [], $3::integer []) AS wanted (topic, partition)
        ON known.topic = wanted.topic AND known.partition = wanted.partition
    WHERE known.cell = $1
"""

# Locked in (topic, partition) order like everywhere, and compared with what this worker last read or wrote,
# never with a record's offset: offsets have gaps.
HOLD: Final = """
    SELECT known.topic
    FROM read_position AS known
    INNER JOIN unnest($2::text [], $3::integer [], $4::bigint [], $5::bigint [])
        AS held (topic, partition, next_offset, epoch)
        ON known.topic = held.topic AND known.partition = held.partition
    WHERE known.cell = $1
        AND known.next_offset = held.next_offset
        AND known.epoch = held.epoch
    ORDER BY known.topic, known.partition
    FOR NO KEY UPDATE OF known
"""

# The rows are locked by HOLD in this transaction, so nothing can have moved between the two.
ADVANCE: Final = """
    UPDATE read_position AS known
    SET
        next_offset = done.next_offset,
        records = known.records + done.charged + done.applied + done.duplicate + done.parked + done.dead,
        charged = known.charged + done.charged,
        applied = known.applied + done.applied,
        duplicate = known.duplicate + done.duplicate,
        parked = known.parked + done.parked,
        dead_lettered = known.dead_lettered + done.dead
    FROM unnest(
        $2::text [], $3::integer [], $4::bigint [],
        $5::bigint [], $6::bigint [], $7::bigint [], $8::bigint [], $9::bigint []
    ) AS done (topic, partition, next_offset, charged, applied, duplicate, parked, dead)
    WHERE known.cell = $1 AND known.topic = done.topic AND known.partition = done.partition
"""


class Position(NamedTuple):
    """Where a partition stands in Postgres; `cluster_id` is the Kafka cluster that the offset belongs to."""

    cluster_id: str
    next_offset: int
    epoch: int


class Advance(NamedTuple):
    """A partition's next offset and what became of the records before it."""

    topic: str
    partition: int
    next_offset: int
    charged: int
    applied: int
    duplicate: int
    parked: int
    dead_lettered: int


class PositionMovedError(Exception):
    """Another worker has taken a partition, or a batch landed that this worker believed lost."""


async def assign_positions(
    tx: Transaction,
    cell: int,
    cluster_id: str,
    log_starts: Mapping[Partition, int],
    *,
    fresh_cluster: bool = False,
) -> dict[Partition, Position]:
    """Take over partitions: raise their epochs and return where each stands."""
    keys = sorted(log_starts)
    topics, partitions = [key[0] for key in keys], [key[1] for key in keys]
    starts = [log_starts[key] for key in keys]
    if fresh_cluster:
        again = await tx.execute(START_AGAIN, cell, cluster_id, topics, partitions, starts)
        if again != "UPDATE 0":
            log.warning("the broker is new: %s read positions start again at its log's start", again[7:])
    return _by_partition(await tx.fetch(ASSIGN, cell, cluster_id, topics, partitions, starts))


async def read_positions(
    tx: Transaction, cell: int, wanted: Collection[Partition]
) -> dict[Partition, Position]:
    """Look where partitions stand, and take none of them over."""
    keys = sorted(wanted)
    return _by_partition(await tx.fetch(READ, cell, [key[0] for key in keys], [key[1] for key in keys]))


def _by_partition(rows: "Sequence[Record]") -> dict[Partition, Position]:
    return {
        (str(row["topic"]), int(row["partition"])): Position(
            str(row["cluster_id"]), int(row["next_offset"]), int(row["epoch"])
        )
        for row in rows
    }


async def hold_positions(tx: Transaction, cell: int, held: Mapping[Partition, Position]) -> None:
    """Lock the positions and make sure that nobody has moved them; `PositionMovedError` otherwise."""
    keys = sorted(held)
    rows = await tx.fetch(
        HOLD,
        cell,
        [key[0] for key in keys],
        [key[1] for key in keys],
        [held[key].next_offset for key in keys],
        [held[key].epoch for key in keys],
    )
    if len(rows) < len(keys):
        found = [str(row["topic"]) for row in rows]
        raise PositionMovedError(
            f"{len(keys) - len(found)} of {len(keys)} read positions were moved by others"
        )


async def advance_positions(tx: Transaction, cell: int, done: Sequence[Advance]) -> None:
    """Move the held positions on and count what became of their records."""
    await tx.execute(ADVANCE, cell, *[list(column) for column in zip(*done, strict=True)])
